import { agentBenches } from './agent-benches.ts'
import { engineBenches } from './engine-benches.ts'
import { envBenches } from './env-benches.ts'
import { frameBenches } from './frame-benches.ts'
import { loggingBench } from './logging-bench.ts'
import { renderBenches } from './render-benches.ts'
import { runBenches } from './run-benches.ts'
import { trainingBenches } from './training-benches.ts'
import type { Bench } from './types.ts'

export const benches: readonly Bench[] = [
  ...engineBenches,
  ...envBenches,
  ...frameBenches,
  ...agentBenches,
  ...trainingBenches,
  loggingBench,
  ...runBenches,
  ...renderBenches,
]

/** Names that stand for several. */
export const groups: Readonly<Record<string, readonly Bench[]>> = {
  engine: engineBenches,
  envs: [...envBenches, ...frameBenches],
  agents: agentBenches,
  training: [...trainingBenches, loggingBench],
  runs: runBenches,
  render: renderBenches,
}
