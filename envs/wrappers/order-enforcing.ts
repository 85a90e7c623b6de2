import { RingsideError } from '../../core/errors.ts'
import type { EnvSnapshot, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

/** Refuses a step before the first reset and after the end of an episode. */
export class OrderEnforcing extends Wrapper {
  private state: 'new' | 'running' | 'ended' = 'new'

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    this.state = 'running'
    return result
  }

  override step(action: SpaceValue): StepResult {
    if (this.state !== 'running') {
      const why = this.state === 'new' ? 'before the first reset()' : 'after the end of the episode; call reset() first'
      throw new RingsideError(`${this}: step() was called ${why}.`)
    }
    const result = this.env.step(action)
    if (result.terminated || result.truncated) this.state = 'ended'
    return result
  }

  override snapshot(): EnvSnapshot {
    return { state: this.state, env: this.env.snapshot() }
  }

  override restore(snapshot: EnvSnapshot): void {
    this.state = snapshot['state'] as 'new' | 'running' | 'ended'
    super.restore(snapshot)
  }
}
