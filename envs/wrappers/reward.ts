import { checkNumbers } from '../../core/check-options.ts'
import { usageError } from '../../core/errors.ts'
import type { Env, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

/** The step with another reward; the environment's own stays beside it, for scores. */
export function withReward(result: StepResult, reward: number): StepResult {
  return { ...result, reward, rawReward: result.rawReward ?? result.reward }
}

/** Rewards become their sign (−1, 0, 1), or are cut to `low` … `high` where bounds are given (Mnih et al. 2015). */
export class ClipReward extends Wrapper {
  private readonly bounds: readonly [number, number] | undefined

  constructor(env: Env, { low, high }: { readonly low?: number; readonly high?: number } = {}) {
    super(env)
    if (low === undefined && high === undefined) return
    this.bounds = [low ?? -Infinity, high ?? Infinity]
    for (const [name, bound] of Object.entries({ low, high }))
      if (bound !== undefined) checkNumbers('ClipReward', { [name]: bound })
    if (!(this.bounds[0] < this.bounds[1])) throw usageError(`ClipReward expects low < high, got ${low} and ${high}.`)
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    const { reward } = result
    const clipped =
      this.bounds === undefined ? Math.sign(reward) : Math.min(Math.max(reward, this.bounds[0]), this.bounds[1])
    return withReward(result, clipped)
  }
}

/** Rewards are multiplied by `factor`. */
export class ScaleReward extends Wrapper {
  private readonly factor: number

  constructor(env: Env, { factor }: { readonly factor: number }) {
    super(env)
    if (!Number.isFinite(factor)) throw usageError(`ScaleReward expects a finite factor, got ${factor}.`)
    this.factor = factor
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    return withReward(result, result.reward * this.factor)
  }
}
