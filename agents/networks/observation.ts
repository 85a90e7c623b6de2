import { sizeOf, type TypedArray } from '../../core/dtype.ts'
import { usageError } from '../../core/errors.ts'
import type { TensorSpec } from '../../engine/types.ts'
import { tf } from '../../engine/tfjs.ts'
import { isBox, isDiscrete, type Space } from '../../envs/spaces/index.ts'
import type { ObservationFormat } from '../replay/types.ts'
import type { ImageShape } from './conv-torso.ts'

/** What stands between an observation space and a network. */
export interface ObservationEncoder {
  /** How one observation is stored and handed to compiled functions. */
  readonly format: ObservationFormat
  /** batch × observation, for `batch` observations (null: any number). */
  spec(batch: number | null): TensorSpec
  /** Numbers that a vector network reads. */
  readonly features: number
  /** For convolutional networks, where the observation is an image. */
  readonly image: ImageShape | undefined
  readonly description: string
  /** A batch from an environment in the stored format: float64 and other integers become float32. */
  cast(observations: TypedArray): TypedArray
  /** Stored observations as a float tensor: batch × features, or batch × channels × height × width. */
  encode(observations: tf.Tensor, asImage: boolean): tf.Tensor
}

/** Bytes become 0 to 1 by their upper bound, a Discrete becomes one-hot, all else is read as it is. Throws a usage error for other spaces. */
export function createEncoder(space: Space, agent: string): ObservationEncoder {
  if (isDiscrete(space)) {
    const { n, start } = space
    return {
      format: { dtype: 'int32', length: 1 },
      spec: (batch) => ({ shape: [batch], dtype: 'int32' }),
      features: n,
      image: undefined,
      description: String(space),
      cast: (observations) => observations,
      encode: (observations) => tf.oneHot(tf.sub(observations, tf.scalar(start, 'int32')) as tf.Tensor1D, n).toFloat(),
    }
  }
  const { shape, dtype, kind } = space
  if ((kind !== 'box' && kind !== 'multi-binary') || shape === undefined) {
    throw usageError(
      `${agent} reads Box, MultiBinary and Discrete observations; this environment's are ${space}. ` +
        "A wrapper makes them one vector: --set 'env.wrappers=[{ name: Flatten }]'.",
    )
  }
  const bytes = dtype === 'uint8'
  // Bits and MinAtar's planes are 0 and 1 already.
  const top = isBox(space) ? space.high.reduce((most, value) => Math.max(most, value), 1) : 1
  const length = sizeOf(shape)
  const layout = imageLayout(shape)
  const image = layout?.image
  return {
    format: { dtype: bytes ? 'uint8' : 'float32', length },
    spec: (batch) => ({ shape: [batch, length], dtype: bytes ? 'uint8' : 'float32' }),
    features: length,
    image,
    description: String(space),
    cast: (observations) =>
      bytes || observations instanceof Float32Array ? observations : Float32Array.from(observations),
    encode(observations, asImage) {
      const shaped = asImage && layout !== undefined ? channelsFirst(observations, layout) : observations
      return bytes ? tf.div(tf.cast(shaped, 'float32'), top) : shaped
    },
  }
}

/** An image observation: channels first, or pixels as pictures have them, which are turned. */
interface ImageLayout {
  readonly image: ImageShape
  /** [stack, height, width, channels] of observations whose channels come last. */
  readonly pixels?: readonly [stack: number, height: number, width: number, channels: number]
}

/** Up to four channels behind two larger sides are the colours of pixels; a stack of such pictures has all their channels. */
function imageLayout(shape: readonly number[]): ImageLayout | undefined {
  if (shape.length === 2) return { image: [1, shape[0]!, shape[1]!] }
  if (shape.length !== 3 && shape.length !== 4) return undefined
  const [stack, height, width, channels] = shape.length === 4 ? shape : [1, ...shape]
  if (channels! <= 4 && Math.min(height!, width!) > 4)
    return { image: [stack! * channels!, height!, width!], pixels: [stack!, height!, width!, channels!] }
  return shape.length === 3 ? { image: [shape[0]!, shape[1]!, shape[2]!] } : undefined
}

function channelsFirst(observations: tf.Tensor, { image, pixels }: ImageLayout): tf.Tensor {
  if (pixels === undefined) return tf.reshape(observations, [-1, ...image])
  return tf.reshape(tf.transpose(tf.reshape(observations, [-1, ...pixels]), [0, 1, 4, 2, 3]), [-1, ...image])
}
