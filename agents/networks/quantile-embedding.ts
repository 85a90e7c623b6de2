import type { Rng } from '../../core/rng.ts'
import { dense } from '../../engine/layers/dense.ts'
import type { InitializerName, Parameters, Weights } from '../../engine/layers/types.ts'
import { tf } from '../../engine/tfjs.ts'

export interface QuantileEmbeddingOptions {
  readonly features: number
  /** n: cosines. */
  readonly cosines: number
  readonly initializer: InitializerName
}

export interface QuantileEmbedding {
  init(rng: Rng): Parameters
  /** ψ(s) ⊙ φ(τ), (batch · taus) × features, of batch × features and batch × taus. */
  apply(weights: Weights, features: tf.Tensor, taus: tf.Tensor): tf.Tensor
}

/** φⱼ(τ) = relu(Σᵢ cos(πiτ) wᵢⱼ + bⱼ), i from 0 to n − 1 (Dabney et al. 2018, "Implicit quantile networks", equation 4). */
export function quantileEmbedding(
  path: string,
  { features, cosines, initializer }: QuantileEmbeddingOptions,
): QuantileEmbedding {
  const layer = dense(path, { inputs: cosines, outputs: features, activation: 'relu', initializer })
  const frequencies = Float32Array.from({ length: cosines }, (_, i) => Math.PI * i)
  return {
    init: layer.init,
    apply(weights, x, taus) {
      const count = taus.shape[1]!
      const waves = tf.cos(tf.mul(tf.reshape(taus, [-1, 1]), tf.tensor(frequencies)))
      const phi = tf.reshape(layer.apply(weights, waves), [-1, count, features])
      return tf.reshape(tf.mul(phi, tf.expandDims(x, 1)), [-1, features])
    },
  }
}

/** τ̂ᵢ = (i + ½) / n: the midpoints at which QR-DQN learns its quantiles, and an IQN acts (1 × n). */
export function midpoints(count: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => (i + 0.5) / count)
}
