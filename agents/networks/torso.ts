import { usageError } from '../../core/errors.ts'
import { isNetworkPath } from './kind.ts'
import { sequence } from '../../engine/layers/sequence.ts'
import type { Activation, InitializerName, Piece } from '../../engine/layers/types.ts'
import type { ConvTorsoOptions, ImageShape } from './conv-torso.ts'
import { impalaCnn, impalaSmallCnn } from './impala-cnn.ts'
import { minatarCnn } from './minatar-cnn.ts'
import { mlp } from './mlp.ts'
import { natureCnn } from './nature-cnn.ts'
import type { ObservationEncoder } from './observation.ts'

/** What a network of the user's is built for: one observation, as it comes out of the encoder. */
export interface NetworkInput {
  /** Length of the observation as one vector. */
  readonly features: number
  /** [channels, height, width], or undefined where observations are no images. */
  readonly image: ImageShape | undefined
  readonly initializer: InitializerName
}

/** A torso of the user's: from batch × features, or from batch × channels × height × width where `readsImages`. */
export interface CustomTorso {
  readonly readsImages: boolean
  readonly piece: Piece
}

/** What `network.kind` names by its path, loaded. */
export interface CustomNetwork {
  readonly name: string
  build(input: NetworkInput): CustomTorso
}

export interface TorsoOptions {
  /** One of `networkKinds`, or the path of the custom one. */
  readonly kind: string
  readonly custom?: CustomNetwork | undefined
  /** Units of the dense layers after it; undefined: the kind's own (see `hiddenOf`). */
  readonly activation: Activation
  readonly initializer: InitializerName
}

/** Reads encoded observations: images where `readsImages`, else vectors. */
export interface Torso {
  readonly readsImages: boolean
  /** Dense layers that usually follow: for a custom one none, it is whole. */
  readonly hidden: readonly number[]
  /** The torso with dense layers of these widths on top. */
  with(hidden: readonly number[]): Piece
}

const convolutions = { nature: natureCnn, minatar: minatarCnn, impala: impalaCnn, 'impala-small': impalaSmallCnn }
const widths = { nature: [512], minatar: [128], impala: [256], 'impala-small': [256] }

/** The torso of a network, by name or by path. Throws usage errors where it cannot read the observations. */
export function createTorso(
  path: string,
  encoder: ObservationEncoder,
  { kind: asked, custom, activation, initializer }: TorsoOptions,
  vectorHidden: readonly number[],
): Torso {
  const kind = asked === 'auto' ? kindFor(encoder) : asked
  if (isNetworkPath(kind)) {
    if (custom === undefined) throw usageError(`The network "${kind}" was not loaded: build the agent by createAgent.`)
    const { features, image } = encoder
    const { piece, readsImages } = custom.build({ features, image, initializer })
    const top = (hidden: readonly number[]): Piece =>
      sequence([piece, mlp(`${path}/dense`, { inputs: piece.outputs, hidden, activation, initializer })], piece.outputs)
    return { readsImages, hidden: [], with: (hidden) => (hidden.length === 0 ? piece : top(hidden)) }
  }
  if (kind === 'mlp') {
    return {
      readsImages: false,
      hidden: vectorHidden,
      with: (hidden) => mlp(path, { inputs: encoder.features, hidden, activation, initializer }),
    }
  }
  const { image, description } = encoder
  if (image === undefined) {
    throw usageError(
      `The ${kind} network reads images, [channels, height, width]; ${description} is none. Set network.kind to mlp.`,
    )
  }
  const name = kind as keyof typeof convolutions
  const first = convolutions[name](path, { image, initializer } satisfies ConvTorsoOptions)
  return {
    readsImages: true,
    hidden: widths[name],
    with: (hidden) =>
      sequence(
        [first, mlp(`${path}/dense`, { inputs: first.outputs, hidden, activation, initializer })],
        first.outputs,
      ),
  }
}

/** mlp for vectors and Discrete, nature for images of at least 36 × 36, minatar for smaller ones. */
function kindFor({ image }: ObservationEncoder): 'mlp' | 'nature' | 'minatar' {
  if (image === undefined) return 'mlp'
  return Math.min(image[1], image[2]) >= 36 ? 'nature' : 'minatar'
}
