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
}

/** The networks of a plain GAN (Goodfellow et al. 2014): one dense hidden layer each. */
export function ganNetworks({ image, latent, hidden, slope }: GanOptions): GanNetworks {
  const { height, width, channels } = image
  const pixels = height * width * channels
  const initializer = 'glorot-uniform'
  const activation = { leaky: slope }
  const makes = sequence(
    [
      dense('0', { inputs: latent, outputs: hidden, activation, initializer }),
      dense('1', { inputs: hidden, outputs: pixels, activation: 'tanh', initializer }),
    ],
    latent,
  )
  const judges = sequence(
    [
      dense('0', { inputs: pixels, outputs: hidden, activation, initializer }),
      dense('1', { inputs: hidden, outputs: 1, initializer }),
    ],
    pixels,
  )
  return {
    generator: {
      latent,
      image,
      init: makes.init,
      apply: (weights, z) => tf.reshape(makes.apply(weights, z), [-1, height, width, channels]),
    },
    discriminator: {
      init: judges.init,
      apply: (weights, images) => judges.apply(weights, tf.reshape(images, [-1, pixels])),
    },
  }
}
