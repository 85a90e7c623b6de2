import { tf } from '../../engine/tfjs.ts'
import { duelingHead, linearHead } from './heads.ts'
import type { ObservationEncoder } from './observation.ts'
import { recurrentCore, type RecurrentCore } from './recurrent-core.ts'
import { midpoints, quantileEmbedding } from './quantile-embedding.ts'
import { createTorso, type TorsoOptions } from './torso.ts'
import type { Parameters, Weights } from '../../engine/layers/types.ts'
import type { Rng } from '../../core/rng.ts'

/** What stands for the value of an action: one number, probabilities on fixed atoms, or quantiles at fixed or drawn fractions. */
export type ValueKind =
  | { readonly kind: 'none' }
  | { readonly kind: 'categorical'; readonly atoms: Float32Array }
  | { readonly kind: 'quantile'; readonly count: number }
  | { readonly kind: 'implicit'; readonly samples: number; readonly cosines: number }

export interface QNetworkOptions extends TorsoOptions {
  /** Units of the dense layers; the last stands in the head. Undefined: the torso's own. */
  readonly hidden?: readonly number[] | undefined
  readonly dueling?: false | 'mean' | 'max' | undefined
  readonly values?: ValueKind | undefined
  /** σ₀ of a noisy head; undefined for a plain one. */
  readonly sigma?: number | undefined
  /** A recurrent layer between torso and head. */
  readonly recurrent?: { readonly cell: 'lstm' | 'gru'; readonly units: number } | undefined
}

/**
 * q: batch × actions. Where the head has streams, value (batch × 1), what the value stream says by itself (of a distribution its
 * mean), and advantage (batch × actions), what q is above it.
 */
export interface QValues {
  readonly q: tf.Tensor
  readonly value?: tf.Tensor
  readonly advantage?: tf.Tensor
  /** Of a categorical network, batch × actions × atoms. */
  readonly logits?: tf.Tensor
  /** Of the other distributions, batch × actions × quantiles, and the fractions they stand at: batch × quantiles, or 1 × quantiles. */
  readonly quantiles?: tf.Tensor
  readonly taus?: tf.Tensor
}

export interface Draws {
  /** For noisy layers, as long as the network's `noise`; without it they use their means. */
  readonly noise?: tf.Tensor | undefined
  /** Fractions for an implicit quantile network, batch × samples; without them it takes midpoints. */
  readonly taus?: tf.Tensor | undefined
}

/** Observation → encoder → torso → (recurrent core) → head. */
export interface QNetwork {
  /** Numbers of noise that one application takes. */
  readonly noise: number
  /** Fractions that learning draws for each observation; 0 for networks that draw none. */
  readonly samples: number
  readonly core: RecurrentCore | undefined
  init(rng: Rng): Parameters
  /** What the core, or the head where there is none, reads. `observations`: batch × observation, as they are stored. */
  features(weights: Weights, observations: tf.Tensor): tf.Tensor
  values(weights: Weights, features: tf.Tensor, draws?: Draws): QValues
  /** Of a network without a core: the values of the features. */
  apply(weights: Weights, observations: tf.Tensor, draws?: Draws): QValues
}

/** The last hidden layer belongs to the head, so that each stream of a dueling head has its own. */
export function createQNetwork(encoder: ObservationEncoder, actions: number, options: QNetworkOptions): QNetwork {
  const { activation, initializer, dueling = false, values = { kind: 'none' }, sigma } = options
  const found = createTorso('torso', encoder, options, [120, 84])
  const hidden = options.hidden ?? found.hidden
  const torso = found.with(hidden.slice(0, -1))
  const width = values.kind === 'categorical' ? values.atoms.length : values.kind === 'quantile' ? values.count : 1
  const core = options.recurrent && recurrentCore('core', { ...options.recurrent, inputs: torso.outputs, initializer })
  const inputs = core?.units ?? torso.outputs
  const headOptions = { inputs, hidden: hidden.slice(-1), actions, width, sigma, activation, initializer }
  const head = dueling === false ? linearHead(headOptions) : duelingHead(headOptions, dueling)
  const embedding =
    values.kind === 'implicit'
      ? quantileEmbedding('quantiles', { features: inputs, cosines: values.cosines, initializer })
      : undefined

  const network: QNetwork = {
    noise: head.noise,
    samples: values.kind === 'implicit' ? values.samples : 0,
    core,
    init: (rng) => ({ ...torso.init(rng), ...core?.init(rng), ...embedding?.init(rng), ...head.init(rng) }),
    apply: (weights, observations, draws) => network.values(weights, network.features(weights, observations), draws),
    features: (weights, observations) => torso.apply(weights, encoder.encode(observations, found.readsImages)),
    values(weights, features, { noise, taus } = {}) {
      if (values.kind === 'implicit') {
        const count = taus?.shape[1] ?? values.samples
        const fractions = taus ?? tf.tile(tf.tensor(midpoints(count), [1, count]), [features.shape[0]!, 1])
        const each = head.apply(weights, embedding!.apply(weights, features, fractions), noise)
        /** From (batch · taus) × n × 1 to batch × n × taus. */
        const byState = (x: tf.Tensor): tf.Tensor => tf.transpose(tf.reshape(x, [-1, count, x.shape[1]!]), [0, 2, 1])
        const quantiles = byState(each.output)
        const q = tf.mean(quantiles, 2)
        return { q, quantiles, taus: fractions, ...streams(each, q, (x) => tf.mean(byState(x), 2)) }
      }
      const said = head.apply(weights, features, noise)
      switch (values.kind) {
        case 'none': {
          const q = flat(said.output)
          return { q, ...streams(said, q, flat) }
        }
        case 'categorical': {
          const mean = (logits: tf.Tensor): tf.Tensor => tf.sum(tf.mul(tf.softmax(logits), tf.tensor(values.atoms)), 2)
          const q = mean(said.output)
          // Logits of the value stream alone are those of an action without advantage.
          return { q, logits: said.output, ...streams(said, q, mean) }
        }
        case 'quantile': {
          const mean = (x: tf.Tensor): tf.Tensor => tf.mean(x, 2)
          const fractions = tf.tensor(midpoints(values.count), [1, values.count])
          const q = mean(said.output)
          return { q, quantiles: said.output, taus: fractions, ...streams(said, q, mean) }
        }
      }
    },
  }
  return network
}

function streams(
  { value }: { readonly value?: tf.Tensor },
  q: tf.Tensor,
  reduce: (x: tf.Tensor) => tf.Tensor,
): Pick<QValues, 'value' | 'advantage'> {
  if (value === undefined) return {}
  const v = reduce(value)
  return { value: v, advantage: tf.sub(q, v) }
}

function flat(x: tf.Tensor): tf.Tensor {
  return tf.reshape(x, [-1, x.shape[1]!])
}
