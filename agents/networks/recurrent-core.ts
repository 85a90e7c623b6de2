import type { Rng } from '../../core/rng.ts'
import { gru } from '../../engine/layers/gru.ts'
import { lstm } from '../../engine/layers/lstm.ts'
import type { InitializerName, Parameters, Weights } from '../../engine/layers/types.ts'
import { tf } from '../../engine/tfjs.ts'

/** A recurrent layer whose whole state is one tensor, batch × width; its output is the first `units` columns. */
export interface RecurrentCore {
  readonly units: number
  /** units for a GRU, twice that for an LSTM (hidden, then cell). */
  readonly width: number
  init(rng: Rng): Parameters
  step(weights: Weights, x: tf.Tensor, state: tf.Tensor): tf.Tensor
}

export interface CoreOptions {
  readonly cell: 'lstm' | 'gru'
  readonly inputs: number
  readonly units: number
  readonly initializer: InitializerName
}

export function recurrentCore(path: string, { cell, ...options }: CoreOptions): RecurrentCore {
  const { units } = options
  if (cell === 'gru') return { width: units, ...gru(path, options) }
  const layer = lstm(path, options)
  return {
    units,
    width: 2 * units,
    init: layer.init,
    step(weights, x, state) {
      const [hidden, cellState] = tf.split(state, 2, 1) as [tf.Tensor, tf.Tensor]
      const next = layer.step(weights, x, { hidden, cell: cellState })
      return tf.concat([next.hidden, next.cell], 1)
    },
  }
}

export interface Unrolled {
  /** (batch · time) × units, the steps of a row one after another. */
  readonly output: tf.Tensor
  /** batch × width, after the last step. */
  readonly last: tf.Tensor
}

/**
 * All steps of (batch · time) × inputs from a state on. `first`: batch × time, 1 where a step begins an episode: it starts
 * from nothing.
 */
export function unroll(
  core: RecurrentCore,
  weights: Weights,
  features: tf.Tensor,
  first: tf.Tensor,
  initial: tf.Tensor,
): Unrolled {
  const [batch, time] = first.shape as [number, number]
  const steps = tf.unstack(tf.reshape(features, [batch, time, features.shape[1]!]), 1)
  let state = initial
  const outputs = steps.map((x, t) => {
    const goesOn = tf.sub(1, tf.slice(first, [0, t], [batch, 1]))
    state = core.step(weights, x, tf.mul(state, goesOn))
    return tf.slice(state, [0, 0], [batch, core.units])
  })
  return { output: tf.reshape(tf.stack(outputs, 1), [batch * time, core.units]), last: state }
}
