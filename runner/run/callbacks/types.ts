import type { Agent } from '../../../agents/types.ts'
import type { StateTree } from '../../../core/state.ts'
import type { GenerativeModel } from '../../../generative/types.ts'
import type { AnyRunConfig, AnySummary, RunEvent } from '../types.ts'

/** What a callback of the user's is made from, when its run begins and each time it goes on. */
export interface CallbackContext {
  /** The run folder; there from `onStart` on. */
  readonly folder: string
  readonly config: AnyRunConfig
  /** The `options` beside its path in the config. */
  readonly options: Readonly<Record<string, unknown>>
  /** What learns. To look at: whoever changes it changes the run's numbers. */
  readonly agent?: Agent
  readonly model?: GenerativeModel
  /** Puts a value in the next row of metrics.csv and TensorBoard, in a column of its own. */
  log(name: string, value: number): void
  /** Tells people a line. */
  note(text: string): void
  /** Ends training after this step: it is evaluated, saved and scored as if its steps were made. */
  stop(reason: string): void
}

/** All of it may be left out. What may be asynchronous is waited for: training stands still meanwhile. */
export interface Callback {
  /** Steps between calls of `onStep`, and one at the end; as often as a row of metrics by default. */
  readonly every?: number
  /** Before the first step of this session. */
  onStart?(step: number): void | Promise<void>
  /** Before the row of metrics and the checkpoint of this step: they know what it did. */
  onStep?(step: number): void | Promise<void>
  /** Of everything that happens but progress, whose moments differ from run to run. */
  onEvent?(event: Exclude<RunEvent, { kind: 'progress' }>): void | Promise<void>
  /** Finished, or stopped and saved. */
  onEnd?(summary: AnySummary): void | Promise<void>
  /** However this session ended. */
  close?(): void
  /** What it remembers: saved in every checkpoint, put back when the run is resumed. */
  state?(): StateTree
  restore?(state: StateTree): void
}

export type CallbackFactory = (context: CallbackContext) => Callback | Promise<Callback>
