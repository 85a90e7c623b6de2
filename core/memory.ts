import { freemem, totalmem } from 'node:os'
import { messageOf, RingsideError } from './errors.ts'

const signs: readonly (readonly [RegExp, bytesOf: number])[] = [
  // ONNX Runtime, in bytes; a typed array, in elements of at least one byte, which most often are floats.
  [/Failed to allocate memory for requested buffer of size (\d+)/, 1],
  [/Invalid typed array length: (\d+)/, 4],
  [/Array buffer allocation failed|bad_alloc|could not grow memory|Cannot allocate memory/i, 1],
]

/** What was thrown as an error that says that memory ran out in `what`, and how much there is; or undefined if it was something else. */
export function asOutOfMemory(thrown: unknown, what: string): RingsideError | undefined {
  if (thrown instanceof RingsideError) return undefined
  const message = messageOf(thrown)
  for (const [sign, bytes] of signs) {
    const found = sign.exec(message)
    if (found === null) continue
    const wanted = found[1] === undefined ? '' : ` It wanted ${gibibytes(Number(found[1]) * bytes)} at once.`
    return new RingsideError(
      `Out of memory in ${what}.${wanted} This machine has ${gibibytes(totalmem())}, ${gibibytes(freemem())} of it free. ` +
        'Take a smaller batch, network or replay.',
      { cause: thrown },
    )
  }
  return undefined
}

function gibibytes(bytes: number): string {
  return `${(bytes / 2 ** 30).toLocaleString('en', { maximumFractionDigits: 1 })} GiB`
}
