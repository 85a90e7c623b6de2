import type { DType } from '../../core/dtype.ts'
import { usageError } from '../../core/errors.ts'
import { box, type StackInfo } from './box.ts'
import { dict, text, tuple } from './composite.ts'
import { discrete } from './discrete.ts'
import { multiBinary, multiDiscrete } from './multi.ts'
import type { Space, SpaceJson } from './space.ts'

/** The inverse of `space.toJSON()`. */
export function spaceFromJSON(json: SpaceJson): Space {
  const at = json as unknown as Readonly<Record<string, never>>
  switch (json?.kind) {
    case 'box': {
      const { low, high, shape, dtype, stack } = json as unknown as BoxJson
      return box({
        low: boundFromJson(low),
        high: boundFromJson(high),
        shape,
        dtype,
        ...(stack !== undefined && { stack }),
      })
    }
    case 'discrete':
      return discrete(at['n']!, { start: at['start']! })
    case 'multi-discrete':
      return multiDiscrete(at['nvec']!)
    case 'multi-binary':
      return multiBinary(at['shape']!)
    case 'text':
      return text(at['maxLength']!, at['characters']!)
    case 'tuple':
      return tuple(partsOf(json).map(([, part]) => spaceFromJSON(part)))
    case 'dict':
      return dict(Object.fromEntries(partsOf(json).map(([key, part]) => [key, spaceFromJSON(part)])))
    default:
      throw usageError(
        `spaceFromJSON expects { kind: ${kinds.join(' | ')}, … }, got ${JSON.stringify(json)?.slice(0, 80) ?? 'nothing'}.`,
      )
  }
}

const kinds: readonly Space['kind'][] = ['box', 'discrete', 'multi-discrete', 'multi-binary', 'text', 'tuple', 'dict']

function partsOf(json: SpaceJson): [string, SpaceJson][] {
  const { kind, spaces } = json
  if (typeof spaces !== 'object' || spaces === null || Array.isArray(spaces) !== (kind === 'tuple'))
    throw usageError(`spaceFromJSON expects the spaces of a ${kind}, got ${JSON.stringify(spaces) ?? 'nothing'}.`)
  return Object.entries(spaces as Record<string, SpaceJson>)
}

/** One number for all elements, or one each; infinities are text. */
type BoundJson = number | string | readonly (number | string)[]

function boundFromJson(bound: BoundJson): number | number[] {
  if (bound === undefined || bound === null) throw usageError('spaceFromJSON expects the low and high of a box.')
  return typeof bound === 'object' ? bound.map(Number) : Number(bound)
}

interface BoxJson {
  readonly low: BoundJson
  readonly high: BoundJson
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly stack?: StackInfo
}
