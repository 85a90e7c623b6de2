import { checkFlags } from '../../core/check-options.ts'
import { usageError } from '../../core/errors.ts'
import type { TypedArray } from '../../core/dtype.ts'
import { createRng, type Rng } from '../../core/rng.ts'
import { restoreRng, saveRng } from '../../core/rng-state.ts'
import { isBox, type Box } from '../spaces/index.ts'
import type { Env, EnvSnapshot, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

export interface WhiteNoiseOptions {
  /** Share of pixels (of elements, where the Box is no picture) that become noise between the bounds. */
  readonly share?: number
  /** Or: of normal noise that is added to every element, cut to the bounds; bytes and other whole numbers are rounded. */
  readonly standardDeviation?: number
  /** Replaced RGB pixels become gray: one value for all three channels, with the weights of luminance. */
  readonly grayscale?: boolean
}

/**
 * Observations with white noise. `share` is what Gymnasium's AddWhiteNoise does to rendered frames: each pixel of a
 * picture ([height, width] or [height, width, 3]) is replaced with that probability.
 */
export class WhiteNoise extends Wrapper {
  private readonly inner: Box
  private readonly share: number
  private readonly standardDeviation: number
  private readonly grayscale: boolean
  private readonly own: Rng = createRng(0)

  constructor(env: Env, { share = 0, standardDeviation = 0, grayscale = false }: WhiteNoiseOptions = {}) {
    super(env)
    if (!(share >= 0 && share < 1)) throw usageError(`WhiteNoise expects share from 0 up to but not 1, got ${share}.`)
    if (!(standardDeviation >= 0 && standardDeviation < Infinity))
      throw usageError(`WhiteNoise expects standardDeviation of at least 0, got ${standardDeviation}.`)
    checkFlags('WhiteNoise', { grayscale })
    if (share > 0 === standardDeviation > 0)
      throw usageError('WhiteNoise expects either share or standardDeviation above 0.')
    this.inner = boxOf(env, 'WhiteNoise', share > 0)
    this.share = share
    this.standardDeviation = standardDeviation
    this.grayscale = grayscale
    this.own.restore(env.rng.stream('WhiteNoise').state())
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    if (options?.seed !== undefined) this.own.restore(this.env.rng.stream('WhiteNoise').state())
    return { ...result, observation: this.spoil(result.observation) }
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    return { ...result, observation: this.spoil(result.observation) }
  }

  override snapshot(): EnvSnapshot {
    return { own: saveRng(this.own), env: this.env.snapshot() }
  }

  override restore(snapshot: EnvSnapshot): void {
    restoreRng(this.own, snapshot['own'], 'the random numbers of WhiteNoise')
    super.restore(snapshot)
  }

  private spoil(observation: SpaceValue): TypedArray {
    const out = (observation as TypedArray).slice()
    const { own, inner } = this
    if (this.share > 0) {
      const channels = channelsOf(inner)
      for (let at = 0; at < out.length; at += channels)
        if (own.float() < this.share) writeNoise(out, at, channels, inner, own, this.grayscale)
      return out
    }
    const whole = isWhole(inner)
    for (let i = 0; i < out.length; i++) {
      const value = out[i]! + own.normal() * this.standardDeviation
      out[i] = Math.min(Math.max(whole ? Math.round(value) : value, inner.low[i]!), inner.high[i]!)
    }
    return out
  }
}

export interface ObstructViewOptions {
  /** Share of the picture that patches would cover if none lay on another or over the edge. */
  readonly share: number
  /** Side of a patch in pixels. */
  readonly width: number
  readonly grayscale?: boolean
}

/**
 * Square patches of white noise over pictures ([height, width] or [height, width, 3]), at new places in each: what
 * Gymnasium's ObstructView does to rendered frames.
 */
export class ObstructView extends Wrapper {
  private readonly inner: Box
  private readonly patches: number
  private readonly width: number
  private readonly grayscale: boolean
  private readonly own: Rng = createRng(0)

  constructor(env: Env, { share, width, grayscale = false }: ObstructViewOptions) {
    super(env)
    if (!(share >= 0 && share < 1)) throw usageError(`ObstructView expects share from 0 up to but not 1, got ${share}.`)
    checkFlags('ObstructView', { grayscale })
    if (!Number.isInteger(width) || width < 1)
      throw usageError(`ObstructView expects width in whole pixels of at least 1, got ${width}.`)
    this.inner = boxOf(env, 'ObstructView', true)
    const { shape } = this.inner
    if (shape.length !== 2 && !(shape.length === 3 && channelsOf(this.inner) > 1))
      throw usageError(
        `ObstructView expects pictures, [height, width] or [height, width, 3], got ${env.observationSpace}.`,
      )
    // In this order of operations, as Gymnasium's rounding has it.
    this.patches = Math.floor(shape[0]! * shape[1]! * (share / width ** 2))
    this.width = width
    this.grayscale = grayscale
    this.own.restore(env.rng.stream('ObstructView').state())
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    if (options?.seed !== undefined) this.own.restore(this.env.rng.stream('ObstructView').state())
    return { ...result, observation: this.obstruct(result.observation) }
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    return { ...result, observation: this.obstruct(result.observation) }
  }

  override snapshot(): EnvSnapshot {
    return { own: saveRng(this.own), env: this.env.snapshot() }
  }

  override restore(snapshot: EnvSnapshot): void {
    restoreRng(this.own, snapshot['own'], 'the random numbers of ObstructView')
    super.restore(snapshot)
  }

  private obstruct(observation: SpaceValue): TypedArray {
    const out = (observation as TypedArray).slice()
    const [rows, columns] = this.inner.shape as readonly [number, number]
    const centers = Array.from({ length: this.patches }, () => this.own.int(rows * columns))
    const covered = patchMask(rows, columns, centers, this.width)
    const channels = channelsOf(this.inner)
    for (let pixel = 0; pixel < covered.length; pixel++)
      if (covered[pixel] !== 0) writeNoise(out, pixel * channels, channels, this.inner, this.own, this.grayscale)
    return out
  }
}

/** One byte a pixel: 1 within a patch of `width` pixels around a center (row · columns + column), cut at the edges. */
export function patchMask(rows: number, columns: number, centers: readonly number[], width: number): Uint8Array {
  const mask = new Uint8Array(rows * columns)
  const before = Math.floor(width / 2)
  for (const center of centers) {
    const [top, left] = [Math.floor(center / columns) - before, (center % columns) - before]
    for (let row = Math.max(top, 0); row < Math.min(top + width, rows); row++)
      mask.fill(1, row * columns + Math.max(left, 0), row * columns + Math.min(left + width, columns))
  }
  return mask
}

/** Noise between the bounds in the channels of one pixel. */
function writeNoise(out: TypedArray, at: number, channels: number, space: Box, rng: Rng, grayscale: boolean): void {
  if (grayscale && channels === 3) {
    // Whole parts below the weights of red, green and blue, as Gymnasium draws them.
    const gray = rng.int(76) + rng.int(149) + rng.int(29)
    out.fill(gray, at, at + 3)
    return
  }
  const whole = isWhole(space)
  for (let i = at; i < at + channels; i++) {
    const [low, high] = [space.low[i]!, space.high[i]!]
    out[i] = whole ? low + rng.int(high - low + 1) : rng.uniform(low, high)
  }
}

function channelsOf({ shape, stack }: Box): number {
  return shape.length === 3 && shape[2] === 3 && stack === undefined ? 3 : 1
}

function isWhole({ dtype }: Box): boolean {
  return dtype !== 'float32' && dtype !== 'float64'
}

function boxOf(env: Env, wrapper: string, bounded: boolean): Box {
  const space = env.observationSpace
  if (!isBox(space)) throw usageError(`${wrapper} expects a Box, this environment's observations are ${space}.`)
  if (bounded && ![...space.low, ...space.high].every(Number.isFinite))
    throw usageError(`${wrapper} draws between the bounds and expects a Box that has them, got ${space}.`)
  return space
}
