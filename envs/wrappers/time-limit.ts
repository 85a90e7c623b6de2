import { usageError } from '../../core/errors.ts'
import { fields } from '../../core/state.ts'
import type { Env, EnvSnapshot, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

/** Truncates an episode after `maxEpisodeSteps` steps. */
export class TimeLimit extends Wrapper {
  readonly maxEpisodeSteps: number
  private elapsed = 0

  constructor(env: Env, { maxEpisodeSteps }: { maxEpisodeSteps: number }) {
    super(env)
    if (!Number.isInteger(maxEpisodeSteps) || maxEpisodeSteps < 1) {
      throw usageError(`TimeLimit expects maxEpisodeSteps to be a whole number of at least 1, got ${maxEpisodeSteps}.`)
    }
    this.maxEpisodeSteps = maxEpisodeSteps
  }

  override reset(options?: ResetOptions): ResetResult {
    this.elapsed = 0
    return this.env.reset(options)
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    // The object may be the environment's own.
    return ++this.elapsed >= this.maxEpisodeSteps ? { ...result, truncated: true } : result
  }

  override snapshot(): EnvSnapshot {
    return { elapsed: this.elapsed, env: this.env.snapshot() }
  }

  override restore(snapshot: EnvSnapshot): void {
    this.elapsed = fields(snapshot, 'TimeLimit').number('elapsed')
    super.restore(snapshot)
  }
}
