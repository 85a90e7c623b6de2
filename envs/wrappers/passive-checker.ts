import { allocate, dtypeOf, isTypedArray } from '../../core/dtype.ts'
import { nearestName, RingsideError, usageError } from '../../core/errors.ts'
import { isBox, type Box, type Space } from '../spaces/index.ts'
import { maskWidth } from '../spaces/mask-width.ts'
import type { Env, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

/**
 * Holds an environment to its contract at every reset and step, at the cost of a few comparisons. What breaks it throws:
 * what came, what was expected, what to change.
 */
export class PassiveChecker extends Wrapper {
  private readonly observationBox: Box | undefined
  /** Bits that no byte of an observation may have, where that says all that the bounds say. */
  private readonly foreignBits: number | undefined
  private readonly maskWidth: number

  constructor(env: Env) {
    super(env)
    this.observationBox = isBox(env.observationSpace) ? env.observationSpace : undefined
    this.foreignBits = this.observationBox === undefined ? undefined : foreignBits(this.observationBox)
    this.maskWidth = maskWidth(env.actionSpace)
  }

  override reset(options?: ResetOptions): ResetResult {
    if (options !== undefined) checkResetKeys(options, this)
    const result: unknown = this.env.reset(options)
    if (typeof result !== 'object' || result === null || !('observation' in result))
      throw this.broken('reset() returned', result, '{ observation, info }', adviceOnResult('reset', result))
    const { observation, info } = result as ResetResult
    this.checkObservation(observation, 'reset()')
    if (typeof info !== 'object' || info === null)
      throw this.broken('info of reset() is', info, 'an object', 'Return info: {} where there is nothing to tell.')
    if (info['actionMask'] !== undefined) this.checkMask(info['actionMask'], 'reset()', true)
    return result as ResetResult
  }

  override step(action: SpaceValue): StepResult {
    if (!this.actionSpace.contains(action))
      throw this.broken('step() was given the action', action, `one of ${this.actionSpace}`)
    const result = this.env.step(action)
    if (typeof result !== 'object' || result === null || !('observation' in result)) {
      const expected = '{ observation, reward, terminated, truncated, info }'
      throw this.broken('step() returned', result, expected, adviceOnResult('step', result))
    }
    const { reward, terminated, truncated, info } = result
    this.checkObservation(result.observation, 'step()')
    if (typeof reward !== 'number' || !Number.isFinite(reward))
      throw this.broken('the reward of step() is', reward, 'a finite number', adviceOnReward(reward))
    if (typeof terminated !== 'boolean' || typeof truncated !== 'boolean') {
      const [name, value] = typeof terminated !== 'boolean' ? ['terminated', terminated] : ['truncated', truncated]
      throw this.broken(`${name} of step() is`, value, 'true or false', adviceOnEnd(result))
    }
    if (typeof info !== 'object' || info === null)
      throw this.broken('info of step() is', info, 'an object', 'Return info: {} where there is nothing to tell.')
    if (info['actionMask'] !== undefined) this.checkMask(info['actionMask'], 'step()', !terminated && !truncated)
    return result
  }

  private checkObservation(observation: SpaceValue, from: string): void {
    const space = this.observationBox
    if (this.foreignBits !== undefined && observation instanceof Uint8Array)
      if (observation.length === space!.low.length && !hasBits(observation, this.foreignBits)) return
    if (space === undefined ? this.observationSpace.contains(observation) : insideBox(space, observation)) return
    throw this.broken(
      `the observation of ${from} is`,
      observation,
      `a value of ${this.observationSpace}`,
      adviceOnObservation(this.observationSpace, observation),
    )
  }

  /** `goesOn`: another action is to follow. */
  private checkMask(mask: unknown, from: string, goesOn: boolean): void {
    const width = this.maskWidth
    const what = `info.actionMask of ${from} is`
    if (width === 0) throw this.broken(what, mask, `none, with actions of ${this.actionSpace}`)
    const bytes = mask instanceof Uint8Array ? mask : noBytes
    let all = 0
    for (let i = 0; i < bytes.length; i++) all |= bytes[i]!
    if (bytes.length !== width || all > 1)
      throw this.broken(what, mask, `a Uint8Array of ${width} bytes, one a choice of an action: 1 allowed, 0 not`)
    if (goesOn && all === 0)
      throw this.broken(what, mask, 'one action at least that is allowed', 'Where none is left, the episode has ended.')
  }

  private broken(what: string, value: unknown, expected: string, advice = ''): RingsideError {
    const message = `${this.env} breaks its contract: ${what} ${show(value)}; expected ${expected}.`
    return new RingsideError(advice === '' ? message : `${message} ${advice}`)
  }
}

function checkResetKeys(options: ResetOptions, env: Env): void {
  if (typeof options !== 'object' || options === null)
    throw usageError(`${env}: reset expects { seed, options }, got ${show(options)}.`)
  for (const key in options) {
    if (key === 'seed' || key === 'options') continue
    const near = nearestName(key, ['seed', 'options'])
    const hint =
      near === undefined ? ' What is for the environment itself goes into options.' : ` Did you mean "${near}"?`
    throw usageError(`${env}: reset expects { seed, options }, got "${key}".${hint}`)
  }
}

/** For bytes from 0 to a common 2ⁿ − 1. */
function foreignBits({ dtype, low, high }: Box): number | undefined {
  const top = high[0] ?? 0
  if (dtype !== 'uint8' || (top & (top + 1)) !== 0) return undefined
  return low.every((x) => x === 0) && high.every((x) => x === top) ? 255 - top : undefined
}

function hasBits(bytes: Uint8Array, bits: number): boolean {
  if (bits === 0) return false
  const { buffer, byteOffset, length } = bytes
  let all = 0
  // Four bytes at once, where they lie so.
  const words = (byteOffset & 3) === 0 ? length >> 2 : 0
  const view = words > 0 ? new Int32Array(buffer, byteOffset, words) : noWords
  const fours = words & ~3
  for (let i = 0; i < fours; i += 4) all |= view[i]! | view[i + 1]! | view[i + 2]! | view[i + 3]!
  for (let i = fours; i < words; i++) all |= view[i]!
  for (let i = 4 * words; i < length; i++) all |= bytes[i]!
  return (all & (bits * 0x01010101)) !== 0
}

const noWords = new Int32Array(0)
const noBytes = new Uint8Array(0)

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

function adviceOnResult(method: 'reset' | 'step', result: unknown): string {
  if (result instanceof Promise) {
    // What is said here is the reason, not what it may be rejected with later.
    result.catch(() => {})
    return `Environments are synchronous: take "async" from ${method}(), and await at the top of the module.`
  }
  if (result === undefined) return 'Is a return missing?'
  if (Array.isArray(result) && method === 'step' && result.length === 4)
    return "This looks like Gym's old [observation, reward, done, info]: return an object, and instead of done say terminated (the task ended) and truncated (it was cut)."
  if (Array.isArray(result)) return 'Return an object with these names, not a tuple.'
  if (method === 'reset' && (isTypedArray(result) || typeof result === 'number'))
    return 'This looks like the observation itself: return { observation, info: {} }.'
  return 'Name the observation "observation".'
}

function adviceOnReward(reward: unknown): string {
  if (reward === undefined) return 'Return reward: 0 where there is none.'
  if (typeof reward !== 'number') return 'Return one plain number.'
  return 'Look for a division by zero, a logarithm of zero, or a value that was never set.'
}

function adviceOnEnd(result: object): string {
  if ('done' in result)
    return 'Instead of done, say terminated (the task ended: no reward can follow) and truncated (the episode was cut, by a time limit say).'
  return 'Return both as booleans: terminated (the task ended), truncated (it was cut; false where only maxEpisodeSteps cuts).'
}

function adviceOnObservation(space: Space, value: unknown): string {
  if (value instanceof Promise) return 'Environments are synchronous: the observation is awaited nowhere.'
  if (!isBox(space)) return 'Return such a value, or change observationSpace to say what is returned.'
  const name = allocate(space.dtype, 0).constructor.name
  if (Array.isArray(value)) return `Make a typed array of it: ${name}.from(values).`
  if (!isTypedArray(value)) return `A Box observation is a typed array, made anew for every step: ${name}.of(…).`
  if (value.length !== space.low.length)
    return `It has ${value.length} elements instead of ${space.low.length}: return as many as the space has, or change the shape in observationSpace.`
  if (dtypeOf(value) !== (space.dtype === 'bool' ? 'uint8' : space.dtype))
    return `Its dtype is ${dtypeOf(value)} instead of ${space.dtype}: return a ${name}, or declare the space with dtype: '${dtypeOf(value)}'.`
  const at = value.findIndex((x: number, i: number) => !(x >= space.low[i]! && x <= space.high[i]!))
  const range = `Element ${at} is ${value[at]}, outside ${space.low[at]} … ${space.high[at]}`
  return Number.isNaN(value[at])
    ? `${range}: look for a division by zero or a value that was never set.`
    : `${range}: clip it, or widen the bounds in observationSpace.`
}

function show(value: unknown): string {
  if (isTypedArray(value))
    return `${value.constructor.name}(${value.length}) [${Array.from(value.slice(0, 6)).join(', ')}${value.length > 6 ? ', …' : ''}]`
  if (value instanceof Promise) return 'a Promise'
  if (typeof value === 'function') return 'a function'
  if (typeof value === 'number') return String(value)
  try {
    return JSON.stringify(value, briefly) ?? String(value)
  } catch {
    return String(value)
  }
}

/** For JSON: typed arrays as lists, long lists cut, NaN and the infinities by name. */
function briefly(_: string, value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  const list = isTypedArray(value) ? Array.from(value.slice(0, 7)) : value
  return Array.isArray(list) && list.length > 6 ? [...(list.slice(0, 6) as unknown[]), '…'] : list
}
