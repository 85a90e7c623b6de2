import { dense } from '../../engine/layers/dense.ts'
import type { Parameters, Weights } from '../../engine/layers/types.ts'
import { tf } from '../../engine/tfjs.ts'
import type { Rng } from '../../core/rng.ts'
import type { MlpOptions } from './mlp.ts'
import { noisyDense } from './noisy-dense.ts'

/** What a head says of each action: batch × actions × width, and where it has streams, what that of the value does: batch × 1 × width. */
export interface HeadOutput {
  readonly output: tf.Tensor
  readonly value?: tf.Tensor
}

export interface Head {
  /** Numbers of noise that one application takes; 0 for a head without noise. */
  readonly noise: number
  init(rng: Rng): Parameters
  apply(weights: Weights, features: tf.Tensor, noise: tf.Tensor | undefined): HeadOutput
}

export interface HeadOptions extends MlpOptions {
  readonly actions: number
  /** Numbers that stand for each action: 1, atoms or quantiles. */
  readonly width: number
  /** σ₀ of noisy layers; undefined for plain ones. */
  readonly sigma: number | undefined
}

/** Hidden layers `head/…`, then `width` outputs an action. */
export function linearHead(options: HeadOptions): Head {
  const { actions, width } = options
  const outputs = stream('head', options, actions * width)
  return {
    noise: outputs.noise,
    init: outputs.init,
    apply: (weights, features, noise) => ({
      output: tf.reshape(outputs.apply(weights, features, noise), [-1, actions, width]),
    }),
  }
}

/** Two streams, `value/…` and `advantage/…`, with hidden layers of their own (Wang et al. 2016). */
export function duelingHead(options: HeadOptions, combine: 'mean' | 'max'): Head {
  const { actions, width } = options
  const ofValue = stream('value', options, width)
  const ofAdvantage = stream('advantage', options, actions * width)
  return {
    noise: ofValue.noise + ofAdvantage.noise,
    init: (rng) => ({ ...ofValue.init(rng), ...ofAdvantage.init(rng) }),
    apply(weights, features, noise) {
      const [first, second] = split(noise, [ofValue.noise, ofAdvantage.noise])
      const value = tf.reshape(ofValue.apply(weights, features, first), [-1, 1, width])
      const advantage = tf.reshape(ofAdvantage.apply(weights, features, second), [-1, actions, width])
      return { output: aggregate(value, advantage, combine), value }
    },
  }
}

/**
 * q = V + A − mean_a A (Wang et al. 2016, equation 9), or − max_a A (equation 8); actions on axis 1, of which V has one. Atoms
 * and quantiles are aggregated each by itself (Hessel et al. 2018).
 */
export function aggregate(value: tf.Tensor, advantage: tf.Tensor, combine: 'mean' | 'max'): tf.Tensor {
  const baseline = combine === 'mean' ? tf.mean(advantage, 1, true) : tf.max(advantage, 1, true)
  return tf.add(value, tf.sub(advantage, baseline))
}

interface Stream {
  readonly noise: number
  init(rng: Rng): Parameters
  apply(weights: Weights, x: tf.Tensor, noise: tf.Tensor | undefined): tf.Tensor
}

function stream(
  path: string,
  { inputs, hidden, activation, initializer, sigma }: HeadOptions,
  outputs: number,
): Stream {
  const widths = [inputs, ...hidden, outputs]
  const layers = widths.slice(1).map((width, i): Stream => {
    const isLast = i === hidden.length
    const name = isLast ? `${path}/output` : `${path}/${i}`
    const options = { inputs: widths[i]!, outputs: width, ...(!isLast && { activation }) }
    if (sigma !== undefined) return noisyDense(name, { ...options, sigma })
    const { init, apply } = dense(name, { ...options, initializer })
    return { noise: 0, init, apply: (weights, x) => apply(weights, x) }
  })
  const lengths = layers.map((layer) => layer.noise)
  return {
    noise: lengths.reduce((a, b) => a + b, 0),
    init: (rng) => Object.assign({}, ...layers.map((layer) => layer.init(rng))),
    apply(weights, x, noise) {
      const parts = split(noise, lengths)
      return layers.reduce((y, layer, i) => layer.apply(weights, y, parts[i]), x)
    },
  }
}

/** Consecutive parts of a vector of noise. */
function split(noise: tf.Tensor | undefined, lengths: readonly number[]): (tf.Tensor | undefined)[] {
  let at = 0
  return lengths.map((length) => {
    const from = at
    at += length
    return noise === undefined || length === 0 ? undefined : tf.slice(noise, [from], [length])
  })
}
