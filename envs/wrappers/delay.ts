import { usageError } from '../../core/errors.ts'
import { fields } from '../../core/state.ts'
import { zeroValue } from '../spaces/index.ts'
import type { Env, EnvSnapshot, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

/** Observations come `steps` steps late; until the first has come, zeros (or what in the space is nearest to them). */
export class Delay extends Wrapper {
  private readonly steps: number
  private waiting: SpaceValue[] = []

  constructor(env: Env, { steps }: { readonly steps: number }) {
    super(env)
    if (!Number.isInteger(steps) || steps < 0)
      throw usageError(`Delay expects steps to be a whole number of at least 0, got ${steps}.`)
    this.steps = steps
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    this.waiting = []
    return { ...result, observation: this.late(result.observation) }
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    return { ...result, observation: this.late(result.observation) }
  }

  override snapshot(): EnvSnapshot {
    return { waiting: [...this.waiting], env: this.env.snapshot() }
  }

  override restore(snapshot: EnvSnapshot): void {
    this.waiting = [...fields(snapshot, 'Delay').list('waiting')] as SpaceValue[]
    super.restore(snapshot)
  }

  private late(observation: SpaceValue): SpaceValue {
    this.waiting.push(observation)
    return this.waiting.length > this.steps ? this.waiting.shift()! : zeroValue(this.observationSpace)
  }
}
