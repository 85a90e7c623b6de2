import { tf } from '../tfjs.ts'
import { activate } from './activation.ts'
import { kernelAndBias } from './kernel-and-bias.ts'
import type { Activation, InitializerName, Piece } from './types.ts'

export interface ConvolutionOptions {
  readonly inputChannels: number
  readonly outputChannels: number
  /** Side of the square filter, pixels. */
  readonly size: number
  readonly stride: number
  readonly padding?: 'valid' | 'same'
  readonly activation?: Activation
  readonly initializer: InitializerName
}

/** A layer of images, batch × height × width × channels. */
export type ImageLayer = Omit<Piece, 'outputs'>

/**
 * A convolution. Filters are stored output × input × height × width: the compiled engine computes in that layout, and
 * acting on one state is 1.75 times as fast.
 */
export function convolution(path: string, options: ConvolutionOptions): ImageLayer {
  const { inputChannels, outputChannels, size, stride, padding = 'valid', activation, initializer } = options
  const kernel = [outputChannels, inputChannels, size, size]
  const [fanIn, fanOut] = [inputChannels * size * size, outputChannels * size * size]
  return {
    init: (rng) => kernelAndBias(path, rng, { kernel, bias: outputChannels, fanIn, fanOut, initializer }),
    apply(weights, x) {
      const filters = tf.transpose(weights[`${path}/kernel`]!, [2, 3, 1, 0]) as tf.Tensor4D
      const y = tf.add(tf.conv2d(x as tf.Tensor4D, filters, stride, padding), weights[`${path}/bias`]!)
      return activate(y, activation)
    },
  }
}

/**
 * A transposed convolution with `same` padding: each side grows by the stride. Filters are stored
 * input × output × height × width.
 */
export function transposedConvolution(path: string, options: Omit<ConvolutionOptions, 'padding'>): ImageLayer {
  const { inputChannels, outputChannels, size, stride, activation, initializer } = options
  const kernel = [inputChannels, outputChannels, size, size]
  const [fanIn, fanOut] = [inputChannels * size * size, outputChannels * size * size]
  return {
    init: (rng) => kernelAndBias(path, rng, { kernel, bias: outputChannels, fanIn, fanOut, initializer }),
    apply(weights, x) {
      const filters = tf.transpose(weights[`${path}/kernel`]!, [2, 3, 1, 0]) as tf.Tensor4D
      const [batch, height, width] = x.shape as [number, number, number]
      const shape: [number, number, number, number] = [batch, height * stride, width * stride, outputChannels]
      const y = tf.conv2dTranspose(x as tf.Tensor4D, filters, shape, stride, 'same')
      return activate(tf.add(y, weights[`${path}/bias`]!), activation)
    },
  }
}

/** Side of a valid convolution's output. */
export function outputSide(side: number, size: number, stride: number): number {
  return Math.floor((side - size) / stride) + 1
}
