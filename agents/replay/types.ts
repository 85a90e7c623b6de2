import type { TypedArray } from '../../core/dtype.ts'
import type { StateTree } from '../../core/state.ts'

/** How observations are kept: `uint8` stays bytes, a Discrete is one int32, all else is float32. */
export interface ObservationFormat {
  readonly dtype: 'float32' | 'uint8' | 'int32'
  /** Elements of one observation. */
  readonly length: number
}

/**
 * What a learner learns from: s, a, the (n-step) return R = Σ γᵏ r, the discount of what follows, s′. The discount is γᵐ
 * after m rewards, 0 after termination, so that nothing else needs to know of episodes' ends. The one object is refilled
 * for each transition; observations lie at an offset of larger arrays.
 */
export interface Transition {
  lane: number
  /** Env steps from s to s′. */
  span: number
  observation: TypedArray
  /** In elements. */
  observationOffset: number
  /** Index of the action, from 0. */
  action: number
  reward: number
  discount: number
  nextObservation: TypedArray
  nextOffset: number
  /** What was allowed in s, one byte an action, or undefined where everything was. */
  mask: Uint8Array | undefined
  maskOffset: number
  /** The same of s′. */
  nextMask: Uint8Array | undefined
  nextMaskOffset: number
}

/** What an accumulator gives its transitions to. It copies what it keeps. */
export interface TransitionSink {
  /**
   * Each step of a lane, before the transitions it completes: s′ of those is its `next`. For storages that keep what
   * observations share.
   */
  watch?(
    lane: number,
    isFirst: boolean,
    observation: TypedArray,
    offset: number,
    next: TypedArray,
    nextOffset: number,
  ): void
  add(transition: Transition): void
}

/** Arrays that a batch of transitions is gathered into: batch × observation, and one element a transition each. */
export interface TransitionBatch {
  readonly observation: TypedArray
  readonly action: Int32Array
  readonly reward: Float32Array
  readonly discount: Float32Array
  readonly nextObservation: TypedArray
  /** batch × actions. */
  readonly nextMask: Uint8Array
}

/** Indices run from 0 to size − 1 in no promised order; a full storage overwrites its oldest transition. */
export interface TransitionStorage extends TransitionSink {
  readonly capacity: number
  readonly size: number
  /** Transitions ever added. */
  readonly inserted: number
  /** Bytes when full. */
  readonly bytes: number
  /** Some transition came with a mask. */
  readonly masked: boolean
  /** Copies the transitions at the first `count` indices into the batch. */
  gather(indices: Int32Array, count: number, batch: TransitionBatch): void
  /** Throws when an invariant is broken; for tests. */
  checkValid(): void
  state(): StateTree
  restore(state: StateTree): void
}
