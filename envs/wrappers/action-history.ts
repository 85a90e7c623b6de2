import { usageError } from '../../core/errors.ts'
import { fields } from '../../core/state.ts'
import { box, isBox, isDiscrete } from '../spaces/index.ts'
import type { Env, EnvSnapshot, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

/**
 * Appends the last `actions` actions to a vector of float32, one-hot and the newest first; zeros where the episode has not
 * had so many. For agents without memory in tasks where what was done matters (delays, momentum that is not seen).
 */
export class ActionHistory extends Wrapper {
  private readonly actions: number
  private readonly n: number
  private readonly start: number
  private history: Float32Array

  constructor(env: Env, { actions = 1 }: { readonly actions?: number } = {}) {
    super(env)
    if (!Number.isInteger(actions) || actions < 1)
      throw usageError(`ActionHistory expects actions to be a whole number of at least 1, got ${actions}.`)
    const { observationSpace: space, actionSpace } = env
    if (!isDiscrete(actionSpace)) throw usageError(`ActionHistory expects Discrete actions, got ${actionSpace}.`)
    if (!isBox(space) || space.dtype !== 'float32' || space.shape.length !== 1)
      throw usageError(`ActionHistory expects vectors of float32 as observations, this environment's are ${space}.`)
    this.actions = actions
    this.n = actionSpace.n
    this.start = actionSpace.start
    this.history = new Float32Array(actions * this.n)
    const [zeros, ones] = [0, 1].map((x) => new Array<number>(this.history.length).fill(x)) as [number[], number[]]
    this.observationSpace = box({ low: [...space.low, ...zeros], high: [...space.high, ...ones] })
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    this.history.fill(0)
    return { ...result, observation: this.extend(result.observation) }
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    this.history.copyWithin(this.n, 0, (this.actions - 1) * this.n)
    this.history.fill(0, 0, this.n)
    this.history[(action as number) - this.start] = 1
    return { ...result, observation: this.extend(result.observation) }
  }

  override snapshot(): EnvSnapshot {
    return { history: this.history.slice(), env: this.env.snapshot() }
  }

  override restore(snapshot: EnvSnapshot): void {
    this.history.set(fields(snapshot, 'ActionHistory').array('history', 'float32', [this.history.length]))
    super.restore(snapshot)
  }

  private extend(observation: SpaceValue): Float32Array {
    const values = observation as Float32Array
    const out = new Float32Array(values.length + this.history.length)
    out.set(values)
    out.set(this.history, values.length)
    return out
  }
}
