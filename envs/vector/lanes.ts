import type { Scene } from '../../core/scene.ts'
import { RingsideError } from '../../core/errors.ts'
import type { AutoresetMode, Env, EnvSnapshot, Info, ResetOptions, SpaceValue, WrapperStatistics } from '../types.ts'
import { statisticsOf } from '../wrappers/statistics.ts'
import type { Layout } from './layout.ts'
import type { LaneMemory } from './memory.ts'

/** What steps and resets the lanes of a vector environment: those of this thread, or threads with lanes of their own. */
export interface Lanes {
  /** One a lane of the vector environment. */
  readonly infos: Info[]
  /** Resets the lanes that are `selected` with their `seeds`, into batch `into`. */
  reset(into: number, options?: Record<string, unknown>): void
  /** Takes `actions`. Same-step writes the first observations of new episodes into batch `after`. */
  step(next: number, after: number): void
  render(lane: number): Scene
  /** One list a lane. */
  statistics(): readonly (readonly WrapperStatistics[])[]
  snapshots(): readonly EnvSnapshot[]
  restore(snapshots: readonly EnvSnapshot[]): void
  close(): void
}

export interface LanesPlan {
  readonly envs: readonly Env[]
  readonly autoresetMode: AutoresetMode
  readonly memory: LaneMemory
  readonly observation: Layout
  readonly action: Layout
  readonly maskWidth: number
  /** Which lane the first environment is. */
  readonly from: number
  /**
   * Told the actions of a step (undefined for a lane that is reset instead) before the lanes are stepped one by one: lanes
   * that live in one other process take their steps there at once.
   */
  readonly stepTogether?: ((actions: readonly (SpaceValue | undefined)[]) => void) | undefined
  /** Told before a lane is touched. */
  readonly atWork?: (lane: number) => void
}

/** Environments of this thread, one after another. */
export function createLanes(plan: LanesPlan): Lanes {
  const { envs, autoresetMode, memory, observation, action, maskWidth, from, stepTogether, atWork } = plan
  const { actions, reward, terminated, truncated, resetLanes, firsts, ended, returns, lengths } = memory
  const infos: Info[] = Array.from({ length: memory.lanes }, () => ({}))
  const to = from + envs.length

  const resetLane = (lane: number, into: number, options?: ResetOptions): void => {
    atWork?.(lane)
    const result = envs[lane - from]!.reset(options)
    observation.write(result.observation, memory.observations[into]!, lane)
    infos[lane] = result.info
    writeMask(lane, into, result.info)
    firsts[lane] = 1
    ended[lane] = 0
    returns[lane] = 0
    lengths[lane] = 0
  }
  const writeMask = (lane: number, into: number, info: Info): void => {
    const { actionMask } = info
    if (actionMask === undefined) {
      if (memory.masked[lane] !== 0) memory.masks[into]!.fill(1, lane * maskWidth, (lane + 1) * maskWidth)
      return
    }
    if (!(actionMask instanceof Uint8Array) || actionMask.length !== maskWidth || maskWidth === 0)
      throw new RingsideError(`${envs[lane - from]!.spec?.id}: info.actionMask ${expectedMask(maskWidth)}.`)
    memory.masked[lane] = 1
    memory.masks[into]!.set(actionMask, lane * maskWidth)
  }

  return {
    infos,
    reset(into, options) {
      for (let lane = from; lane < to; lane++) {
        if (memory.selected[lane] === 0) continue
        const seed = memory.seeds[lane]!
        resetLane(lane, into, {
          ...(!Number.isNaN(seed) && { seed }),
          ...(options !== undefined && { options }),
        })
      }
    },
    step(next, after) {
      const batch = memory.observations[next]!
      const asked =
        stepTogether && envs.map((_, i) => (ended[from + i] === 0 ? action.read(actions, from + i) : undefined))
      if (asked !== undefined) stepTogether?.(asked)
      for (let lane = from; lane < to; lane++) {
        resetLanes[lane] = 0
        if (ended[lane] !== 0) {
          resetLane(lane, next)
          resetLanes[lane] = 1
          reward[lane] = 0
          terminated[lane] = 0
          truncated[lane] = 0
          continue
        }
        atWork?.(lane)
        const result = envs[lane - from]!.step(asked?.[lane - from] ?? action.read(actions, lane))
        observation.write(result.observation, batch, lane)
        reward[lane] = result.reward
        terminated[lane] = result.terminated ? 1 : 0
        truncated[lane] = result.truncated ? 1 : 0
        infos[lane] = result.info
        writeMask(lane, next, result.info)
        returns[lane] = returns[lane]! + (result.rawReward ?? result.reward)
        lengths[lane] = lengths[lane]! + 1
        firsts[lane] = 0
        if (!result.terminated && !result.truncated) continue
        memory.endedReturns[lane] = returns[lane]!
        memory.endedLengths[lane] = lengths[lane]!
        ended[lane] = 1
        if (autoresetMode !== 'same-step') continue
        resetLane(lane, after)
        infos[lane] = { ...infos[lane], finalInfo: result.info }
      }
    },
    render: (lane) => envs[lane - from]!.render(),
    statistics: () => envs.map(statisticsOf),
    snapshots: () => envs.map((env) => env.snapshot()),
    restore(snapshots) {
      const errors: unknown[] = []
      snapshots.forEach((snapshot, i) => {
        atWork?.(from + i)
        try {
          envs[i]!.restore(snapshot)
        } catch (error) {
          errors.push(error)
        }
      })
      // Where one cannot be put back, all that can be is.
      if (errors.length > 0) throw errors[0]
    },
    close() {
      for (const env of envs) env.close()
    },
  }
}

function expectedMask(width: number): string {
  return width === 0
    ? 'is for Discrete and MultiDiscrete actions'
    : `expects a Uint8Array of ${width} bytes, one a choice of an action`
}
