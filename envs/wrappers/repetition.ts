import { checkNumbers } from '../../core/check-options.ts'
import { usageError } from '../../core/errors.ts'
import { createRng, type Rng } from '../../core/rng.ts'
import { restoreRng, saveRng } from '../../core/rng-state.ts'
import type { Scene } from '../../core/scene.ts'
import type { Env, EnvSnapshot, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { atPace } from './max-and-skip.ts'
import { Wrapper } from './wrapper.ts'

/**
 * With probability `p` the last action is repeated instead of the one given (Machado et al. 2018, p = 0.25). The first
 * action of an episode is always the one given.
 */
export class StickyAction extends Wrapper {
  private readonly p: number
  private readonly own: Rng = createRng(0)
  private last: SpaceValue | undefined

  constructor(env: Env, { p = 0.25 }: { readonly p?: number } = {}) {
    super(env)
    checkNumbers('StickyAction', { p })
    if (!(p >= 0 && p < 1)) throw usageError(`StickyAction expects p from 0 up to but not 1, got ${p}.`)
    this.p = p
    this.own.restore(env.rng.stream('StickyAction').state())
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    if (options?.seed !== undefined) this.own.restore(this.env.rng.stream('StickyAction').state())
    this.last = undefined
    return result
  }

  override step(action: SpaceValue): StepResult {
    if (this.last === undefined || this.own.float() >= this.p) this.last = action
    return this.env.step(this.last)
  }

  override snapshot(): EnvSnapshot {
    return { last: this.last ?? null, own: saveRng(this.own), env: this.env.snapshot() }
  }

  override restore(snapshot: EnvSnapshot): void {
    const last = snapshot['last']
    this.last = last === null ? undefined : (last as SpaceValue)
    restoreRng(this.own, snapshot['own'], 'the random numbers of StickyAction')
    super.restore(snapshot)
  }
}

/** Each action is taken `times` times, or until the episode ends; rewards add up. */
export class RepeatAction extends Wrapper {
  private readonly times: number

  constructor(env: Env, { times }: { readonly times: number }) {
    super(env)
    if (!Number.isInteger(times) || times < 1)
      throw usageError(`RepeatAction expects times to be a whole number of at least 1, got ${times}.`)
    this.times = times
  }

  override render(): Scene {
    return atPace(this.env.render(), this.times)
  }

  override step(action: SpaceValue): StepResult {
    let result = this.env.step(action)
    let { reward } = result
    let raw = result.rawReward ?? reward
    for (let i = 1; i < this.times && !result.terminated && !result.truncated; i++) {
      result = this.env.step(action)
      reward += result.reward
      raw += result.rawReward ?? result.reward
    }
    return { ...result, reward, ...(result.rawReward !== undefined && { rawReward: raw }) }
  }
}
