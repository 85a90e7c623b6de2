import { usageError } from '../../core/errors.ts'
import type { Rng } from '../../core/rng.ts'
import { orthogonal } from '../../engine/initializers.ts'
import { dense } from '../../engine/layers/dense.ts'
import { sequence } from '../../engine/layers/sequence.ts'
import type { Parameters, Piece, Weights } from '../../engine/layers/types.ts'
import type { tf } from '../../engine/tfjs.ts'
import { minatarCnn } from '../networks/minatar-cnn.ts'
import { mlp } from '../networks/mlp.ts'
import { natureCnn } from '../networks/nature-cnn.ts'
import type { ObservationEncoder } from '../networks/observation.ts'
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
}

const logDeviationPath = 'actor/log-deviation'

/** Two networks `actor/…` and `critic/…` for vectors; for images one `torso/…` with two linear heads. */
export function createActorCritic(encoder: ObservationEncoder, options: ActorCriticOptions): ActorCritic {
  const { width, gaussian, network } = options
  const kind = network.kind === 'auto' ? kindFor(encoder) : network.kind
  const hidden = network.hidden ?? { mlp: [64, 64], nature: [512], minatar: [128] }[kind]
  // Orthogonal kernels replace those that the layers draw.
  const initializer = network.initializer === 'orthogonal' ? 'he-normal' : network.initializer
  const torso = kind === 'mlp' ? undefined : convolutions(kind, encoder, hidden, initializer)

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
      const encoded = encoder.encode(observations, torso !== undefined)
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

function convolutions(
  kind: 'nature' | 'minatar',
  { image, description }: ObservationEncoder,
  hidden: readonly number[],
  initializer: 'he-normal' | 'uniform',
): Piece {
  if (image === undefined) {
    throw usageError(
      `The ${kind} network reads images, [channels, height, width]; ${description} is none. Set network.kind to mlp.`,
    )
  }
  const first =
    kind === 'nature' ? natureCnn('torso', { image, initializer }) : minatarCnn('torso', { image, initializer })
  const second = mlp('torso/dense', { inputs: first.outputs, hidden, activation: 'relu', initializer })
  return sequence([first, second], first.outputs)
}

function kindFor({ image }: ObservationEncoder): 'mlp' | 'nature' | 'minatar' {
  if (image === undefined) return 'mlp'
  return Math.min(image[1], image[2]) >= 36 ? 'nature' : 'minatar'
}
