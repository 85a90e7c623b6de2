import { allocate, sizeOf, type TypedArray } from '../../core/dtype.ts'
import { usageError } from '../../core/errors.ts'
import type { Dict, Tuple } from './composite.ts'
import type { Space, SpaceValue } from './space.ts'

/** Plain JSON of one value: arrays as lists, flat, with infinities and NaN by name. Throws for a value outside the space. */
export function valueToJSON(space: Space, value: SpaceValue): unknown {
  if (!space.contains(value)) throw usageError(`valueToJSON expects a value of ${space}.`)
  return toJson(space, value)
}

/** The inverse of `valueToJSON`. Throws where the JSON stands for no value of the space. */
export function valueFromJSON(space: Space, json: unknown): SpaceValue {
  const value = fromJson(space, json)
  if (value === undefined || !space.contains(value))
    throw usageError(`valueFromJSON expects JSON of a value of ${space}, got ${JSON.stringify(json)?.slice(0, 80)}.`)
  return value
}

function toJson(space: Space, value: SpaceValue): unknown {
  if (space.kind === 'tuple')
    return (space as Tuple).spaces.map((part, i) => toJson(part, (value as readonly SpaceValue[])[i]!))
  if (space.kind === 'dict')
    return Object.fromEntries(
      Object.entries((space as Dict).spaces).map(([key, part]) => [
        key,
        toJson(part, (value as Record<string, SpaceValue>)[key]!),
      ]),
    )
  if (typeof value !== 'object') return value
  return Array.from(value as Float64Array, (x) => (Number.isFinite(x) ? x : String(x)))
}

function fromJson(space: Space, json: unknown): SpaceValue | undefined {
  if (space.kind === 'discrete') return json as number
  if (space.kind === 'text') return json as string
  if (space.kind === 'dict') {
    if (typeof json !== 'object' || json === null || Array.isArray(json)) return undefined
    const { spaces } = space as Dict
    const entries = Object.entries(json).map(([key, part]) => {
      const inner = Object.hasOwn(spaces, key) ? fromJson(spaces[key]!, part) : undefined
      return [key, inner] as const
    })
    return entries.some(([, value]) => value === undefined)
      ? undefined
      : (Object.fromEntries(entries) as Record<string, SpaceValue>)
  }
  if (!Array.isArray(json)) return undefined
  if (space.kind === 'tuple') {
    const { spaces } = space as Tuple
    if (json.length !== spaces.length) return undefined
    const values = spaces.map((part, i) => fromJson(part, json[i]))
    return values.some((value) => value === undefined) ? undefined : (values as SpaceValue[])
  }
  const array: TypedArray = allocate(space.dtype!, sizeOf(space.shape!))
  if (json.length !== array.length) return undefined
  const numbers = json.map((x: unknown) => (x === 'NaN' || x === 'Infinity' || x === '-Infinity' ? Number(x) : x))
  if (!numbers.every((x) => typeof x === 'number')) return undefined
  array.set(numbers)
  // A number that the dtype cannot hold is another value.
  const exact = space.dtype === 'float32' || numbers.every((x, i) => Object.is(x, array[i]) || x === array[i])
  return exact ? array : undefined
}
