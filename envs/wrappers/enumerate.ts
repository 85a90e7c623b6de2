import { usageError } from '../../core/errors.ts'
import { cardinality, discrete, ordinal } from '../spaces/index.ts'
import type { Env, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

/** Makes one number of each observation that has finitely many values (a Tuple of Discretes, say), for tables. */
export class Enumerate extends Wrapper {
  constructor(env: Env) {
    super(env)
    const n = cardinality(env.observationSpace)
    if (n === undefined || n > 2 ** 31)
      throw usageError(
        `Enumerate counts observations of Discrete, MultiDiscrete and MultiBinary parts, up to 2^31 values; ` +
          `this environment's are ${env.observationSpace}.`,
      )
    this.observationSpace = discrete(n)
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    return { ...result, observation: ordinal(this.env.observationSpace, result.observation) }
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    return { ...result, observation: ordinal(this.env.observationSpace, result.observation) }
  }
}
