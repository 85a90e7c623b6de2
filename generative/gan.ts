import { dense } from '../engine/layers/dense.ts'
import { sequence } from '../engine/layers/sequence.ts'
import { tf } from '../engine/tfjs.ts'
import type { GanNetworks, ImageShape } from './types.ts'

export interface GanOptions {
  readonly image: ImageShape
  /** Numbers in z. */
  readonly latent: number
  /** Units of the one hidden layer of each network. */
  readonly hidden: number
  /** Slope of the leaky ReLU below nought. */
  readonly slope: number
  /** Classes that both networks are told, beside z and beside the pixels; 0 for none (Mirza and Osindero 2014). */
  readonly classes?: number
  /** The discriminator's gradient has a gradient, for a penalty on it. */
  readonly twice?: boolean
}

/** The networks of a plain GAN (Goodfellow et al. 2014): one dense hidden layer each. */
export function ganNetworks({ image, latent, hidden, slope, classes = 0, twice = false }: GanOptions): GanNetworks {
  const { height, width, channels } = image
  const pixels = height * width * channels
  const initializer = 'glorot-uniform'
  const activation = { leaky: slope, twice }
  const makes = sequence(
    [
      dense('0', { inputs: latent + classes, outputs: hidden, activation, initializer }),
      dense('1', { inputs: hidden, outputs: pixels, activation: 'tanh', initializer }),
    ],
    latent + classes,
  )
  const judges = sequence(
    [
      dense('0', { inputs: pixels + classes, outputs: hidden, activation, initializer }),
      dense('1', { inputs: hidden, outputs: 1, initializer }),
    ],
    pixels + classes,
  )
  const told = (x: tf.Tensor, labels: tf.Tensor | undefined): tf.Tensor =>
    labels === undefined ? x : tf.concat([x, labels], 1)
  return {
    generator: {
      latent,
      image,
      init: makes.init,
      apply: (weights, z, _, labels) =>
        tf.reshape(makes.apply(weights, told(z, labels)), [-1, height, width, channels]),
    },
    discriminator: {
      init: judges.init,
      apply: (weights, images, _, labels) => judges.apply(weights, told(tf.reshape(images, [-1, pixels]), labels)),
    },
    judgesByBatch: false,
  }
}
