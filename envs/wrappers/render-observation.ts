import { createRaster, drawScene } from '../../core/raster/index.ts'
import type { Env, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { checkSize } from './image.ts'
import { frameBox } from './frame.ts'
import { Wrapper } from './wrapper.ts'

export interface RenderObservationOptions {
  readonly height: number
  readonly width: number
}

/**
 * Learning from pixels in any environment: observations become its picture, height × width × 3 bytes, drawn from its Scene
 * without anti-aliasing, so that they are the same everywhere. `info.observation` is what the environment itself showed.
 */
export class RenderObservation extends Wrapper {
  private readonly height: number
  private readonly width: number

  constructor(env: Env, { height, width }: RenderObservationOptions) {
    super(env)
    checkSize('RenderObservation', height, width)
    this.height = height
    this.width = width
    this.observationSpace = frameBox([height, width, 3])
  }

  override reset(options?: ResetOptions): ResetResult {
    const { observation, info } = this.env.reset(options)
    return { observation: this.picture(), info: { ...info, observation } }
  }

  override step(action: SpaceValue): StepResult {
    const { observation, ...result } = this.env.step(action)
    return { ...result, observation: this.picture(), info: { ...result.info, observation } }
  }

  private picture(): Uint8Array {
    const raster = createRaster(this.width, this.height)
    drawScene(raster, this.env.render())
    return raster.data
  }
}
