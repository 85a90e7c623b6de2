import type { Segment, StateTree } from '../../core/state.ts'
import type { Metrics } from '../../agents/types.ts'
import type { EpisodeStatistics } from '../../envs/types.ts'

/** How far one `advance` may go: to a step, a number of updates, or a moment on `performance.now()`'s clock, whichever comes first. */
export interface Budget {
  readonly untilStep: number
  readonly untilUpdates?: number | undefined
  readonly deadline: number
}

/** What an experiment tells those who follow it, while it advances. Arrays are reused: copy what is kept. */
export interface Follower {
  episode?(episode: EpisodeStatistics, step: number): void
  update?(metrics: Metrics, step: number): void
}

export interface ExperimentState {
  readonly policy: StateTree
  readonly training: StateTree
}

/** Anything that learns step by step and can be put away and taken up again: an agent in environments, a GAN, a user's own. */
export interface Experiment {
  /** Steps made so far, in the experiment's unit. */
  readonly step: number
  /** Gradient steps made so far; undefined where the learner does not tell. */
  readonly updates: number | undefined
  /** Goes on synchronously, at least one step. */
  advance(budget: Budget, follower: Follower): void
  /** Diagnostics at this moment. */
  metrics(): Metrics
  /** Everything that is needed to go on as if never cut; `policy` is the part that acting or sampling needs. */
  state(): ExperimentState
  /** What of its state is large and stays as it is for long: cheap to ask for. */
  segments?(): Iterable<Segment>
  /** `note` is told what could not be put back exactly. */
  restore(state: ExperimentState, note: (text: string) => void): void
  close(): void
}
