import type { Box } from './box.ts'
import type { Discrete } from './discrete.ts'
import type { Space } from './space.ts'

export { box, type Box, type BoxOptions, type StackInfo } from './box.ts'
export { dict, text, tuple, type Dict, type TextSpace, type Tuple } from './composite.ts'
export { discrete, type Discrete } from './discrete.ts'
export { cardinality, ordinal } from './enumerate.ts'
export { flatSize, flatten, flattenSpace, unflatten } from './flatten.ts'
export { spaceFromJSON } from './json.ts'
export { multiBinary, multiDiscrete, type MultiBinary, type MultiDiscrete } from './multi.ts'
export { sampler } from './sampler.ts'
export type { Space, SpaceJson, SpaceValue } from './space.ts'
export { valueFromJSON, valueToJSON } from './values.ts'
export { zeroValue } from './zero.ts'

export function isBox(space: Space): space is Box {
  return space.kind === 'box'
}

export function isDiscrete(space: Space): space is Discrete {
  return space.kind === 'discrete'
}
