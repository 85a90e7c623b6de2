import { engineBenches } from './engine-benches.ts'
import { envBenches } from './env-benches.ts'
import { trainingBenches } from './training-benches.ts'
import type { Bench } from './types.ts'

export const benches: readonly Bench[] = [...engineBenches, ...envBenches, ...trainingBenches]
