import { fields, type StateTree } from '../../core/state.ts'
import type { Callbacks } from './callbacks/open.ts'
import type { ExperimentState } from './experiment.ts'
import type { RunParts, RunRecord } from './kinds/types.ts'

export const emptyLogState: StateTree = { tensorBoardBytes: 0 }

/** Of a run that has not begun. */
export function newRecord(): RunRecord {
  return { dutiesStep: 0, bestStep: undefined, bestReturn: -Infinity, sinceBest: 0, ended: null, seconds: 0 }
}

/** All that a checkpoint of this moment holds. */
export function stateOf(
  parts: RunParts,
  record: RunRecord,
  callbacks: Callbacks,
  logState: StateTree,
): ExperimentState {
  const { policy, training } = parts.experiment.state()
  const run = {
    ...record,
    bestStep: record.bestStep ?? null,
    timings: parts.timings.seconds(),
    ...parts.state(),
    callbacks: callbacks.state(),
    log: logState,
  }
  return { policy, training: { ...training, run } }
}

/** Puts everything back, the record in place; gives what is left for the logs. */
export function restoreAll(
  parts: RunParts,
  record: RunRecord,
  callbacks: Callbacks,
  { policy, training }: ExperimentState,
  notes: string[],
): StateTree {
  const run = fields(training['run'], 'the run')
  parts.experiment.restore({ policy, training }, (text) => notes.push(text))
  parts.restore(training['run'] as StateTree)
  parts.timings.restore(run.tree('timings') as Record<string, number>)
  const [best, ended] = [run.get('bestStep'), run.get('ended')]
  Object.assign(record, {
    dutiesStep: run.number('dutiesStep'),
    bestStep: typeof best === 'number' ? best : undefined,
    bestReturn: run.number('bestReturn'),
    sinceBest: run.number('sinceBest'),
    ended: typeof ended === 'string' ? ended : null,
    seconds: run.number('seconds'),
  } satisfies RunRecord)
  callbacks.restore(run.tree('callbacks'))
  return run.tree('log')
}
