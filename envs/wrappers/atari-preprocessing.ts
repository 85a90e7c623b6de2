import { checkFlags } from '../../core/check-options.ts'
import { usageError } from '../../core/errors.ts'
import { createPhi, type Interpolation, type Phi } from '../../core/raster/index.ts'
import type { Scene } from '../../core/scene.ts'
import type { StackInfo } from '../spaces/index.ts'
import type { Env, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { EpisodicLife } from './episodic-life.ts'
import { FireReset } from './fire-reset.ts'
import { frameBox, rgbShape } from './frame.ts'
import { FrameStack } from './frame-stack.ts'
import { checkSize, Crop, cropBox, Grayscale, Resize, type CropBox } from './image.ts'
import { atPace, checkedSkip, MaxAndSkip, takeSkipped } from './max-and-skip.ts'
import { NoopReset, noopOf } from './noop-reset.ts'
import { Wrapper } from './wrapper.ts'

export interface AtariPreprocessingOptions {
  /** Most no-ops at an episode's start. */
  readonly noopMax?: number
  /** Frames an action is taken for. */
  readonly skip?: number
  /** The loss of a life ends the learner's episode. */
  readonly episodicLife?: boolean
  /** Episodes begin with FIRE. */
  readonly fireReset?: boolean
  /** `square` (2013), a box, or `none` (2015). */
  readonly crop?: 'none' | 'square' | CropBox
  readonly height?: number
  readonly width?: number
  readonly interpolation?: Interpolation
  /** Pictures in a state, and what stands for those that an episode's start lacks. */
  readonly frames?: number
  readonly padding?: StackInfo['padding']
}

/**
 * φ of Mnih et al. 2015 (Methods, "Preprocessing" and "Training details"), with its published defaults: up to 30 no-ops, each action for 4 frames,
 * the maximum of the last two, luminance, 84 × 84 pixels by area, the last 4 pictures. It is these wrappers, innermost first: NoopReset,
 * MaxAndSkip, EpisodicLife, FireReset, Grayscale, Crop, Resize, FrameStack; by area the pixels' part is done at once.
 */
export class AtariPreprocessing extends Wrapper {
  private readonly inner: Env

  constructor(env: Env, options: AtariPreprocessingOptions = {}) {
    super(composed(env, options))
    this.inner = env
  }

  override toString(): string {
    const inner = String(this.inner)
    return `<AtariPreprocessing${inner.startsWith('<') ? inner : `<${inner}>`}>`
  }
}

function composed(env: Env, options: AtariPreprocessingOptions): Env {
  const { noopMax = 30, skip = 4, episodicLife = false, fireReset = false, crop = 'none' } = options
  const { height = 84, width = 84, interpolation = 'area', frames = 4, padding = 'blank' } = options
  rgbShape(env, 'AtariPreprocessing')
  checkFlags('AtariPreprocessing', { episodicLife, fireReset })
  if (!['none', 'square'].includes(crop as string) && (typeof crop !== 'object' || crop === null))
    throw usageError(`AtariPreprocessing expects crop to be none, square or a box, got ${JSON.stringify(crop)}.`)
  const box = crop === 'none' ? undefined : crop === 'square' ? {} : crop
  const begun = new NoopReset(env, { noopMax, noopAction: noopOf(env) ?? 0 })
  const atOnce = interpolation === 'area'
  let out: Env = atOnce ? new PhiAndSkip(begun, skip, box, height, width) : new MaxAndSkip(begun, { skip })
  if (episodicLife) out = new EpisodicLife(out)
  if (fireReset) out = new FireReset(out)
  if (!atOnce) {
    out = new Grayscale(out)
    if (box !== undefined) out = new Crop(out, box)
    out = new Resize(out, { height, width, interpolation })
  }
  return new FrameStack(out, { frames, padding })
}

/** MaxAndSkip, Grayscale, Crop and Resize by area in one pass over the pixels. */
class PhiAndSkip extends Wrapper {
  private readonly skip: number
  private readonly length: number
  private readonly phi: Phi

  constructor(env: Env, skip: number, crop: CropBox | undefined, height: number, width: number) {
    super(env)
    const from = rgbShape(env, 'AtariPreprocessing')
    checkSize('AtariPreprocessing', height, width)
    this.skip = checkedSkip('AtariPreprocessing', env, skip)
    this.length = height * width
    this.phi = createPhi({ from, crop: crop && cropBox(from, crop), to: { height, width } })
    this.observationSpace = frameBox([height, width])
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    return { ...result, observation: this.picture(result.observation, result.observation) }
  }

  override step(action: SpaceValue): StepResult {
    const { result, before } = takeSkipped(this.env, action, this.skip)
    return { ...result, observation: this.picture(result.observation, before ?? result.observation) }
  }

  override render(): Scene {
    return atPace(this.env.render(), this.skip)
  }

  private picture(last: SpaceValue, before: SpaceValue): Uint8Array {
    const out = new Uint8Array(this.length)
    this.phi(before as Uint8Array, last as Uint8Array, out)
    return out
  }
}
