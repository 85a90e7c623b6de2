import { tf } from '../tfjs.ts'
import { kernelAndBias } from './kernel-and-bias.ts'
import type { InitializerName, Parameters, Weights } from './types.ts'
import type { Rng } from '../../core/rng.ts'

export interface Gru {
  readonly units: number
  init(rng: Rng): Parameters
  /** One step; x is batch × inputs, the hidden state batch × units. */
  step(weights: Weights, x: tf.Tensor, hidden: tf.Tensor): tf.Tensor
}

/**
 * Gated recurrent unit (Cho et al. 2014) with the reset gate after the recurrent product, as cuDNN and PyTorch have it. Columns
 * of both matrices: reset, update, candidate; 3 · units · (inputs + units + 2) parameters.
 */
export function gru(
  path: string,
  { inputs, units, initializer }: { inputs: number; units: number; initializer: InitializerName },
): Gru {
  const [input, recurrent] = [`${path}/input`, `${path}/recurrent`]
  const width = 3 * units
  return {
    units,
    init: (rng) => ({
      ...kernelAndBias(input, rng, { kernel: [inputs, width], bias: width, fanIn: inputs, fanOut: units, initializer }),
      ...kernelAndBias(recurrent, rng, {
        ...{ kernel: [units, width], bias: width, fanIn: units, fanOut: units, initializer },
      }),
    }),
    step(weights, x, hidden) {
      const gates = (name: string, of: tf.Tensor): tf.Tensor[] =>
        tf.split(
          tf.add(tf.matMul(of as tf.Tensor2D, weights[`${name}/kernel`] as tf.Tensor2D), weights[`${name}/bias`]!),
          3,
          1,
        )
      const [xr, xz, xn] = gates(input, x) as [tf.Tensor, tf.Tensor, tf.Tensor]
      const [hr, hz, hn] = gates(recurrent, hidden) as [tf.Tensor, tf.Tensor, tf.Tensor]
      const update = tf.sigmoid(tf.add(xz, hz))
      const candidate = tf.tanh(tf.add(xn, tf.mul(tf.sigmoid(tf.add(xr, hr)), hn)))
      return tf.add(tf.mul(tf.sub(1, update), candidate), tf.mul(update, hidden))
    },
  }
}
