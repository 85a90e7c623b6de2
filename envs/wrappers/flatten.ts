import { flatten, flattenSpace } from '../spaces/index.ts'
import type { Env, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

/** Makes one vector of each observation: Discrete parts one-hot, Tuples and Dicts one part after another. */
export class Flatten extends Wrapper {
  constructor(env: Env) {
    super(env)
    this.observationSpace = flattenSpace(env.observationSpace)
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    return { ...result, observation: flatten(this.env.observationSpace, result.observation) }
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    return { ...result, observation: flatten(this.env.observationSpace, result.observation) }
  }
}
