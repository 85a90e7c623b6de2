import { inContext, usageError } from '../../core/errors.ts'
import { SnapshotMismatch } from '../adapt.ts'
import { maskWidth } from '../spaces/mask-width.ts'
import type { AutoresetMode, Env, VectorEnv } from '../types.ts'
import { createLanes, type LanesPlan } from './lanes.ts'
import { layoutOf } from './layout.ts'
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
  let at = 0
  const atWork = (lane: number): void => {
    at = lane
  }
  const lanes = createLanes({ ...plan, envs, autoresetMode, memory, from: 0, stepTogether, atWork })
  /** What goes wrong in a lane says which, where there are several. */
  const named = <Args extends unknown[]>(work: (...args: Args) => void): ((...args: Args) => void) =>
    envs.length === 1
      ? work
      : (...args) => {
          try {
            work(...args)
          } catch (error) {
            throw error instanceof SnapshotMismatch ? error : inContext(`Lane ${at} of ${spec?.id ?? first}`, error)
          }
        }
  return createVectorEnv({
    lanes: { ...lanes, reset: named(lanes.reset), step: named(lanes.step) },
    memory,
    autoresetMode,
    spec,
    observationSpace,
    actionSpace,
    name: `SyncVector(${envs.length} × ${first}, ${autoresetMode})`,
  })
}
