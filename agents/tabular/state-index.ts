import { sizeOf, type TypedArray } from '../../core/dtype.ts'
import { usageError } from '../../core/errors.ts'
import { cardinality, isDiscrete, ordinal, type Space } from '../../envs/spaces/index.ts'

/** Numbers an environment's observations from 0, for the rows of a table. */
export interface StateIndex {
  readonly states: number
  /** The row of one lane's observation in a batch. */
  of(observations: TypedArray, lane: number): number
}

/** Throws a usage error for observations that cannot be counted. */
export function createStateIndex(space: Space): StateIndex {
  if (isDiscrete(space)) return { states: space.n, of: (observations, lane) => observations[lane]! - space.start }
  const states = cardinality(space)
  if (states === undefined || space.shape === undefined) {
    throw usageError(
      `A table has a row for each observation, so they must be Discrete, MultiDiscrete or MultiBinary; this environment's ` +
        `are ${space}. ${states === undefined ? 'dqn learns from these.' : 'The wrapper Enumerate makes one number of them.'}`,
    )
  }
  const width = sizeOf(space.shape)
  return {
    states,
    of: (observations, lane) => ordinal(space, observations.subarray(lane * width, (lane + 1) * width)),
  }
}
