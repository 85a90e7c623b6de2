import { sizeOf } from '../../core/dtype.ts'
import type { Dict, Tuple } from './composite.ts'
import type { Discrete } from './discrete.ts'
import type { MultiBinary, MultiDiscrete } from './multi.ts'
import type { Space, SpaceValue } from './space.ts'

type CountedSpace = Discrete | MultiDiscrete | MultiBinary | Tuple | Dict

/** How many values a space has; undefined where they cannot be counted (Box and Text, alone or as a part). */
export function cardinality(space: Space): number | undefined {
  if (space.kind === 'box' || space.kind === 'text') return undefined
  const s = space as CountedSpace
  switch (s.kind) {
    case 'discrete':
      return s.n
    case 'multi-discrete':
      return s.nvec.reduce((product, n) => product * n, 1)
    case 'multi-binary':
      return 2 ** sizeOf(s.shape)
    case 'tuple':
    case 'dict':
      return partsOf(s).reduce<number | undefined>((product, [, part]) => {
        const n = cardinality(part)
        return product === undefined || n === undefined ? undefined : product * n
      }, 1)
  }
}

/**
 * The place of a value among all of its space, from 0: mixed radix, the last part moving fastest (a Dict's parts by their
 * sorted keys), as `numpy.ravel_multi_index` counts. The space must have a `cardinality`.
 */
export function ordinal(space: Space, value: SpaceValue): number {
  const s = space as CountedSpace
  switch (s.kind) {
    case 'discrete':
      return (value as number) - s.start
    case 'multi-discrete':
      return s.nvec.reduce((at, n, i) => at * n + (value as Int32Array)[i]!, 0)
    case 'multi-binary':
      return (value as Uint8Array).reduce((at, bit) => at * 2 + bit, 0)
    case 'tuple':
    case 'dict':
      return partsOf(s).reduce(
        (at, [place, part]) =>
          at * cardinality(part)! + ordinal(part, (value as Readonly<Record<string | number, SpaceValue>>)[place]!),
        0,
      )
  }
}

function partsOf(space: Tuple | Dict): [string | number, Space][] {
  if (space.kind === 'tuple') return space.spaces.map((part, i) => [i, part])
  return Object.keys(space.spaces)
    .sort()
    .map((key) => [key, space.spaces[key]!])
}
