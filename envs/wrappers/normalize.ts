import { checkNumbers } from '../../core/check-options.ts'
import { RingsideError, usageError } from '../../core/errors.ts'
import { sizeOf, type TypedArray } from '../../core/dtype.ts'
import { fields } from '../../core/state.ts'
import { box, isBox } from '../spaces/index.ts'
import type { Env, EnvSnapshot, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { createRunningMoments, type Moments, type RunningMoments } from './moments.ts'
import { withReward } from './reward.ts'
import { Wrapper } from './wrapper.ts'

/**
 * Observations, element by element, less their running mean and divided by their running standard deviation, as float32
 * (Gymnasium's formula: (x − mean) / √(variance + epsilon), x itself counted in). Each lane of a vector environment has
 * its own running numbers; evaluations use those of all lanes together, `frozen`: given, and not changed.
 */
export class NormalizeObservation extends Wrapper {
  private readonly epsilon: number
  private readonly frozen: boolean
  private readonly moments: RunningMoments

  constructor(
    env: Env,
    { epsilon = 1e-8, frozen }: { readonly epsilon?: number; readonly frozen?: Moments | undefined } = {},
  ) {
    super(env)
    const space = env.observationSpace
    if (!isBox(space))
      throw usageError(`NormalizeObservation expects a Box, this environment's is ${space}. Flatten it.`)
    checkEpsilon(epsilon, 'NormalizeObservation')
    this.epsilon = epsilon
    this.frozen = frozen !== undefined
    this.moments = startingFrom(frozen, sizeOf(space.shape), 'NormalizeObservation')
    this.observationSpace = box({ low: -Infinity, high: Infinity, shape: space.shape })
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    return { ...result, observation: this.normalize(result.observation) }
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    return { ...result, observation: this.normalize(result.observation) }
  }

  override statistics(): Moments {
    return this.moments.state() as unknown as Moments
  }

  override snapshot(): EnvSnapshot {
    return { moments: this.moments.state(), env: this.env.snapshot() }
  }

  override restore(snapshot: EnvSnapshot): void {
    if (!this.frozen) this.moments.restore(snapshot['moments'], 'NormalizeObservation')
    super.restore(snapshot)
  }

  private normalize(observation: SpaceValue): Float32Array {
    const values = observation as TypedArray
    const at = values.findIndex((x) => !Number.isFinite(x))
    if (at >= 0) throw notFinite(this, `element ${at} of the observation`, values[at]!)
    if (!this.frozen) this.moments.add(values)
    const { mean, variance } = this.moments
    const out = new Float32Array(values.length)
    for (let i = 0; i < out.length; i++) out[i] = (values[i]! - mean[i]!) / Math.sqrt(variance[i]! + this.epsilon)
    return out
  }
}

/**
 * Rewards divided by the running standard deviation of the discounted return so far (Gymnasium's formula, which after
 * Engstrom et al. 2020 subtracts no mean). The return is carried over truncations and set back where the task ended.
 */
export class NormalizeReward extends Wrapper {
  private readonly gamma: number
  private readonly epsilon: number
  private readonly frozen: boolean
  private readonly moments: RunningMoments
  private discounted = 0

  constructor(
    env: Env,
    {
      gamma = 0.99,
      epsilon = 1e-8,
      frozen,
    }: { readonly gamma?: number; readonly epsilon?: number; readonly frozen?: Moments | undefined } = {},
  ) {
    super(env)
    checkNumbers('NormalizeReward', { gamma }, { min: 0, max: 1 })
    checkEpsilon(epsilon, 'NormalizeReward')
    this.gamma = gamma
    this.epsilon = epsilon
    this.frozen = frozen !== undefined
    this.moments = startingFrom(frozen, 1, 'NormalizeReward')
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    if (!Number.isFinite(result.reward)) throw notFinite(this, 'the reward', result.reward)
    this.discounted = this.discounted * this.gamma * (result.terminated ? 0 : 1) + result.reward
    if (!this.frozen) this.moments.add([this.discounted])
    return withReward(result, result.reward / Math.sqrt(this.moments.variance[0]! + this.epsilon))
  }

  override statistics(): Moments {
    return this.moments.state() as unknown as Moments
  }

  override snapshot(): EnvSnapshot {
    return { discounted: this.discounted, moments: this.moments.state(), env: this.env.snapshot() }
  }

  override restore(snapshot: EnvSnapshot): void {
    this.discounted = fields(snapshot, 'NormalizeReward').number('discounted')
    if (!this.frozen) this.moments.restore(snapshot['moments'], 'NormalizeReward')
    super.restore(snapshot)
  }
}

/** One would spoil the statistics for good. */
function notFinite(wrapper: Wrapper, what: string, value: number): RingsideError {
  return new RingsideError(`${wrapper}: ${wrapper.constructor.name} expects finite numbers, ${what} is ${value}.`)
}

function checkEpsilon(epsilon: number, wrapper: string): void {
  checkNumbers(wrapper, { epsilon })
  if (!(epsilon > 0)) throw usageError(`${wrapper} expects epsilon above 0, got ${epsilon}.`)
}

function startingFrom(frozen: Moments | undefined, size: number, wrapper: string): RunningMoments {
  if (frozen !== undefined && (frozen.mean?.length !== size || frozen.variance?.length !== size))
    throw usageError(
      `${wrapper} expects frozen: { mean, variance, count } of ${size} elements, got ${frozen.mean?.length} and ${frozen.variance?.length}.`,
    )
  return createRunningMoments(size, frozen)
}
