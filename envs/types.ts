import type { TypedArray } from '../core/dtype.ts'
import type { Rng } from '../core/rng.ts'
import type { Scene } from '../core/scene.ts'
import type { StateTree } from '../core/state.ts'
import type { Space, SpaceValue } from './spaces/index.ts'

export type { SpaceValue } from './spaces/index.ts'

/** Free-form extras beside an observation. `actionMask` (Uint8Array, 1 = allowed, 0 not) is honoured by agents. */
export type Info = Record<string, unknown>

export interface ResetOptions {
  /** Seeds `rng`. Without it the environment goes on drawing from where it stands. */
  seed?: number
  options?: Record<string, unknown>
}

export interface ResetResult<Observation extends SpaceValue = SpaceValue> {
  observation: Observation
  info: Info
}

export interface StepResult<Observation extends SpaceValue = SpaceValue> {
  observation: Observation
  reward: number
  /** The environment's own, where a wrapper has changed `reward`: what scores are made of. */
  rawReward?: number
  /** The task ended: no reward can follow. */
  terminated: boolean
  /** The episode was cut (a time limit): values still bootstrap. */
  truncated: boolean
  info: Info
}

/**
 * An environment, with Gymnasium's semantics: `reset`, then `step` until `terminated` or `truncated`, then `reset`.
 * Observations are the caller's to keep.
 */
export interface Env<Observation extends SpaceValue = SpaceValue, Action extends SpaceValue = SpaceValue> {
  readonly observationSpace: Space<Observation>
  readonly actionSpace: Space<Action>
  /** Undefined for an environment that was not made by `make`. */
  readonly spec: EnvSpec | undefined
  readonly rng: Rng
  readonly unwrapped: Env
  reset(options?: ResetOptions): ResetResult<Observation>
  step(action: Action): StepResult<Observation>
  /** The present state as a display list. */
  render(): Scene
  /** Idempotent. */
  close(): void
  /** The full state, random numbers included; a wrapper's holds its own part and that of what it wraps. */
  snapshot(): EnvSnapshot
  restore(snapshot: EnvSnapshot): void
  /** The stack: `<TimeLimit<OrderEnforcing<CartPole-v1>>>`. */
  toString(): string
}

export type EnvSnapshot = StateTree

/** What `make` needs to build an environment again: plain JSON. */
export interface EnvSpec {
  /** `namespace/Name-vN`, `./path/file.ts#Export` or `gymnasium:ID`. */
  readonly id: string
  readonly kwargs?: Readonly<Record<string, unknown>>
  /** Steps after which TimeLimit truncates; null for none. */
  readonly maxEpisodeSteps?: number | null
  /** Return at which the task counts as solved. */
  readonly rewardThreshold?: number
  /** Wrappers beyond the default safety ones, innermost first. */
  readonly wrappers?: readonly WrapperSpec[]
}

export interface WrapperSpec {
  readonly name: string
  readonly kwargs?: Readonly<Record<string, unknown>>
}

/** What a wrapper has learned of the values it passes on: mean and variance of each element, of `count` values. */
export interface WrapperStatistics {
  readonly wrapper: string
  readonly mean: ArrayLike<number>
  readonly variance: ArrayLike<number>
  readonly count: number
}

export type VectorMode = 'sync' | 'workers'

export type AutoresetMode = 'next-step' | 'same-step' | 'disabled'

/** One finished episode, told once, in the step that finished it. */
export interface EpisodeStatistics {
  readonly lane: number
  /** Raw: unclipped and undiscounted. */
  readonly return: number
  /** Environment steps. */
  readonly length: number
}

/**
 * One step of all lanes of a vector environment. The arrays are reused by later steps. With autoreset `same-step`,
 * `nextObservation` of a lane that ended is its true last one while `observations()` is already the new episode's first.
 */
export interface VectorStep {
  /** True successors, before any reset: lanes × observation. */
  readonly nextObservation: TypedArray
  /** What is allowed there: lanes × actions, or undefined when the environment gives no masks. */
  readonly nextActionMask: Uint8Array | undefined
  readonly reward: Float64Array
  /** One byte a lane. */
  readonly terminated: Uint8Array
  readonly truncated: Uint8Array
  /** Lanes whose step was spent on a reset (autoreset `next-step`): no transition, reward 0. */
  readonly resetLanes: Uint8Array
  readonly infos: readonly Info[]
  readonly episodes: readonly EpisodeStatistics[]
}

/** Several copies of an environment, stepped together. Lanes share spaces, not random numbers. */
export interface VectorEnv {
  readonly lanes: number
  readonly autoresetMode: AutoresetMode
  readonly spec: EnvSpec | undefined
  /** Of one lane. */
  readonly observationSpace: Space
  readonly actionSpace: Space
  /** `seed`: lane i gets a seed derived from it and i; or one seed a lane. */
  reset(options?: { seed?: number | readonly number[]; options?: Record<string, unknown> }): TypedArray
  /** `disabled` only: resets the lanes whose byte is set. */
  resetLanes(mask: Uint8Array): TypedArray
  /** Actions: lanes × action, int32 for Discrete. */
  step(actions: TypedArray): VectorStep
  /** What to act on now: lanes × observation. */
  observations(): TypedArray
  /** One byte a lane: the present observation is the first of its episode. */
  isFirst(): Uint8Array
  /** lanes × actions, or undefined when the environment gives no masks. */
  actionMask(): Uint8Array | undefined
  render(lane?: number): Scene
  /** What the wrappers of the lanes have learned, all lanes together, innermost first: an evaluation's to use. */
  statistics(): readonly WrapperStatistics[]
  close(): void
  snapshot(): EnvSnapshot
  restore(snapshot: EnvSnapshot): void
  toString(): string
}
