import { usageError } from '../../core/errors.ts'
import { activate } from '../../engine/layers/activation.ts'
import { convolution } from '../../engine/layers/convolution.ts'
import type { Parameters, Piece, Weights } from '../../engine/layers/types.ts'
import { tf } from '../../engine/tfjs.ts'
import type { Rng } from '../../core/rng.ts'
import { convTorso, type ConvTorsoOptions } from './conv-torso.ts'

/** The shallow network of Espeholt et al. 2018 (figure 3, left): 16 of 8×8/4, 32 of 4×4/2; a dense layer of 256 follows. */
export function impalaSmallCnn(path: string, options: ConvTorsoOptions): Piece {
  const layers = [
    { channels: 16, size: 8, stride: 4 },
    { channels: 32, size: 4, stride: 2 },
  ]
  return convTorso(path, 'impala-small', layers, options)
}

/** Channels of the three sections. */
const sections = [16, 32, 32]
const blocksEach = 2

/**
 * The deep residual network of Espeholt et al. 2018 (figure 3, right): three sections of a 3×3 convolution, a 3×3/2 maximum
 * and two residual blocks, then a rectifier; a dense layer of 256 follows. batch × channels × height × width in, flat out.
 */
export function impalaCnn(path: string, { image, initializer }: ConvTorsoOptions): Piece {
  const [, height, width] = image
  if (Math.min(height, width) < 2)
    throw usageError(`The impala network cannot read images of ${height} × ${width}: its sides are at least 2.`)
  const same = (name: string, inputChannels: number, outputChannels: number) =>
    convolution(name, { inputChannels, outputChannels, size: 3, stride: 1, padding: 'same', initializer })
  const parts = sections.map((channels, i) => ({
    first: same(`${path}/${i}/0`, i === 0 ? image[0] : sections[i - 1]!, channels),
    blocks: Array.from({ length: blocksEach }, (_, k) =>
      [1, 2].map((n) => same(`${path}/${i}/${2 * k + n}`, channels, channels)),
    ),
  }))
  const side = (n: number): number => sections.reduce((rest) => Math.ceil(rest / 2), n)
  const outputs = sections.at(-1)! * side(height) * side(width)
  return {
    outputs,
    init: (rng: Rng): Parameters =>
      Object.assign(
        {},
        ...parts.flatMap(({ first, blocks }) => [first, ...blocks.flat()].map((layer) => layer.init(rng))),
      ),
    apply(weights: Weights, input) {
      let x: tf.Tensor = tf.transpose(input, [0, 2, 3, 1])
      for (const { first, blocks } of parts) {
        x = tf.maxPool(first.apply(weights, x) as tf.Tensor4D, 3, 2, 'same')
        for (const block of blocks) {
          const change = block.reduce((y, layer) => layer.apply(weights, activate(y, 'relu')), x)
          x = tf.add(x, change)
        }
      }
      return tf.reshape(tf.transpose(activate(x, 'relu'), [0, 3, 1, 2]), [-1, outputs])
    },
  }
}
