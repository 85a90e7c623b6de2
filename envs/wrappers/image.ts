import { usageError } from '../../core/errors.ts'
import { createResize, grayscale, type Interpolation, type Resize as Resizer } from '../../core/raster/index.ts'
import type { Env, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { frameBox, frameShape, rgbShape, type FrameShape } from './frame.ts'
import { Wrapper } from './wrapper.ts'

/** RGB frames become their luminance, height × width bytes: OpenCV's RGB2GRAY to the bit. */
export class Grayscale extends Wrapper {
  private readonly size: number

  constructor(env: Env) {
    super(env)
    const { height, width } = rgbShape(env, 'Grayscale')
    this.size = height * width
    this.observationSpace = frameBox([height, width])
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    return { ...result, observation: this.gray(result.observation) }
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    return { ...result, observation: this.gray(result.observation) }
  }

  private gray(observation: SpaceValue): Uint8Array {
    const out = new Uint8Array(this.size)
    grayscale(observation as Uint8Array, out)
    return out
  }
}

/** A part of the frames, in pixels; what is missing of it is as large as the frame allows, and in its middle. */
export interface CropBox {
  readonly top?: number
  readonly left?: number
  readonly height?: number
  readonly width?: number
}

/** Frames are cut to a box; without one, to the largest square in the middle (Mnih et al. 2013). */
export class Crop extends Wrapper {
  private readonly from: FrameShape
  private readonly box: Required<CropBox>

  constructor(env: Env, crop: CropBox = {}) {
    super(env)
    this.from = frameShape(env, 'Crop')
    this.box = cropBox(this.from, crop)
    this.observationSpace = frameBox([this.box.height, this.box.width, ...this.from.rest])
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    return { ...result, observation: this.cut(result.observation) }
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    return { ...result, observation: this.cut(result.observation) }
  }

  private cut(observation: SpaceValue): Uint8Array {
    const { top, left, height, width } = this.box
    const { channels } = this.from
    const frame = observation as Uint8Array
    const out = new Uint8Array(height * width * channels)
    for (let y = 0; y < height; y++) {
      const from = ((top + y) * this.from.width + left) * channels
      out.set(frame.subarray(from, from + width * channels), y * width * channels)
    }
    return out
  }
}

/** The whole box of what was asked for; a usage error where it does not lie inside the frames. */
export function cropBox(frame: FrameShape, crop: CropBox): Required<CropBox> {
  const side = Math.min(frame.height, frame.width)
  const isSquare = Object.keys(crop).length === 0
  const height = crop.height ?? (isSquare ? side : frame.height - (crop.top ?? 0))
  const width = crop.width ?? (isSquare ? side : frame.width - (crop.left ?? 0))
  const top = crop.top ?? (frame.height - height) >> 1
  const left = crop.left ?? (frame.width - width) >> 1
  const whole = [top, left, height, width].every(Number.isInteger)
  const inside = top >= 0 && left >= 0 && height >= 1 && width >= 1
  if (!whole || !inside || top + height > frame.height || left + width > frame.width)
    throw usageError(
      `Crop expects whole pixels inside frames of ${frame.height} × ${frame.width}, ` +
        `got ${height} × ${width} from top ${top}, left ${left}.`,
    )
  return { top, left, height, width }
}

export interface ResizeOptions {
  readonly height: number
  readonly width: number
  /** `area` (by default), `bilinear` or `nearest`: OpenCV's, within one grey level. */
  readonly interpolation?: Interpolation
}

/** Frames are resized to `height` × `width`. */
export class Resize extends Wrapper {
  private readonly length: number
  private readonly resize: Resizer

  constructor(env: Env, { height, width, interpolation = 'area' }: ResizeOptions) {
    super(env)
    const from = frameShape(env, 'Resize')
    checkSize('Resize', height, width)
    if (!['area', 'bilinear', 'nearest'].includes(interpolation))
      throw usageError(`Resize expects an interpolation of area, bilinear or nearest, got ${String(interpolation)}.`)
    this.length = height * width * from.channels
    this.resize = createResize(from, { height, width }, interpolation, from.channels)
    this.observationSpace = frameBox([height, width, ...from.rest])
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    return { ...result, observation: this.resized(result.observation) }
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    return { ...result, observation: this.resized(result.observation) }
  }

  private resized(observation: SpaceValue): Uint8Array {
    const out = new Uint8Array(this.length)
    this.resize(observation as Uint8Array, out)
    return out
  }
}

export function checkSize(wrapper: string, height: number, width: number): void {
  for (const [name, value] of Object.entries({ height, width }))
    if (!Number.isInteger(value) || value < 1)
      throw usageError(`${wrapper} expects ${name} to be a whole number of pixels, at least 1, got ${value}.`)
}
