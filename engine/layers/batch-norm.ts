import { tf } from '../tfjs.ts'
import type { Piece } from './types.ts'

export interface BatchNormOptions {
  readonly channels: number
  /** How much of the old moving average stays at each step. */
  readonly momentum?: number
  readonly epsilon?: number
}

/**
 * Batch normalisation over all axes but the last (Ioffe and Szegedy 2015), as in TensorFlow: the moving variance is the
 * biased one (PyTorch's is not). In training it normalises by the batch and moves `path/mean` and `path/variance`; else
 * by those.
 */
export function batchNorm(
  path: string,
  { channels, momentum = 0.99, epsilon = 1e-3 }: BatchNormOptions,
): Omit<Piece, 'outputs'> {
  const filled = (value: number, trainable: boolean) => ({
    shape: [channels],
    values: new Float32Array(channels).fill(value),
    trainable,
  })
  return {
    init: () => ({
      [`${path}/scale`]: filled(1, true),
      [`${path}/offset`]: filled(0, true),
      [`${path}/mean`]: filled(0, false),
      [`${path}/variance`]: filled(1, false),
    }),
    apply(weights, x, training) {
      const [scale, offset, mean, variance] = ['scale', 'offset', 'mean', 'variance'].map(
        (name) => weights[`${path}/${name}`] as tf.Tensor1D,
      ) as [tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D]
      if (training === undefined) return normalise(x, mean, variance, offset, scale, epsilon)
      if (training.moveAverages) {
        const batch = statistics(x)
        moveTo(mean, batch.mean, momentum)
        moveTo(variance, batch.variance, momentum)
      }
      return normaliseByBatch(x, scale, offset, epsilon)
    },
  }
}

/** Mean and biased variance of each channel; no gradient goes through them. */
function statistics(x: tf.Tensor): { mean: tf.Tensor1D; variance: tf.Tensor1D } {
  const axes = [...x.shape.keys()].slice(0, -1)
  const mean = tf.mean(x, axes) as tf.Tensor1D
  const variance = tf.mean(tf.square(tf.sub(x, mean)), axes) as tf.Tensor1D
  return { mean, variance }
}

function moveTo(average: tf.Tensor, value: tf.Tensor, momentum: number): void {
  const variable = average as tf.Variable
  variable.assign(tf.add(tf.mul(variable, momentum), tf.mul(value, 1 - momentum)))
}

/** scale · (x − mean) / √(variance + ε) + offset, in one pass. */
function normalise(
  x: tf.Tensor,
  mean: tf.Tensor1D,
  variance: tf.Tensor1D,
  offset: tf.Tensor1D,
  scale: tf.Tensor1D,
  epsilon: number,
): tf.Tensor {
  return tf.batchNorm(x as tf.Tensor4D, mean, variance, offset, scale, epsilon)
}

/**
 * Normalisation by the batch's own statistics with its gradient written out (Ioffe and Szegedy 2015, section 3, collected
 * by powers of x): a third of the passes over memory that the chain rule makes of it.
 */
function normaliseByBatch(x: tf.Tensor, scale: tf.Tensor1D, offset: tf.Tensor1D, epsilon: number): tf.Tensor {
  const axes = [...x.shape.keys()].slice(0, -1)
  const count = x.size / x.shape.at(-1)!
  const operation = tf.customGrad((...args) => {
    const [input, gamma, beta, save] = args as [tf.Tensor, tf.Tensor1D, tf.Tensor1D, tf.GradSaveFunc]
    const { mean, variance } = statistics(input)
    save([input, gamma, mean, variance])
    const value = normalise(input, mean, variance, beta, gamma, epsilon)
    const gradFunc = (dy: tf.Tensor, saved: tf.Tensor[]): tf.Tensor[] => {
      const [kept, weight, center, spread] = saved as [tf.Tensor, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D]
      const inverse = tf.rsqrt(tf.add(spread, epsilon))
      const dOffset = tf.sum(dy, axes) as tf.Tensor1D
      const dScale = tf.mul(inverse, tf.sub(tf.sum(tf.mul(dy, kept), axes), tf.mul(center, dOffset))) as tf.Tensor1D
      const ofDy = tf.mul(weight, inverse)
      const ofX = tf.neg(tf.div(tf.mul(ofDy, tf.mul(inverse, dScale)), count)) as tf.Tensor1D
      const rest = tf.sub(tf.neg(tf.div(tf.mul(ofDy, dOffset), count)), tf.mul(ofX, center)) as tf.Tensor1D
      const affine = normalise(kept, tf.zerosLike(ofX), tf.onesLike(ofX), rest, ofX, 0)
      return [tf.add(tf.mul(dy, ofDy), affine), dScale, dOffset]
    }
    return { value, gradFunc }
  })
  return operation(x, scale, offset)
}
