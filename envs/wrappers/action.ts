import { checkNumbers } from '../../core/check-options.ts'
import { usageError } from '../../core/errors.ts'
import { box, discrete, isBox, type Box } from '../spaces/index.ts'
import type { Env, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

/** Actions beyond the bounds are cut to them; the space becomes unbounded. */
export class ClipAction extends Wrapper {
  private readonly inner: Box

  constructor(env: Env) {
    super(env)
    this.inner = boundedBox(env, 'ClipAction')
    this.actionSpace = box({ low: -Infinity, high: Infinity, shape: this.inner.shape })
  }

  override step(action: SpaceValue): StepResult {
    const { low, high } = this.inner
    return this.env.step(
      (action as Float32Array).map((x, i) => Math.min(Math.max(x, Math.fround(low[i]!)), Math.fround(high[i]!))),
    )
  }
}

/** Actions from `low` to `high` (−1 … 1) are stretched to the bounds of the environment's own. */
export class RescaleAction extends Wrapper {
  private readonly inner: Box
  private readonly low: number
  private readonly high: number

  constructor(env: Env, { low = -1, high = 1 }: { readonly low?: number; readonly high?: number } = {}) {
    super(env)
    checkNumbers('RescaleAction', { low, high })
    if (!(low < high)) throw usageError(`RescaleAction expects low < high, got ${low} and ${high}.`)
    this.inner = boundedBox(env, 'RescaleAction')
    this.low = low
    this.high = high
    this.actionSpace = box({ low, high, shape: this.inner.shape })
  }

  override step(action: SpaceValue): StepResult {
    const { low, high } = this.inner
    const share = (x: number): number => (x - this.low) / (this.high - this.low)
    return this.env.step((action as Float32Array).map((x, i) => low[i]! + share(x) * (high[i]! - low[i]!)))
  }
}

/**
 * A Box of continuous actions as a Discrete one: `bins` values an axis, evenly spread from bound to bound; action
 * i₀ + bins · i₁ + … stands for the values i₀, i₁, … of the axes.
 */
export class DiscretizeAction extends Wrapper {
  private readonly inner: Box
  private readonly bins: number

  constructor(env: Env, { bins }: { readonly bins: number }) {
    super(env)
    if (!Number.isInteger(bins) || bins < 2)
      throw usageError(`DiscretizeAction expects bins to be a whole number of at least 2, got ${bins}.`)
    this.inner = boundedBox(env, 'DiscretizeAction')
    this.bins = bins
    const actions = bins ** this.inner.low.length
    if (actions > 4096) throw usageError(`DiscretizeAction would make ${actions} actions; take fewer bins.`)
    this.actionSpace = discrete(actions)
  }

  override step(action: SpaceValue): StepResult {
    const { low, high } = this.inner
    let rest = action as number
    const values = Float32Array.from(low, (from, i) => {
      const bin = rest % this.bins
      rest = Math.floor(rest / this.bins)
      return from + ((high[i]! - from) * bin) / (this.bins - 1)
    })
    return this.env.step(values)
  }
}

function boundedBox(env: Env, wrapper: string): Box {
  const space = env.actionSpace
  const bounded = isBox(space) && [...space.low, ...space.high].every(Number.isFinite)
  if (!bounded || space.dtype !== 'float32')
    throw usageError(`${wrapper} expects bounded float32 actions, this environment's are ${space}.`)
  return space
}
