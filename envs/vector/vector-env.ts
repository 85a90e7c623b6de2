import type { TypedArray } from '../../core/dtype.ts'
import { RingsideError, usageError } from '../../core/errors.ts'
import { createRng } from '../../core/rng.ts'
import { fields } from '../../core/state.ts'
import type { Space } from '../spaces/index.ts'
import type { AutoresetMode, EnvSnapshot, EnvSpec, EpisodeStatistics, Info, VectorEnv, VectorStep } from '../types.ts'
import { mergeStatistics } from '../wrappers/statistics.ts'
import type { Lanes } from './lanes.ts'
import type { LaneMemory } from './memory.ts'

export interface VectorParts {
  readonly lanes: Lanes
  readonly memory: LaneMemory
  readonly autoresetMode: AutoresetMode
  readonly spec: EnvSpec | undefined
  readonly observationSpace: Space
  readonly actionSpace: Space
  /** `SyncVector(8 × …)` */
  readonly name: string
}

/**
 * A vector environment over its lanes, wherever they are stepped. Autoreset, named as in Gymnasium:
 *
 * - `same-step`: an environment that ends is reset at once; the step tells its true last observation as `nextObservation`,
 *   while `observations()` is the first of the new episode.
 * - `next-step`: it is reset by its next step, which ignores the action and has reward 0 (`resetLanes`).
 * - `disabled`: the caller resets the lanes that ended by `resetLanes(mask)`.
 *
 * Batches rotate: what a step was given and what it returned stay as they are until the step after it.
 */
export function createVectorEnv(parts: VectorParts): VectorEnv {
  const { lanes: stepper, memory, autoresetMode, spec, observationSpace, actionSpace, name } = parts
  const { lanes, observations, actions, terminated, truncated, ended, selected, seeds } = memory
  const width = observations[0].length / lanes
  const maskWidth = memory.masks[0].length / lanes
  /** Which batch is the present one. */
  let present = 0
  let closed = false
  for (const each of memory.masks) each.fill(1)

  const copyLane = (from: TypedArray, to: TypedArray, lane: number, width: number): void => {
    const at = lane * width
    if (width > 64) to.set(from.subarray(at, at + width), at)
    else for (let i = at; i < at + width; i++) to[i] = from[i]!
  }
  const maskOf = (batch: number): Uint8Array | undefined =>
    memory.masked.includes(1) ? memory.masks[batch] : undefined
  const wholeActions = !(actions instanceof Float32Array || actions instanceof Float64Array)
  const checkTaken = (given: ArrayLike<number>): void => {
    const at = actions.findIndex((action: number, i: number) => action !== given[i])
    if (at < 0) return
    const lane = Math.floor((at * lanes) / actions.length)
    throw usageError(`Lane ${lane} of ${spec?.id ?? name}: step expects actions of ${actionSpace}, got ${given[at]}.`)
  }
  const checkOpen = (what: string): void => {
    if (closed) throw new RingsideError(`${name}: ${what} was called after close().`)
  }

  return {
    lanes,
    autoresetMode,
    spec,
    observationSpace,
    actionSpace,
    reset({ seed, options } = {}) {
      checkOpen('reset()')
      if (typeof seed === 'object' && seed.length !== lanes)
        throw usageError(`reset expects ${lanes} seeds, one a lane, got ${seed.length}.`)
      for (const one of typeof seed === 'object' ? seed : [seed])
        if (one !== undefined && !Number.isSafeInteger(one))
          throw usageError(`${name}: reset expects whole numbers as seeds, got ${JSON.stringify(one)}.`)
      for (let lane = 0; lane < lanes; lane++)
        seeds[lane] = typeof seed === 'number' ? createRng(seed, `lane ${lane}`).uint32() : (seed?.[lane] ?? NaN)
      selected.fill(1)
      stepper.reset(present, options)
      return observations[present]!
    },
    resetLanes(which) {
      checkOpen('resetLanes()')
      if (autoresetMode !== 'disabled')
        throw new RingsideError(`resetLanes is for autoreset disabled; this one resets by itself (${autoresetMode}).`)
      if (which.length !== lanes)
        throw usageError(`resetLanes expects ${lanes} bytes, one a lane, got ${which.length}.`)
      const next = (present + 1) % 3
      observations[next]!.set(observations[present]!)
      memory.masks[next]!.set(memory.masks[present]!)
      selected.set(which)
      seeds.fill(NaN)
      stepper.reset(next)
      present = next
      return observations[present]!
    },
    step(given): VectorStep {
      checkOpen('step()')
      if (given.length !== actions.length)
        throw usageError(`step expects ${actions.length} numbers for ${lanes} actions, got ${given.length}.`)
      if (autoresetMode === 'disabled' && ended.includes(1))
        throw new RingsideError(`Lane ${ended.indexOf(1)} has ended; call resetLanes before the next step.`)
      actions.set(given)
      // A fraction among whole numbers would be cut off, silently.
      if (wholeActions && given.constructor !== actions.constructor) checkTaken(given)
      const [next, after] = [(present + 1) % 3, (present + 2) % 3]
      stepper.step(next, after)
      const episodes: EpisodeStatistics[] = []
      for (let lane = 0; lane < lanes; lane++) {
        if (terminated[lane] === 0 && truncated[lane] === 0) continue
        episodes.push({ lane, return: memory.endedReturns[lane]!, length: memory.endedLengths[lane]! })
      }
      present = next
      if (autoresetMode === 'same-step' && episodes.length > 0) {
        // The lanes that ended are there already, with the first observations of their new episodes.
        for (let lane = 0, nth = 0; lane < lanes; lane++)
          if (episodes[nth]?.lane === lane) nth++
          else {
            copyLane(observations[next]!, observations[after]!, lane, width)
            copyLane(memory.masks[next]!, memory.masks[after]!, lane, maskWidth)
          }
        present = after
      }
      const { reward, resetLanes } = memory
      const infos: readonly Info[] = stepper.infos
      const nextActionMask = maskOf(next)
      return {
        nextObservation: observations[next]!,
        nextActionMask,
        reward,
        terminated,
        truncated,
        resetLanes,
        infos,
        episodes,
      }
    },
    observations: () => observations[present]!,
    isFirst: () => memory.firsts,
    actionMask: () => maskOf(present),
    render(lane = 0) {
      checkOpen('render()')
      if (!(lane in memory.firsts))
        throw usageError(`${name}: render expects a lane from 0 to ${lanes - 1}, got ${lane}.`)
      return stepper.render(lane)
    },
    statistics() {
      checkOpen('statistics()')
      return mergeStatistics(stepper.statistics())
    },
    close() {
      if (closed) return
      closed = true
      stepper.close()
    },
    snapshot() {
      checkOpen('snapshot()')
      return {
        lanes: stepper.snapshots(),
        present: observations[present]!.slice(),
        firsts: memory.firsts.slice(),
        ended: ended.slice(),
        returns: memory.returns.slice(),
        lengths: memory.lengths.slice(),
        masked: memory.masked.slice(),
        mask: memory.masks[present]!.slice(),
      }
    },
    restore(snapshot) {
      checkOpen('restore()')
      const saved = fields(snapshot, 'the vector environment')
      const each = saved.list('lanes')
      if (each.length !== lanes)
        throw new RingsideError(`The saved state is of ${each.length} lanes, this environment has ${lanes}.`)
      const { dtype } = observationSpace.kind === 'discrete' ? { dtype: 'int32' as const } : observationSpace
      const values = {
        present: saved.array('present', dtype!, [lanes * width]),
        firsts: saved.array('firsts', 'uint8', [lanes]),
        ended: saved.array('ended', 'uint8', [lanes]),
        returns: saved.array('returns', 'float64', [lanes]),
        lengths: saved.array('lengths', 'float64', [lanes]),
        masked: saved.array('masked', 'uint8', [lanes]),
        mask: saved.array('mask', 'uint8', [memory.masks[0].length]),
      }
      stepper.restore(each as readonly EnvSnapshot[])
      observations[present]!.set(values.present)
      memory.firsts.set(values.firsts)
      ended.set(values.ended)
      memory.returns.set(values.returns)
      memory.lengths.set(values.lengths)
      memory.masked.set(values.masked)
      memory.masks[present]!.set(values.mask)
    },
    toString: () => name,
  }
}
