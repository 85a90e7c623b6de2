import { RingsideError, usageError } from '../../core/errors.ts'
import type { Space } from '../spaces/index.ts'
import type { Env, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

export interface TransformOptions {
  readonly transform: (observation: SpaceValue) => SpaceValue
  /** Of what `transform` returns; the environment's own where it is not given. */
  readonly space?: Space
}

/** Each observation goes through a function of yours: code only, since a function has no place in a spec. */
export class Transform extends Wrapper {
  private readonly transform: (observation: SpaceValue) => SpaceValue

  constructor(env: Env, { transform, space = env.observationSpace }: TransformOptions) {
    super(env)
    if (typeof transform !== 'function')
      throw usageError(`Transform expects transform to be a function, got ${String(transform)}.`)
    this.transform = transform
    this.observationSpace = space
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    return { ...result, observation: this.apply(result.observation) }
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    return { ...result, observation: this.apply(result.observation) }
  }

  private apply(observation: SpaceValue): SpaceValue {
    const value = this.transform(observation)
    if (this.observationSpace.contains(value)) return value
    throw new RingsideError(
      `${this}: the function of Transform made ${show(value)} of ${show(observation)}; expected a value of ${this.observationSpace}.`,
    )
  }
}

function show(value: unknown): string {
  if (ArrayBuffer.isView(value)) {
    const values = Array.from(value as Float32Array)
    return `${value.constructor.name}(${values.length}) [${values.slice(0, 6).join(', ')}${values.length > 6 ? ', …' : ''}]`
  }
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
