import { usageError } from '../../core/errors.ts'
import type { AutoresetMode, Env, VectorEnv } from '../types.ts'
import { createLanes, type LanesPlan } from './lanes.ts'
import { layoutOf, maskWidth } from './layout.ts'
import { bytesOf, createLaneMemory } from './memory.ts'
import { createVectorEnv } from './vector-env.ts'

/** Steps several environments one after another in this thread; `stepTogether` as in `LanesPlan`. */
export function createSyncVector(
  envs: readonly Env[],
  autoresetMode: AutoresetMode,
  stepTogether?: LanesPlan['stepTogether'],
): VectorEnv {
  const first = envs[0]
  if (first === undefined) throw usageError('A vector environment needs at least one lane.')
  const { observationSpace, actionSpace, spec } = first
  const plan = {
    lanes: envs.length,
    observation: layoutOf(observationSpace, 'observation', `${first}`),
    action: layoutOf(actionSpace, 'action', `${first}`),
    maskWidth: maskWidth(actionSpace),
  }
  const memory = createLaneMemory(plan, new ArrayBuffer(bytesOf(plan)))
  return createVectorEnv({
    lanes: createLanes({ ...plan, envs, autoresetMode, memory, from: 0, stepTogether }),
    memory,
    autoresetMode,
    spec,
    observationSpace,
    actionSpace,
    name: `SyncVector(${envs.length} × ${first}, ${autoresetMode})`,
  })
}
