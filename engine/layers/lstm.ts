import { tf } from '../tfjs.ts'
import { kernelAndBias } from './kernel-and-bias.ts'
import type { InitializerName, Parameters, Weights } from './types.ts'
import type { Rng } from '../../core/rng.ts'

export interface RecurrentState {
  /** batch × units: what the layer gives. */
  readonly hidden: tf.Tensor
  /** batch × units: what it keeps to itself. */
  readonly cell: tf.Tensor
}

/** A recurrent layer; its weights are shared by all steps. */
export interface Lstm {
  readonly units: number
  init(rng: Rng): Parameters
  /** One step; x is batch × inputs. */
  step(weights: Weights, x: tf.Tensor, state: RecurrentState): RecurrentState
  /** All steps of batch × time × inputs; hidden states are batch × time × units. */
  unroll(weights: Weights, x: tf.Tensor, initial: RecurrentState): { hidden: tf.Tensor; last: RecurrentState }
}

/**
 * Long short-term memory (Hochreiter and Schmidhuber 1997, with the forget gate of Gers et al. 2000). Four gates, each
 * `units` wide, in one matrix of columns input, forget, candidate, output: 4 · units · (inputs + units + 1) parameters.
 * Gates use sigmoid (tfjs's own layer takes a hard one).
 */
export function lstm(
  path: string,
  { inputs, units, initializer }: { inputs: number; units: number; initializer: InitializerName },
): Lstm {
  const kernel = [inputs + units, 4 * units]
  const step = (weights: Weights, x: tf.Tensor, { hidden, cell }: RecurrentState): RecurrentState => {
    const gates = tf.add(
      tf.matMul(tf.concat([x, hidden], 1) as tf.Tensor2D, weights[`${path}/kernel`] as tf.Tensor2D),
      weights[`${path}/bias`]!,
    )
    const [input, forget, candidate, output] = tf.split(gates, 4, 1) as [tf.Tensor, tf.Tensor, tf.Tensor, tf.Tensor]
    const next = tf.add(tf.mul(tf.sigmoid(forget), cell), tf.mul(tf.sigmoid(input), tf.tanh(candidate)))
    return { hidden: tf.mul(tf.sigmoid(output), tf.tanh(next)), cell: next }
  }
  return {
    units,
    init: (rng) =>
      kernelAndBias(path, rng, { kernel, bias: 4 * units, fanIn: inputs + units, fanOut: units, initializer }),
    step,
    unroll(weights, x, initial) {
      let state = initial
      const hidden = tf.unstack(x, 1).map((at) => (state = step(weights, at, state)).hidden)
      return { hidden: tf.stack(hidden, 1), last: state }
    },
  }
}
