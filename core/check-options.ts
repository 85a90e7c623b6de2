import { usageError } from './errors.ts'

/** Throws a usage error unless all are true or false; `what` asks for them, and their names are the options'. */
export function checkFlags(what: string, flags: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(flags))
    if (typeof value !== 'boolean') throw usageError(`${what} expects ${name} to be true or false, got ${told(value)}.`)
}

export interface NumberRange {
  /** Both belong to the range. */
  readonly min?: number
  readonly max?: number
  readonly whole?: boolean
}

/** Throws a usage error unless all are finite numbers of the range. */
export function checkNumbers(
  what: string,
  numbers: Readonly<Record<string, unknown>>,
  { min = -Infinity, max = Infinity, whole = false }: NumberRange = {},
): void {
  for (const [name, value] of Object.entries(numbers)) {
    const fits = typeof value === 'number' && Number.isFinite(value) && value >= min && value <= max
    if (!fits || (whole && !Number.isInteger(value)))
      throw usageError(`${what} expects ${name} to be ${rangeOf(min, max, whole)}, got ${told(value)}.`)
  }
}

function rangeOf(min: number, max: number, whole: boolean): string {
  const kind = whole ? 'a whole number' : 'a number'
  if (min === -Infinity && max === Infinity) return whole ? kind : 'a finite number'
  if (max === Infinity) return `${kind} of at least ${min}`
  return min === -Infinity ? `${kind} of at most ${max}` : `${kind} from ${min} to ${max}`
}

function told(value: unknown): string {
  return typeof value === 'number' || value === undefined ? String(value) : JSON.stringify(value)
}
