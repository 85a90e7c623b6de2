import { fields } from '../../core/state.ts'
import type { EnvSnapshot, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

/**
 * At the end of an episode `info.episode` is { return, length, seconds }: the sum of the rewards as they pass here, steps,
 * and wall-clock time since the reset.
 */
export class RecordEpisodeStatistics extends Wrapper {
  private total = 0
  private length = 0
  private began = 0

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    this.total = 0
    this.length = 0
    this.began = performance.now()
    return result
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    this.total += result.reward
    this.length++
    if (!result.terminated && !result.truncated) return result
    const seconds = (performance.now() - this.began) / 1000
    return { ...result, info: { ...result.info, episode: { return: this.total, length: this.length, seconds } } }
  }

  override snapshot(): EnvSnapshot {
    const seconds = (performance.now() - this.began) / 1000
    return { return: this.total, length: this.length, seconds, env: this.env.snapshot() }
  }

  override restore(snapshot: EnvSnapshot): void {
    const saved = fields(snapshot, 'RecordEpisodeStatistics')
    this.total = saved.number('return')
    this.length = saved.number('length')
    this.began = performance.now() - saved.number('seconds') * 1000
    super.restore(snapshot)
  }
}
