import { tf } from '../../engine/tfjs.ts'
import { dense } from '../../engine/layers/dense.ts'
import { mlp, type MlpOptions } from './mlp.ts'
import { sequence } from '../../engine/layers/sequence.ts'
import type { Piece } from '../../engine/layers/types.ts'

/** batch × actions; value (batch × 1) and advantage (batch × actions) where the head has streams. */
export interface QValues {
  readonly q: tf.Tensor
  readonly value?: tf.Tensor
  readonly advantage?: tf.Tensor
}

export interface Head extends Pick<Piece, 'init'> {
  apply(weights: Parameters<Piece['apply']>[0], features: tf.Tensor): QValues
}

export interface HeadOptions extends MlpOptions {
  readonly actions: number
}

/** Hidden layers `head/…`, then one output an action. */
export function linearHead(options: HeadOptions): Head {
  const outputs = stream('head', options, options.actions)
  return { init: outputs.init, apply: (weights, features) => ({ q: outputs.apply(weights, features) }) }
}

/** Two streams, `value/…` and `advantage/…`, with hidden layers of their own (Wang et al. 2016). */
export function duelingHead(options: HeadOptions, combine: 'mean' | 'max'): Head {
  const ofValue = stream('value', options, 1)
  const ofAdvantage = stream('advantage', options, options.actions)
  return {
    init: (rng) => ({ ...ofValue.init(rng), ...ofAdvantage.init(rng) }),
    apply(weights, features) {
      const value = ofValue.apply(weights, features)
      const advantage = ofAdvantage.apply(weights, features)
      return { q: aggregate(value, advantage, combine), value, advantage }
    },
  }
}

/** q = V + A − mean_a A (Wang et al. 2016, equation 9), or − max_a A (equation 8). V batch × 1, A batch × actions. */
export function aggregate(value: tf.Tensor, advantage: tf.Tensor, combine: 'mean' | 'max'): tf.Tensor {
  const baseline = combine === 'mean' ? tf.mean(advantage, 1, true) : tf.max(advantage, 1, true)
  return tf.add(value, tf.sub(advantage, baseline))
}

function stream(path: string, options: HeadOptions, outputs: number): Piece {
  const hidden = mlp(path, options)
  const last = dense(`${path}/output`, { inputs: hidden.outputs, outputs, initializer: options.initializer })
  return sequence([hidden, last], options.inputs)
}
