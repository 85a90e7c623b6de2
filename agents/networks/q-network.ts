import { usageError } from '../../core/errors.ts'
import type { tf } from '../../engine/tfjs.ts'
import { duelingHead, linearHead, type QValues } from './heads.ts'
import { minatarCnn } from './minatar-cnn.ts'
import { mlp } from './mlp.ts'
import { natureCnn } from './nature-cnn.ts'
import type { ObservationEncoder } from './observation.ts'
import type { Activation, InitializerName, Parameters, Piece, Weights } from '../../engine/layers/types.ts'
import type { Rng } from '../../core/rng.ts'

export interface QNetworkOptions {
  readonly kind: 'auto' | 'mlp' | 'nature' | 'minatar'
  readonly hidden?: readonly number[] | undefined
  readonly activation: Activation
  readonly initializer: InitializerName
  readonly dueling?: false | 'mean' | 'max' | undefined
}

/** Observation → encoder → torso → head. */
export interface QNetwork {
  init(rng: Rng): Parameters
  /** `observations`: batch × observation, as they are stored. */
  apply(weights: Weights, observations: tf.Tensor): QValues
}

/** The last hidden layer belongs to the head, so that each stream of a dueling head has its own. */
export function createQNetwork(encoder: ObservationEncoder, actions: number, options: QNetworkOptions): QNetwork {
  const { activation, initializer, dueling = false } = options
  const kind = options.kind === 'auto' ? kindFor(encoder) : options.kind
  const hidden = options.hidden ?? { mlp: [120, 84], nature: [512], minatar: [128] }[kind]
  const torso = createTorso(kind, encoder, hidden.slice(0, -1), options)
  const headOptions = { inputs: torso.outputs, hidden: hidden.slice(-1), actions, activation, initializer }
  const head = dueling === false ? linearHead(headOptions) : duelingHead(headOptions, dueling)
  return {
    init: (rng) => ({ ...torso.init(rng), ...head.init(rng) }),
    apply: (weights, observations) =>
      head.apply(weights, torso.apply(weights, encoder.encode(observations, kind !== 'mlp'))),
  }
}

function kindFor({ image }: ObservationEncoder): 'mlp' | 'nature' | 'minatar' {
  if (image === undefined) return 'mlp'
  return Math.min(image[1], image[2]) >= 36 ? 'nature' : 'minatar'
}

function createTorso(
  kind: 'mlp' | 'nature' | 'minatar',
  encoder: ObservationEncoder,
  hidden: readonly number[],
  { activation, initializer }: QNetworkOptions,
): Piece {
  if (kind === 'mlp') return mlp('torso', { inputs: encoder.features, hidden, activation, initializer })
  const { image } = encoder
  if (image === undefined) {
    throw usageError(
      `The ${kind} network reads images, [channels, height, width]; ${encoder.description} is none. Set network.kind to mlp.`,
    )
  }
  const convolutions =
    kind === 'nature' ? natureCnn('torso', { image, initializer }) : minatarCnn('torso', { image, initializer })
  const dense = mlp('torso/dense', { inputs: convolutions.outputs, hidden, activation, initializer })
  return {
    outputs: dense.outputs,
    init: (rng) => ({ ...convolutions.init(rng), ...dense.init(rng) }),
    apply: (weights, x) => dense.apply(weights, convolutions.apply(weights, x)),
  }
}
