import { usageError } from '../../core/errors.ts'
import { refuseMask } from './mask.ts'
import type { Space, SpaceValue } from './space.ts'

/** Strings of up to `maxLength` characters of a set. */
export interface TextSpace extends Space<string> {
  readonly kind: 'text'
  readonly maxLength: number
  readonly characters: string
}

const alphanumeric = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789'

export function text(maxLength: number, characters = alphanumeric): TextSpace {
  if (!Number.isInteger(maxLength) || maxLength < 1)
    throw usageError(`text expects a whole number of at least 1 as maxLength, got ${JSON.stringify(maxLength)}.`)
  if (typeof characters !== 'string' || characters === '')
    throw usageError(`text expects a string of the characters to use, got ${JSON.stringify(characters)}.`)
  if (new Set(characters).size !== characters.length)
    throw usageError(`text expects characters of one unit, each once, got ${JSON.stringify(characters)}.`)
  return {
    kind: 'text',
    maxLength,
    characters,
    shape: undefined,
    dtype: undefined,
    sample(rng, mask) {
      refuseMask(mask, this)
      return Array.from({ length: 1 + rng.int(maxLength) }, () => characters[rng.int(characters.length)]!).join('')
    },
    contains: (value): value is string =>
      typeof value === 'string' && value.length <= maxLength && [...value].every((c) => characters.includes(c)),
    toJSON: () => ({ kind: 'text', maxLength, characters }),
    toString: () => `Text(${maxLength})`,
  }
}

/** A fixed list of values, each of its own space. */
export interface Tuple extends Space<readonly SpaceValue[]> {
  readonly kind: 'tuple'
  readonly spaces: readonly Space[]
}

export function tuple(spaces: readonly Space[]): Tuple {
  if (!Array.isArray(spaces)) throw usageError(`tuple expects a list of spaces, got ${JSON.stringify(spaces)}.`)
  for (const [i, space] of spaces.entries()) checkSpace('tuple', `[${i}]`, space)
  return {
    kind: 'tuple',
    spaces,
    shape: undefined,
    dtype: undefined,
    sample(rng, mask) {
      refuseMask(mask, this)
      return spaces.map((space) => space.sample(rng))
    },
    contains: (value): value is readonly SpaceValue[] =>
      Array.isArray(value) && value.length === spaces.length && spaces.every((space, i) => space.contains(value[i])),
    toJSON: () => ({ kind: 'tuple', spaces: spaces.map((space) => space.toJSON()) }),
    toString: () => `Tuple(${spaces.join(', ')})`,
  }
}

/** Named values, each of its own space. */
export interface Dict extends Space<{ readonly [key: string]: SpaceValue }> {
  readonly kind: 'dict'
  readonly spaces: Readonly<Record<string, Space>>
}

export function dict(spaces: Readonly<Record<string, Space>>): Dict {
  if (typeof spaces !== 'object' || spaces === null || Array.isArray(spaces))
    throw usageError(`dict expects spaces by their names, got ${JSON.stringify(spaces)}.`)
  const entries = Object.entries(spaces)
  for (const [key, space] of entries) checkSpace('dict', `.${key}`, space)
  return {
    kind: 'dict',
    spaces,
    shape: undefined,
    dtype: undefined,
    sample(rng, mask) {
      refuseMask(mask, this)
      return Object.fromEntries(entries.map(([key, space]) => [key, space.sample(rng)]))
    },
    contains: (value): value is { readonly [key: string]: SpaceValue } =>
      typeof value === 'object' &&
      value !== null &&
      Object.keys(value).length === entries.length &&
      entries.every(([key, space]) => space.contains((value as Record<string, unknown>)[key])),
    toJSON: () => ({ kind: 'dict', spaces: Object.fromEntries(entries.map(([key, space]) => [key, space.toJSON()])) }),
    toString: () => `Dict(${entries.map(([key, space]) => `${key}: ${space}`).join(', ')})`,
  }
}

function checkSpace(what: string, place: string, part: unknown): void {
  if (typeof (part as Space | null | undefined)?.contains !== 'function')
    throw usageError(`${what} expects spaces, got ${JSON.stringify(part) ?? 'nothing'} at ${place}.`)
}
