import type { TypedArray } from '../../core/dtype.ts'
import type { Scene } from '../../core/scene.ts'

/** What the server and the page say to each other. The server speaks in `core/state`'s binary form, the page in JSON. */
export const protocolVersion = 1

export type Mode = 'watch' | 'play' | 'curves' | 'model'

/** How an observation is laid out, so that the page can draw what the network gets. */
export type ObservationLayout =
  /** Planes of one number a pixel, the oldest of a stack first. `top`: the value that is white. */
  | {
      readonly kind: 'planes'
      readonly planes: number
      readonly rows: number
      readonly columns: number
      readonly top: number
      /** The planes are of one thing at several steps. */
      readonly stacked: boolean
    }
  /** Pictures with their channels last. */
  | {
      readonly kind: 'pixels'
      readonly pictures: number
      readonly rows: number
      readonly columns: number
      readonly channels: number
      readonly top: number
    }
  | { readonly kind: 'vector'; readonly length: number }

export type KeyAction = number | readonly number[]

/** Said first to every page. */
export interface Hello {
  readonly kind: 'hello'
  readonly version: number
  readonly mode: Mode
  /** `double-dqn` (or a generative model), or null where a person plays alone. */
  readonly agent: string | null
  /** Or the dataset. */
  readonly env: string
  /** Run folders, where there are any. */
  readonly runs: readonly string[]
  /** Names of the actions; null for continuous ones. */
  readonly actions: readonly string[] | null
  readonly keys: Readonly<Record<string, KeyAction>>
  /** Names of a vector's elements or an image's planes. */
  readonly names: readonly string[] | null
  readonly layout: ObservationLayout | null
  readonly canGoBack: boolean
  /** Saliency and exploration need an agent. */
  readonly canExplain: boolean
}

/** One state of the environment, and what the agent thinks of it. */
export interface FrameMessage {
  readonly kind: 'frame'
  readonly episode: number
  /** Environment steps since the episode began. */
  readonly step: number
  readonly scene: Scene
  /** Of the step that led here; 0 at the start. */
  readonly reward: number
  readonly return: number
  /** What will be done next: a number counts from the first action. Null when the episode is over. */
  readonly action: number | readonly number[] | null
  /** It is not the one that the agent values most. */
  readonly explored: boolean
  readonly q: TypedArray | null
  readonly value: TypedArray | null
  readonly advantage: TypedArray | null
  /** Probabilities of a stochastic policy. */
  readonly policy: TypedArray | null
  /** actions × atoms: probabilities where there is a support, quantiles where there is none. */
  readonly distribution: TypedArray | null
  readonly support: TypedArray | null
  readonly observation: TypedArray
  readonly ended: 'terminated' | 'truncated' | null
  /** Milliseconds that the way from the last state to this one is shown for; 0: at once. */
  readonly glide: number
}

/** Numbers of the present episode's steps, from step `from` on; what a page has beyond is dropped. */
export interface TraceMessage {
  readonly kind: 'trace'
  readonly episode: number
  readonly from: number
  readonly reward: Float32Array
  /** r + γ max q(s′) − q(s, a); NaN where there is none. */
  readonly tdError: Float32Array
}

export interface EpisodeEntry {
  readonly number: number
  readonly return: number
  readonly length: number
  /** It ended by itself or by its limit; else it was left. */
  readonly complete: boolean
}

export interface StatusMessage {
  readonly kind: 'status'
  readonly paused: boolean
  readonly speed: number
  readonly seed: number
  readonly exploring: boolean
  readonly takenOver: boolean
  readonly saliency: boolean
  readonly viewers: number
  readonly episode: number
  readonly episodes: readonly EpisodeEntry[]
  /** Environment steps of training behind the policy; null for none. */
  readonly policyStep: number | null
  /** A training is going on, and its newest policy is played. */
  readonly training: boolean
}

/** By how much each part of the observation moves max q: one number a cell of a grid over the image, or an element. */
export interface SaliencyMessage {
  readonly kind: 'saliency'
  readonly episode: number
  readonly step: number
  readonly rows: number
  readonly columns: number
  readonly values: Float32Array
  /** The largest of them, in units of q. */
  readonly largest: number
}

export interface Series {
  readonly x: Float64Array
  readonly y: Float64Array
}

/** Curves of one run, over environment steps. */
export interface RunCurves {
  readonly name: string
  /** Mean return of evaluations. */
  readonly evaluation: Series
  /** Returns of training episodes, averaged over neighbours. */
  readonly episodes: Series
  /** Columns of metrics.csv that are worth a curve: loss, tdError, meanQ, epsilon, … */
  readonly metrics: Readonly<Record<string, Series>>
  readonly step: number
  readonly steps: number
  readonly state: 'training' | 'finished' | 'stopped'
}

export interface CurvesMessage {
  readonly kind: 'curves'
  readonly runs: readonly RunCurves[]
}

/** A generative model's pictures of one z over its training: which there are. */
export interface SamplesMessage {
  readonly kind: 'samples'
  /** Batches learned from, ascending. */
  readonly steps: readonly number[]
  readonly image: { readonly height: number; readonly width: number; readonly channels: number }
}

/** The pictures of one of those steps: count × height × width × channels bytes. */
export interface GridMessage {
  readonly kind: 'grid'
  readonly step: number
  readonly epoch: number
  readonly images: Uint8Array
}

/** Pictures on the way from the z of one seed to that of another. */
export interface BetweenMessage {
  readonly kind: 'between'
  readonly from: number
  readonly to: number
  readonly images: Uint8Array
}

/** What was asked for cannot be done, in words. */
export interface RefusedMessage {
  readonly kind: 'refused'
  readonly why: string
}

export type ServerMessage =
  | Hello
  | FrameMessage
  | TraceMessage
  | StatusMessage
  | SaliencyMessage
  | CurvesMessage
  | SamplesMessage
  | GridMessage
  | BetweenMessage
  | RefusedMessage

export type PageMessage =
  | { readonly kind: 'pause'; readonly on: boolean }
  | { readonly kind: 'step' }
  | { readonly kind: 'back' }
  | { readonly kind: 'speed'; readonly speed: number }
  | { readonly kind: 'seed'; readonly seed: number }
  /** Play this one again, from its first state. */
  | { readonly kind: 'episode'; readonly number: number }
  | { readonly kind: 'next' }
  | { readonly kind: 'explore'; readonly on: boolean }
  | { readonly kind: 'takeover'; readonly on: boolean }
  | { readonly kind: 'saliency'; readonly on: boolean }
  /** Keys held now, the newest last, of those in the key map. */
  | { readonly kind: 'keys'; readonly held: readonly string[] }

/** What a page asks of a generative model. */
export type ModelRequest =
  | { readonly kind: 'grid'; readonly step: number }
  | { readonly kind: 'between'; readonly from: number; readonly to: number }

export const slowest = 0.1
export const fastest = 16
