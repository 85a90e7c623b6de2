import type { Rng } from '../../core/rng.ts'
import { orthogonal } from '../../engine/initializers.ts'
import { dense } from '../../engine/layers/dense.ts'
import { sequence } from '../../engine/layers/sequence.ts'
import type { Parameters, Piece, Weights } from '../../engine/layers/types.ts'
import type { tf } from '../../engine/tfjs.ts'
import { mlp } from '../networks/mlp.ts'
import type { ObservationEncoder } from '../networks/observation.ts'
import { createTorso, type CustomNetwork } from '../networks/torso.ts'
import type { PpoConfig } from './config.ts'

export interface ActorCriticOutput {
  /** Logits of a categorical policy, or means of a Gaussian one: batch × width. */
  readonly policy: tf.Tensor
  /** Of a Gaussian policy: width, the same in every state. */
  readonly logDeviation?: tf.Tensor
  /** batch × 1. */
  readonly value: tf.Tensor
}

/** Observation → encoder → (torso) → actor and critic. */
export interface ActorCritic {
  init(rng: Rng): Parameters
  /** `observations`: batch × observation, as they are stored. */
  apply(weights: Weights, observations: tf.Tensor): ActorCriticOutput
}

export interface ActorCriticOptions {
  /** Logits or means. */
  readonly width: number
  readonly gaussian: boolean
  readonly network: PpoConfig['network']
  /** What `network.kind` names by its path. */
  readonly custom?: CustomNetwork | undefined
}

const logDeviationPath = 'actor/log-deviation'

/** Two networks `actor/…` and `critic/…` for vectors; for images one `torso/…` with two linear heads. */
export function createActorCritic(encoder: ObservationEncoder, options: ActorCriticOptions): ActorCritic {
  const { width, gaussian, network, custom } = options
  // Orthogonal kernels replace those that the layers draw.
  const initializer = network.initializer === 'orthogonal' ? 'he-normal' : network.initializer
  const found = createTorso('torso', encoder, { kind: network.kind, custom, activation: 'relu', initializer }, [64, 64])
  const hidden = network.hidden ?? found.hidden
  // Vectors are read by the actor and the critic each for itself, unless the torso is the user's.
  const torso = found.readsImages || custom !== undefined ? found.with(hidden) : undefined

  const head = (name: string, outputs: number): Piece => {
    const own = torso === undefined ? hidden : []
    const inputs = torso?.outputs ?? encoder.features
    const layers = mlp(name, { inputs, hidden: own, activation: network.activation, initializer })
    return sequence([layers, dense(`${name}/output`, { inputs: layers.outputs, outputs, initializer })], inputs)
  }
  const actor = head('actor', width)
  const critic = head('critic', 1)

  return {
    init(rng) {
      const drawn = { ...torso?.init(rng), ...actor.init(rng), ...critic.init(rng) }
      const parameters = network.initializer === 'orthogonal' ? orthogonalised(drawn, rng) : drawn
      if (!gaussian) return parameters
      return {
        ...parameters,
        [logDeviationPath]: { shape: [width], values: new Float32Array(width).fill(network.logDeviation) },
      }
    },
    apply(weights, observations) {
      const encoded = encoder.encode(observations, found.readsImages)
      const features = torso === undefined ? encoded : torso.apply(weights, encoded)
      return {
        policy: actor.apply(weights, features),
        value: critic.apply(weights, features),
        ...(gaussian && { logDeviation: weights[logDeviationPath]! }),
      }
    },
  }
}

/** Engstrom et al. 2020 and Huang et al. 2022, detail 2: the gain is √2, but for the outputs. */
function orthogonalised(parameters: Parameters, rng: Rng): Parameters {
  const gainOf = (path: string): number =>
    path === 'actor/output/kernel' ? 0.01 : path === 'critic/output/kernel' ? 1 : Math.SQRT2
  return Object.fromEntries(
    Object.entries(parameters).map(([path, parameter]) => {
      if (!path.endsWith('/kernel')) return [path, parameter]
      const { shape } = parameter
      return [path, { shape, values: orthogonal(gainOf(path))(rng.stream(path), shape, 0) }]
    }),
  )
}
