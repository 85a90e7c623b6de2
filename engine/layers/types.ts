import type { Rng } from '../../core/rng.ts'
import type { tf } from '../tfjs.ts'

/** A weight before it is a variable: its shape and first values. */
export interface Parameter {
  readonly shape: readonly number[]
  readonly values: Float32Array
  /** False for what no gradient moves, such as moving averages; default true. */
  readonly trainable?: boolean
}

/** By path below the network: `torso/0/kernel`. */
export type Parameters = Readonly<Record<string, Parameter>>
export type Weights = Readonly<Record<string, tf.Tensor>>

/**
 * A piece of a network, as a pair of pure functions: the same piece serves the online and the target weights. Every
 * weight draws from a stream named by its path, so that adding a piece leaves the others' first values as they were.
 */
export interface Piece {
  /** Width of what `apply` returns: batch × outputs. */
  readonly outputs: number
  init(rng: Rng): Parameters
  /** Without `training`, as in use: by moving averages, the same for every batch. */
  apply(weights: Weights, input: tf.Tensor, training?: Training): tf.Tensor
}

/** How layers behave that differ in training. */
export interface Training {
  /** Batch normalisation moves its averages (its weights are variables then), beside normalising by the batch. */
  readonly moveAverages: boolean
}

export type InitializerName = 'he-normal' | 'uniform' | 'glorot-uniform'
/** `{ leaky }`: the slope below nought; `twice`: written so that its gradient has a gradient (tfjs's leaky ReLU's has none). */
export type Activation = 'relu' | 'tanh' | 'sigmoid' | { readonly leaky: number; readonly twice?: boolean }
