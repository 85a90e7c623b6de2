import { checkNumbers } from '../../core/check-options.ts'
import { usageError } from '../../core/errors.ts'
import { fields } from '../../core/state.ts'
import { box, isBox } from '../spaces/index.ts'
import type { Env, EnvSnapshot, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

/** Appends the number of steps since the episode began to a Box observation, as a share of `horizon` steps. */
export class TimeAware extends Wrapper {
  private readonly horizon: number
  private elapsed = 0

  constructor(
    env: Env,
    { horizon = env.spec?.maxEpisodeSteps ?? undefined }: { readonly horizon?: number | undefined } = {},
  ) {
    super(env)
    if (horizon === undefined || !(horizon > 0))
      throw usageError(`TimeAware expects a horizon in steps where the environment has no time limit, got ${horizon}.`)
    checkNumbers('TimeAware', { horizon })
    this.horizon = horizon
    const space = env.observationSpace
    if (!isBox(space) || space.dtype !== 'float32' || space.shape.length !== 1)
      throw usageError(`TimeAware expects vectors of float32 as observations, this environment's are ${space}.`)
    this.observationSpace = box({ low: [...space.low, 0], high: [...space.high, Infinity] })
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    this.elapsed = 0
    return { ...result, observation: this.extend(result.observation) }
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    this.elapsed++
    return { ...result, observation: this.extend(result.observation) }
  }

  override snapshot(): EnvSnapshot {
    return { elapsed: this.elapsed, env: this.env.snapshot() }
  }

  override restore(snapshot: EnvSnapshot): void {
    this.elapsed = fields(snapshot, 'TimeAware').number('elapsed')
    super.restore(snapshot)
  }

  private extend(observation: SpaceValue): Float32Array {
    const values = observation as Float32Array
    const out = new Float32Array(values.length + 1)
    out.set(values)
    out[values.length] = this.elapsed / this.horizon
    return out
  }
}
