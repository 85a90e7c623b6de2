import { checkNumbers } from '../../core/check-options.ts'
import { usageError } from '../../core/errors.ts'
import { box, isBox, type Box } from '../spaces/index.ts'
import type { Env, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

/** Bounded observations, bytes too, are shifted and scaled to `low` … `high` (−1 … 1) as float32. */
export class RescaleObservation extends Wrapper {
  private readonly inner: Box
  private readonly low: number
  private readonly high: number

  constructor(env: Env, { low = -1, high = 1 }: { readonly low?: number; readonly high?: number } = {}) {
    super(env)
    const space = env.observationSpace
    if (!isBox(space) || ![...space.low, ...space.high].every(Number.isFinite))
      throw usageError(`RescaleObservation expects a Box with finite bounds, this environment's is ${space}.`)
    checkNumbers('RescaleObservation', { low, high })
    if (!(low < high)) throw usageError(`RescaleObservation expects low < high, got ${low} and ${high}.`)
    this.inner = space
    this.low = low
    this.high = high
    this.observationSpace = box({ low, high, shape: space.shape })
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    return { ...result, observation: this.rescale(result.observation) }
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    return { ...result, observation: this.rescale(result.observation) }
  }

  private rescale(observation: SpaceValue): Float32Array {
    const { low, high } = this.inner
    const width = this.high - this.low
    return Float32Array.from(observation as Float32Array, (x, i) => {
      const span = high[i]! - low[i]!
      const scaled = this.low + (span === 0 ? 0 : ((x - low[i]!) / span) * width)
      return Math.min(Math.max(scaled, this.low), this.high)
    })
  }
}
