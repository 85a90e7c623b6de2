import { allocate, isTypedArray, sizeOf, type TypedArray } from '../../core/dtype.ts'
import { usageError } from '../../core/errors.ts'
import { box, type Box } from './box.ts'
import type { Dict, TextSpace, Tuple } from './composite.ts'
import type { Discrete } from './discrete.ts'
import type { MultiBinary, MultiDiscrete } from './multi.ts'
import type { Space, SpaceValue } from './space.ts'

type AnySpace = Box | Discrete | MultiDiscrete | MultiBinary | TextSpace | Tuple | Dict

/**
 * The vector space that a space's values flatten into, as Gymnasium does it: Box and MultiBinary in a row, Discrete and
 * MultiDiscrete one-hot, Text as the index of each character (the number of characters where it has ended), Tuple and Dict
 * one part after another (a Dict by its sorted keys). A Box keeps its dtype, all else becomes float32.
 */
export function flattenSpace(space: Space): Box {
  const { low, high } = boundsOf(space)
  const dtype = space.kind === 'box' ? (space as Box).dtype : 'float32'
  return box({ low, high, shape: [low.length], dtype })
}

/** Numbers in a flattened value. */
export function flatSize(space: Space): number {
  return boundsOf(space).low.length
}

/** One value as a vector; throws a usage error for a value outside the space. */
export function flatten(space: Space, value: SpaceValue): TypedArray {
  if (!space.contains(value)) throw usageError(`flatten expects a value of ${space}.`)
  if (space.kind === 'box') return (value as TypedArray).slice()
  const out = new Float32Array(flatSize(space))
  write(space, value, out, 0)
  return out
}

/** The value that a vector stands for: of one-hot parts, where the largest number is. */
export function unflatten(space: Space, vector: TypedArray): SpaceValue {
  const size = flatSize(space)
  if (!isTypedArray(vector)) throw usageError(`unflatten expects a typed array, got ${JSON.stringify(vector)}.`)
  if (vector.length !== size) throw usageError(`unflatten expects ${size} numbers for ${space}, got ${vector.length}.`)
  if (space.kind === 'box') return vector.slice()
  return read(space, vector, 0).value
}

function boundsOf(space: Space): { low: number[]; high: number[] } {
  const same = (length: number, from: number, to: number) => ({
    low: new Array<number>(length).fill(from),
    high: new Array<number>(length).fill(to),
  })
  const s = space as AnySpace
  switch (s.kind) {
    case 'box':
      return { low: [...s.low], high: [...s.high] }
    case 'discrete':
      return same(s.n, 0, 1)
    case 'multi-discrete':
      return same(
        s.nvec.reduce((a, b) => a + b, 0),
        0,
        1,
      )
    case 'multi-binary':
      return same(sizeOf(s.shape), 0, 1)
    case 'text':
      return same(s.maxLength, 0, s.characters.length)
    case 'tuple':
    case 'dict': {
      const parts = partsOf(s).map(([, part]) => boundsOf(part))
      return { low: parts.flatMap(({ low }) => low), high: parts.flatMap(({ high }) => high) }
    }
  }
}

/** Places and spaces of a composite, in the order in which they flatten. */
function partsOf(space: Tuple | Dict): [string | number, Space][] {
  if (space.kind === 'tuple') return space.spaces.map((part, i) => [i, part])
  return Object.keys(space.spaces)
    .sort()
    .map((key) => [key, space.spaces[key]!])
}

/** Returns where it stopped. */
function write(space: Space, value: SpaceValue, out: Float32Array, at: number): number {
  const s = space as AnySpace
  switch (s.kind) {
    case 'box':
    case 'multi-binary':
      out.set(value as TypedArray, at)
      return at + (value as TypedArray).length
    case 'discrete':
      out[at + (value as number) - s.start] = 1
      return at + s.n
    case 'multi-discrete':
      return s.nvec.reduce((from, n, i) => {
        out[from + (value as Int32Array)[i]!] = 1
        return from + n
      }, at)
    case 'text':
      for (let i = 0; i < s.maxLength; i++) {
        const character = (value as string)[i]
        out[at + i] = character === undefined ? s.characters.length : s.characters.indexOf(character)
      }
      return at + s.maxLength
    case 'tuple':
    case 'dict':
      return partsOf(s).reduce(
        (from, [place, part]) => write(part, (value as Record<string | number, SpaceValue>)[place]!, out, from),
        at,
      )
  }
}

function read(space: Space, vector: TypedArray, at: number): { value: SpaceValue; next: number } {
  const s = space as AnySpace
  const slice = (length: number): number[] => Array.from(vector.subarray(at, at + length) as Float32Array)
  switch (s.kind) {
    case 'box': {
      const value = allocate(s.dtype, sizeOf(s.shape))
      value.set(slice(value.length))
      return { value, next: at + value.length }
    }
    case 'multi-binary': {
      const length = sizeOf(s.shape)
      return { value: Uint8Array.from(slice(length)), next: at + length }
    }
    case 'discrete':
      return { value: s.start + largest(slice(s.n)), next: at + s.n }
    case 'multi-discrete': {
      let next = at
      const value = Int32Array.from(s.nvec, (n) => {
        const index = largest(Array.from(vector.subarray(next, next + n) as Float32Array))
        next += n
        return index
      })
      return { value, next }
    }
    case 'text':
      return {
        value: slice(s.maxLength)
          .map((index) => s.characters[index] ?? '')
          .join(''),
        next: at + s.maxLength,
      }
    case 'tuple':
    case 'dict': {
      let next = at
      const parts = partsOf(s).map(([place, part]) => {
        const inner = read(part, vector, next)
        next = inner.next
        return [place, inner.value] as const
      })
      const value = s.kind === 'tuple' ? parts.map(([, part]) => part) : Object.fromEntries(parts)
      return { value: value as SpaceValue, next }
    }
  }
}

function largest(values: readonly number[]): number {
  return values.indexOf(Math.max(...values))
}
