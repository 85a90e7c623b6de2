import type { Agent, Metrics } from '../../../agents/types.ts'
import type { StateTree } from '../../../core/state.ts'
import type { Engine } from '../../../engine/types.ts'
import type { DataProgress } from '../../../generative/datasets/types.ts'
import type { GenerativeModel } from '../../../generative/types.ts'
import type { Checkpoints } from '../checkpoint.ts'
import type { Experiment, Follower } from '../experiment.ts'
import type { RunLog } from '../loggers/run-log.ts'
import type { Duty } from '../loop.ts'
import type { Timings } from '../trackers.ts'
import type { AnyRunConfig, AnySummary, ProgressEvent, RunEvent } from '../types.ts'

/**
 * What runs of one kind have of their own: how their parts are built, what is done on the way and at the end. Folder, lock,
 * checkpoints, logs and the loop are the session's, and the same for all.
 */
export interface RunKind<Config extends AnyRunConfig> {
  /** `double-dqn-CartPole-v1`: of the run folder, before its number. */
  folderName(config: Config): string
  /** Builds everything that can be refused. `notes`: lines for people. `progress`: how far data have come. */
  assemble(config: Config, notes: string[], progress?: DataProgress): Promise<RunParts<Config>>
  /** Before the first step of a new run: what it begins with; gives the config with what was taken. */
  begin?(config: Config, parts: RunParts<Config>, notes: string[]): Promise<Config>
}

/** The live pieces of a run. */
export interface RunParts<Config extends AnyRunConfig = AnyRunConfig> {
  readonly engine: Engine
  readonly experiment: Experiment
  /** What learns, for callbacks. */
  readonly agent?: Agent
  readonly model?: GenerativeModel
  readonly timings: Timings
  /** Names of the timings that count as training. */
  readonly training: readonly string[]
  follower(log: RunLog): Follower
  /** What it remembers beside the experiment, under keys of its own. */
  state(): StateTree
  restore(saved: StateTree): void
  /** What falls due before the row of metrics and the checkpoint. */
  duties(context: DutyContext<Config>): Duty[]
  /** A row of metrics.csv. */
  row(): Metrics
  progress(): Omit<ProgressEvent, 'kind' | 'step' | 'steps' | 'stepsPerSecond' | 'etaSeconds'>
  /** What its summary tells beside times, at any moment. */
  summary(): Partial<AnySummary>
  /** What it leaves behind once training is over; undefined when a stop was requested on the way. */
  finish(context: FinishContext<Config>): AsyncGenerator<RunEvent, Partial<AnySummary> | undefined>
  close(): void
}

/** What the run itself remembers, beside its experiment and logs. */
export interface RunRecord {
  /** Duties (evaluation, log row, checkpoint) are done up to this step. */
  dutiesStep: number
  /** The checkpoint of this step is the best; one whose step it is at the moment is kept. */
  bestStep: number | undefined
  bestReturn: number
  /** Evaluations in a row that were no new best. */
  sinceBest: number
  /** Why training is over before its steps are made; null while it is not. */
  ended: string | null
  /** Wall-clock seconds of training in earlier sessions. */
  seconds: number
}

export interface DutyContext<Config> {
  /** With what `begin` made of it. */
  readonly config: Config
  readonly folder: string
  readonly record: RunRecord
  readonly log: RunLog
  stopRequested(): boolean
}

export interface FinishContext<Config> {
  readonly config: Config
  readonly folder: string
  readonly checkpoints: Checkpoints
  readonly log: RunLog
  stopRequested(): boolean
}
