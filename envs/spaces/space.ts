import type { DType, TypedArray } from '../../core/dtype.ts'
import type { Rng } from '../../core/rng.ts'

/** A Box or MultiDiscrete value is a typed array, a Discrete value is a number. Tuple and Dict values nest. */
export type SpaceValue = number | string | TypedArray | readonly SpaceValue[] | { readonly [key: string]: SpaceValue }

/** A set of values: what an environment shows, or what it can be told to do. */
export interface Space<T extends SpaceValue = SpaceValue> {
  readonly kind: 'box' | 'discrete' | 'multi-discrete' | 'multi-binary' | 'text' | 'tuple' | 'dict'
  /** Of one value's array; [] for Discrete. Undefined for Text, Tuple and Dict. */
  readonly shape: readonly number[] | undefined
  readonly dtype: DType | undefined
  /** A uniform value (unbounded axes: normal or exponential, as in Gymnasium). `mask`: one byte a choice of
   * a Discrete, or of each part of a MultiDiscrete one after another: 1 where it is allowed. */
  sample(rng: Rng, mask?: Uint8Array): T
  contains(value: unknown): value is T
  toJSON(): SpaceJson
  toString(): string
}

export type SpaceJson = { readonly kind: Space['kind'] } & Readonly<Record<string, unknown>>
