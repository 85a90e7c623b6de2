import type { AnyRunConfig } from '../types.ts'
import { agentRun } from './agent-run.ts'
import { isModelConfig } from './is-model.ts'
import { modelRun } from './model-run.ts'
import type { RunKind } from './types.ts'

/** The kind of a run, by its config. */
export function kindOf(config: AnyRunConfig): RunKind<AnyRunConfig> {
  return (isModelConfig(config) ? modelRun : agentRun) as RunKind<AnyRunConfig>
}
