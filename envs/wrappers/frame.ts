import { usageError } from '../../core/errors.ts'
import { box, isBox, type Box } from '../spaces/index.ts'
import type { Env } from '../types.ts'

/** Of images of bytes: [height, width], or [height, width, channels]. */
export interface FrameShape {
  readonly height: number
  readonly width: number
  readonly channels: number
  /** [channels], or nothing where the shape has two dimensions. */
  readonly rest: readonly number[]
}

/** The frames of an environment, or a usage error by `wrapper` that tells what came instead. */
export function frameShape({ observationSpace: space }: Env, wrapper: string): FrameShape {
  if (!isBox(space) || space.dtype !== 'uint8' || (space.shape.length !== 2 && space.shape.length !== 3))
    throw usageError(
      `${wrapper} expects images of bytes, [height, width] or [height, width, channels]; this environment's observations ` +
        `are ${space}. RenderObservation makes images of any environment.`,
    )
  const [height, width, ...rest] = space.shape as [number, number, ...number[]]
  return { height, width, channels: rest[0] ?? 1, rest }
}

/** `frameShape` of RGB frames. */
export function rgbShape(env: Env, wrapper: string): FrameShape {
  const shape = frameShape(env, wrapper)
  if (shape.channels !== 3)
    throw usageError(`${wrapper} expects RGB images, [height, width, 3]; this one's are ${env.observationSpace}.`)
  return shape
}

/** Bytes of a shape. */
export function frameBox(shape: readonly number[]): Box {
  return box({ low: 0, high: 255, shape, dtype: 'uint8' })
}
