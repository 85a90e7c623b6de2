import { allocate, type TypedArray } from '../../core/dtype.ts'
import type { Rng } from '../../core/rng.ts'

/** Rows of columns in a new order at each epoch, cut into equal parts. The arrays are reused by the next part. */
export interface Minibatches {
  shuffle(): void
  /** The rows of part `part` of every column. */
  gather(part: number, columns: Readonly<Record<string, TypedArray>>): Record<string, TypedArray>
}

/** `rows` in `parts` parts, of which it is a multiple. */
export function createMinibatches(rows: number, parts: number, rng: Rng): Minibatches {
  const size = rows / parts
  const order = Int32Array.from({ length: rows }, (_, i) => i)
  const own: Record<string, TypedArray> = {}
  return {
    shuffle() {
      // From one order always, so that nothing but the generator has to be saved.
      for (let i = 0; i < rows; i++) order[i] = i
      for (let i = rows - 1; i > 0; i--) {
        const j = rng.int(i + 1)
        const kept = order[i]!
        order[i] = order[j]!
        order[j] = kept
      }
    },
    gather(part, columns) {
      for (const [name, from] of Object.entries(columns)) {
        const width = from.length / rows
        const into = (own[name] ??= allocate(dtypeFor(from), size * width))
        for (let i = 0; i < size; i++) {
          const at = order[part * size + i]! * width
          if (width === 1) into[i] = from[at]!
          else for (let k = 0; k < width; k++) into[i * width + k] = from[at + k]!
        }
      }
      return own
    },
  }
}

function dtypeFor(array: TypedArray): 'uint8' | 'int32' | 'float32' {
  return array instanceof Uint8Array ? 'uint8' : array instanceof Int32Array ? 'int32' : 'float32'
}
