import { engineBenches } from './engine-benches.ts'
import { envBenches } from './env-benches.ts'
import { trainingBenches } from './training-benches.ts'
import type { Bench } from './types.ts'

export const benches: readonly Bench[] = [...engineBenches, ...envBenches, ...trainingBenches]

/** Names that stand for several. */
export const groups: Readonly<Record<string, readonly Bench[]>> = {
  engine: engineBenches,
  envs: envBenches,
  training: trainingBenches,
}
