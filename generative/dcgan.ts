import { activate } from '../engine/layers/activation.ts'
import { batchNorm } from '../engine/layers/batch-norm.ts'
import { convolution, transposedConvolution } from '../engine/layers/convolution.ts'
import { dense } from '../engine/layers/dense.ts'
import type { Piece } from '../engine/layers/types.ts'
import { tf } from '../engine/tfjs.ts'
import type { GanNetworks, ImageShape } from './types.ts'

export interface DcganOptions {
  readonly image: ImageShape
  /** Numbers in z. */
  readonly latent: number
  /** Channels of the generator's first layer; each later one has half, and the discriminator's go the other way. */
  readonly channels: number
  /** Slope of the leaky ReLUs below nought. */
  readonly slope: number
  /** Classes that both networks are told: beside z, and as planes beside the image's channels; 0 for none. */
  readonly classes?: number
  /** Batch normalisation in the discriminator. */
  readonly judgesByBatch?: boolean
  /** The discriminator's gradient has a gradient, for a penalty on it. */
  readonly twice?: boolean
}

type Layer = Omit<Piece, 'outputs'>

const initializer = 'glorot-uniform'
/** Side of all filters, and stride of all layers. */
const [size, stride] = [5, 2]
/** Layers that double the side (generator) or halve it (discriminator). */
const depth = 3

/**
 * The networks of DCGAN (Radford et al. 2016) for images of any size. The generator starts from a map of an eighth of the
 * image's sides, rounded up, and what is too much at the end is cut off evenly.
 */
export function dcganNetworks(options: DcganOptions): GanNetworks {
  const { image, latent, channels, slope, classes = 0, judgesByBatch = true, twice = false } = options
  const leaky = { leaky: slope, twice }
  const [startHeight, startWidth] = [Math.ceil(image.height / 2 ** depth), Math.ceil(image.width / 2 ** depth)]
  const start = dense('start', { inputs: latent + classes, outputs: startHeight * startWidth * channels, initializer })
  const ups = [channels, channels / 2, channels / 4, image.channels].map(Math.round)
  const grow = ups.slice(0, depth).map((inputChannels, i) => {
    const [norm, outputChannels] = [batchNorm(`${i}/norm`, { channels: inputChannels }), ups[i + 1]!]
    const up = transposedConvolution(`${i}`, { inputChannels, outputChannels, size, stride, initializer })
    return chain([norm, activation(leaky), up])
  })
  const makes = chain([
    start,
    plain((x) => tf.reshape(x, [-1, startHeight, startWidth, channels])),
    ...grow,
    activation('tanh'),
    plain((x) => cut(x, image)),
  ])

  const downs = [image.channels + classes, channels / 8, channels / 4, channels / 2].map(Math.round)
  const shrink = downs.slice(0, depth).map((inputChannels, i) => {
    const outputChannels = downs[i + 1]!
    const down = convolution(`${i}`, { inputChannels, outputChannels, size, stride, padding: 'same', initializer })
    // None on the first layer, which sees the images themselves.
    const norms = i === 0 || !judgesByBatch ? [] : [batchNorm(`${i}/norm`, { channels: outputChannels })]
    return chain([down, ...norms, activation(leaky)])
  })
  const features = startHeight * startWidth * downs.at(-1)!
  const judges = chain([
    ...shrink,
    plain((x) => tf.reshape(x, [-1, features])),
    dense('logit', { inputs: features, outputs: 1, initializer }),
  ])
  return {
    generator: {
      latent,
      image,
      init: makes.init,
      apply: (weights, z, training, labels) =>
        makes.apply(weights, labels === undefined ? z : tf.concat([z, labels], 1), training),
    },
    discriminator: {
      init: judges.init,
      apply: (weights, x, training, labels) => judges.apply(weights, withPlanes(x, labels), training),
    },
    judgesByBatch,
  }
}

/** One plane of ones for the class, of zeros for each other, behind the channels. */
function withPlanes(x: tf.Tensor, labels: tf.Tensor | undefined): tf.Tensor {
  if (labels === undefined) return x
  const [, height, width] = x.shape as [number, number, number]
  const planes = tf.mul(tf.reshape(labels, [-1, 1, 1, labels.shape[1]!]), tf.ones([1, height, width, 1]))
  return tf.concat([x, planes], 3)
}

function chain(layers: readonly Layer[]): Layer {
  return {
    init: (rng) => Object.assign({}, ...layers.map((layer) => layer.init(rng))),
    apply: (weights, x, training) => layers.reduce((y, layer) => layer.apply(weights, y, training), x),
  }
}

function plain(apply: (x: tf.Tensor) => tf.Tensor): Layer {
  return { init: () => ({}), apply: (_, x) => apply(x) }
}

function activation(kind: Parameters<typeof activate>[1]): Layer {
  return plain((x) => activate(x, kind))
}

function cut(x: tf.Tensor, { height, width }: ImageShape): tf.Tensor {
  const [batch, tall, wide, channels] = x.shape as [number, number, number, number]
  if (tall === height && wide === width) return x
  return tf.slice(x, [0, (tall - height) >> 1, (wide - width) >> 1, 0], [batch, height, width, channels])
}
