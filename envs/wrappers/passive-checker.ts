import { dtypeOf, isTypedArray } from '../../core/dtype.ts'
import { RingsideError } from '../../core/errors.ts'
import { isBox, type Box, type Space } from '../spaces/index.ts'
import type { Env, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

/** Holds an environment to its contract at every reset and step, at the cost of a few comparisons. */
export class PassiveChecker extends Wrapper {
  private readonly observationBox: Box | undefined
  /** Bytes within 0 … 255 need no look at each. */
  private readonly anyByte: boolean

  constructor(env: Env) {
    super(env)
    const box = isBox(env.observationSpace) ? env.observationSpace : undefined
    this.observationBox = box
    this.anyByte = box?.dtype === 'uint8' && box.low.every((x) => x <= 0) && box.high.every((x) => x >= 255)
  }

  override reset(options?: ResetOptions): ResetResult {
    const result: unknown = this.env.reset(options)
    if (typeof result !== 'object' || result === null || !('observation' in result)) {
      throw this.broken('reset() returned', result, '{ observation, info }')
    }
    const { observation, info } = result as ResetResult
    this.checkObservation(observation, 'reset()')
    if (typeof info !== 'object' || info === null)
      throw this.broken('the info of reset() is', info, 'an object (it may be empty)')
    return result as ResetResult
  }

  override step(action: SpaceValue): StepResult {
    if (!this.actionSpace.contains(action))
      throw this.broken('step() was given the action', action, `one of ${this.actionSpace}`)
    const result = this.env.step(action)
    if (typeof result !== 'object' || result === null) {
      throw this.broken('step() returned', result, '{ observation, reward, terminated, truncated, info }')
    }
    const { reward, terminated, truncated } = result
    this.checkObservation(result.observation, 'step()')
    if (typeof reward !== 'number' || !Number.isFinite(reward))
      throw this.broken('the reward of step() is', reward, 'a finite number')
    if (typeof terminated !== 'boolean') throw this.broken('terminated of step() is', terminated, 'true or false')
    if (typeof truncated !== 'boolean') throw this.broken('truncated of step() is', truncated, 'true or false')
    return result
  }

  private checkObservation(observation: SpaceValue, from: string): void {
    const space = this.observationBox
    if (this.anyByte && observation instanceof Uint8Array && observation.length === space?.low.length) return
    if (space === undefined ? this.observationSpace.contains(observation) : insideBox(space, observation)) return
    throw this.broken(
      `the observation of ${from} is`,
      observation,
      describeSpace(this.observationSpace),
      whyOutside(this.observationSpace, observation),
    )
  }

  private broken(what: string, value: unknown, expected: string, why = ''): RingsideError {
    return new RingsideError(`${this.env} breaks its contract: ${what} ${show(value)}; expected ${expected}.${why}`)
  }
}

/** `contains` without its dtype look-up. */
function insideBox(space: Box, value: SpaceValue): boolean {
  if (!isTypedArray(value) || value.length !== space.low.length) return false
  const { dtype, low, high } = space
  if (dtype === 'float32') {
    if (!(value instanceof Float32Array)) return false
  } else if (dtypeOf(value) !== (dtype === 'bool' ? 'uint8' : dtype)) return false
  for (let i = 0; i < value.length; i++) if (!(value[i]! >= low[i]! && value[i]! <= high[i]!)) return false
  return true
}

function describeSpace(space: Space): string {
  return `a value of ${space}`
}

function whyOutside(space: Space, value: unknown): string {
  if (!isBox(space)) return ''
  if (!isTypedArray(value)) return ' A Box observation is a typed array, made anew for every step.'
  if (value.length !== space.low.length) return ` It has ${value.length} elements instead of ${space.low.length}.`
  if (dtypeOf(value) !== space.dtype) return ` Its dtype is ${dtypeOf(value)} instead of ${space.dtype}.`
  const at = Array.from(value).findIndex((x, i) => !(x >= space.low[i]! && x <= space.high[i]!))
  return ` Element ${at} is ${value[at]}, outside ${space.low[at]} … ${space.high[at]}.`
}

function show(value: unknown): string {
  if (isTypedArray(value))
    return `${value.constructor.name}(${value.length}) [${Array.from(value.slice(0, 6)).join(', ')}${value.length > 6 ? ', …' : ''}]`
  if (typeof value === 'function') return 'a function'
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return String(value)
  }
}
