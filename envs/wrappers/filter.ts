import { usageError } from '../../core/errors.ts'
import { dict, type Dict } from '../spaces/index.ts'
import type { Env, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

/** Keeps the parts of a Dict observation that `keys` names. */
export class Filter extends Wrapper {
  private readonly keys: readonly string[]

  constructor(env: Env, { keys }: { readonly keys: readonly string[] }) {
    super(env)
    const space = env.observationSpace
    if (space.kind !== 'dict') throw usageError(`Filter expects a Dict, this environment's observations are ${space}.`)
    const { spaces } = space as Dict
    const known = Object.keys(spaces)
    if (!Array.isArray(keys) || keys.length === 0 || keys.some((key) => !known.includes(key as string)))
      throw usageError(`Filter expects keys among ${known.join(', ')}, got ${JSON.stringify(keys)}.`)
    this.keys = keys
    this.observationSpace = dict(Object.fromEntries(keys.map((key) => [key, spaces[key]!])))
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    return { ...result, observation: this.filter(result.observation) }
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    return { ...result, observation: this.filter(result.observation) }
  }

  private filter(observation: SpaceValue): SpaceValue {
    const parts = observation as Readonly<Record<string, SpaceValue>>
    return Object.fromEntries(this.keys.map((key) => [key, parts[key]!]))
  }
}
