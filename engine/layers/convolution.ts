import { tf } from '../tfjs.ts'
import { kernelAndBias } from './kernel-and-bias.ts'
import type { InitializerName, Piece } from './types.ts'

export interface ConvolutionOptions {
  readonly inputChannels: number
  readonly outputChannels: number
  /** Side of the square filter, pixels. */
  readonly size: number
  readonly stride: number
  readonly initializer: InitializerName
}

/**
 * A valid convolution and relu on batch × height × width × channels. Filters are stored output × input × height × width:
 * the compiled engine computes in that layout, and acting on one state is 1.75 times as fast.
 */
export function convolution(path: string, options: ConvolutionOptions): Omit<Piece, 'outputs'> {
  const { inputChannels, outputChannels, size, stride, initializer } = options
  const kernel = [outputChannels, inputChannels, size, size]
  const fanIn = inputChannels * size * size
  return {
    init: (rng) => kernelAndBias(path, rng, { kernel, bias: outputChannels, fanIn, initializer }),
    apply(weights, x) {
      const filters = tf.transpose(weights[`${path}/kernel`]!, [2, 3, 1, 0]) as tf.Tensor4D
      return tf.relu(tf.add(tf.conv2d(x as tf.Tensor4D, filters, stride, 'valid'), weights[`${path}/bias`]!))
    },
  }
}

/** Side of a valid convolution's output. */
export function outputSide(side: number, size: number, stride: number): number {
  return Math.floor((side - size) / stride) + 1
}
