import type { z } from 'zod'
import type { Metrics } from './metrics.ts'
import type { Rng } from '../core/rng.ts'
import type { StateTree } from '../core/state.ts'
import type { Parameters, Training, Weights } from '../engine/layers/types.ts'
import type { tf } from '../engine/tfjs.ts'
import type { Engine, Variables } from '../engine/types.ts'
import type { ImageBatch } from './datasets/types.ts'
import type { ImageShape } from './image.ts'

export type { ImageShape } from './image.ts'

/** A network as a pure function of its weights; `labels` (batch × classes, one-hot) where it is conditional on them. */
export interface Network {
  init(rng: Rng): Parameters
  /** Without `training`, as in use: batch normalisation by its moving averages. */
  apply(weights: Weights, x: tf.Tensor, training?: Training, labels?: tf.Tensor): tf.Tensor
}

/** batch × latent → images. */
export interface Generator extends Network {
  readonly latent: number
  readonly image: ImageShape
}

/** Images → batch × 1 logits: how real each looks. */
export type Discriminator = Network

export interface GanNetworks {
  readonly generator: Generator
  readonly discriminator: Discriminator
  /** The discriminator normalises by the batch: each picture's logit depends on the others. */
  readonly judgesByBatch: boolean
}

/** What a model is built from. */
export interface ModelContext {
  readonly image: ImageShape
  /** Classes of the labels; 0 for data without labels. */
  readonly classes: number
  readonly engine: Engine
  /** The model's own stream. */
  readonly rng: Rng
  readonly note?: (line: string) => void
}

/** A generative model of images that learns batch by batch. Pictures are batch × height × width × channels, −1 to 1. */
export interface GenerativeModel {
  /** Numbers in z, each uniform in −1 … 1. */
  readonly latent: number
  /** It makes pictures of a class that is asked for. */
  readonly conditional: boolean
  /** Learns from one batch of real pictures; what it measured. */
  learn(batch: ImageBatch): Metrics
  /** Diagnostics at this moment; may cost as much as a step. */
  metrics(): Metrics
  /** `z`: count × latent; `labels`: one class a picture, for conditional models. The caller's to keep. */
  generate(z: Float32Array, labels?: Uint8Array): Float32Array
  /** Variables by path. */
  networks(): Variables
  /** `sampling` is enough to generate. */
  state(): { readonly sampling: StateTree; readonly training: StateTree }
  /** Without `training`, to generate only. */
  restore(state: { readonly sampling: StateTree; readonly training?: StateTree }): void
  dispose(): void
}

/** `load` imports the implementation, so that listing models loads no tensor library. */
export interface ModelDefinition<Config = unknown> {
  readonly name: string
  readonly summary: string
  /** Type, default and documentation of every setting. */
  readonly config: z.ZodType<Config>
  load(): Promise<ModelFactory<Config>>
}

export interface ModelFactory<Config = unknown> {
  /** Throws a usage error where the images or the combination of settings cannot work. */
  create(context: ModelContext, config: Config): GenerativeModel
  /** Its networks for inspection, by name. */
  networks?(image: ImageShape, classes: number, config: Config): GanNetworks
}
