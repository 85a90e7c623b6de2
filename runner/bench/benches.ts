import { agentBenches } from './agent-benches.ts'
import { engineBenches } from './engine-benches.ts'
import { envBenches } from './env-benches.ts'
import { trainingBenches } from './training-benches.ts'
import type { Bench } from './types.ts'

export const benches: readonly Bench[] = [...engineBenches, ...envBenches, ...agentBenches, ...trainingBenches]

/** Names that stand for several. */
export const groups: Readonly<Record<string, readonly Bench[]>> = {
  engine: engineBenches,
  envs: envBenches,
  agents: agentBenches,
  training: trainingBenches,
}
