import { allocate, sizeOf, type TypedArray } from '../../core/dtype.ts'
import { RingsideError, usageError } from '../../core/errors.ts'
import { createRng } from '../../core/rng.ts'
import { fields, type StateValue } from '../../core/state.ts'
import type { Space } from '../spaces/index.ts'
import type {
  AutoresetMode,
  Env,
  EnvSnapshot,
  EpisodeStatistics,
  Info,
  ResetOptions,
  SpaceValue,
  VectorEnv,
  VectorStep,
} from '../types.ts'

/**
 * Steps several environments one after another in this thread. Autoreset, named as in Gymnasium:
 *
 * - `same-step`: an environment that ends is reset at once; the step tells its true last observation as `nextObservation`,
 *   while `observations()` is the first of the new episode.
 * - `next-step`: it is reset by its next step, which ignores the action and has reward 0 (`resetLanes`).
 * - `disabled`: the caller resets the lanes that ended by `resetLanes(mask)`.
 *
 * `stepTogether`, where there is one, is told each step's actions (undefined for a lane that is reset instead) before the
 * lanes are stepped one by one: lanes that live in one other process take their steps there at once.
 *
 * Batches rotate: what a step was given and what it returned stay as they are until the step after it.
 */
export function createSyncVector(
  envs: readonly Env[],
  autoresetMode: AutoresetMode,
  stepTogether?: (actions: readonly (SpaceValue | undefined)[]) => void,
): VectorEnv {
  const lanes = envs.length
  const first = envs[0]
  if (first === undefined) throw usageError('A vector environment needs at least one lane.')
  const { observationSpace, actionSpace } = first
  const observation = layoutOf(observationSpace, 'observation', `${first}`)
  const action = layoutOf(actionSpace, 'action', `${first}`)

  const makeBatch = (): TypedArray => allocate(observation.dtype, lanes * observation.width)
  let present = makeBatch()
  const spares = [makeBatch(), makeBatch(), makeBatch()]
  const firsts = new Uint8Array(lanes)
  const ended = new Uint8Array(lanes)
  const reward = new Float64Array(lanes)
  const terminated = new Uint8Array(lanes)
  const truncated = new Uint8Array(lanes)
  const resetLanes = new Uint8Array(lanes)
  const infos: Info[] = Array.from({ length: lanes }, () => ({}))
  const returns = new Float64Array(lanes)
  const lengths = new Float64Array(lanes)
  let mask: Uint8Array | undefined
  let spareMask: Uint8Array | undefined

  /** A batch that neither the last step nor the one before handed out. */
  const nextBatch = (): TypedArray => {
    const batch = spares.shift()!
    spares.push(batch)
    return batch
  }
  const resetLane = (lane: number, into: TypedArray, options?: ResetOptions): void => {
    const result = envs[lane]!.reset(options)
    observation.write(result.observation, into, lane)
    infos[lane] = result.info
    readMask(lane, result.info)
    firsts[lane] = 1
    ended[lane] = 0
    returns[lane] = 0
    lengths[lane] = 0
  }
  const readMask = (lane: number, info: Info): void => {
    const { actionMask } = info
    if (actionMask === undefined) return
    if (!(actionMask instanceof Uint8Array))
      throw new RingsideError(`${envs[lane]}: info.actionMask expects a Uint8Array, one byte an action.`)
    mask ??= new Uint8Array(lanes * actionMask.length).fill(1)
    mask.set(actionMask, lane * actionMask.length)
  }

  return {
    lanes,
    autoresetMode,
    spec: first.spec,
    observationSpace,
    actionSpace,
    reset({ seed, options } = {}) {
      if (typeof seed === 'object' && seed.length !== lanes)
        throw usageError(`reset expects ${lanes} seeds, one a lane, got ${seed.length}.`)
      for (let lane = 0; lane < lanes; lane++) {
        const own = typeof seed === 'number' ? createRng(seed, `lane ${lane}`).uint32() : seed?.[lane]
        resetLane(lane, present, { ...(own !== undefined && { seed: own }), ...(options !== undefined && { options }) })
      }
      return present
    },
    resetLanes(which) {
      if (autoresetMode !== 'disabled')
        throw new RingsideError(`resetLanes is for autoreset disabled; this one resets by itself (${autoresetMode}).`)
      const next = nextBatch()
      next.set(present)
      for (let lane = 0; lane < lanes; lane++) if (which[lane] !== 0) resetLane(lane, next)
      present = next
      return present
    },
    step(actions): VectorStep {
      const next = nextBatch()
      let after = next
      const episodes: EpisodeStatistics[] = []
      if (mask !== undefined) {
        spareMask ??= mask.slice()
        spareMask.set(mask)
        ;[mask, spareMask] = [spareMask, mask]
      }
      const asked =
        stepTogether === undefined
          ? undefined
          : envs.map((_, i) => (ended[i] === 0 ? action.read(actions, i) : undefined))
      if (asked !== undefined) stepTogether?.(asked)
      for (let lane = 0; lane < lanes; lane++) {
        resetLanes[lane] = 0
        if (ended[lane] !== 0) {
          if (autoresetMode === 'disabled')
            throw new RingsideError(`Lane ${lane} has ended; call resetLanes before the next step.`)
          resetLane(lane, next)
          resetLanes[lane] = 1
          reward[lane] = 0
          terminated[lane] = 0
          truncated[lane] = 0
          continue
        }
        const result = envs[lane]!.step(asked?.[lane] ?? action.read(actions, lane))
        observation.write(result.observation, next, lane)
        reward[lane] = result.reward
        terminated[lane] = result.terminated ? 1 : 0
        truncated[lane] = result.truncated ? 1 : 0
        infos[lane] = result.info
        readMask(lane, result.info)
        returns[lane] = returns[lane]! + result.reward
        lengths[lane] = lengths[lane]! + 1
        firsts[lane] = 0
        if (result.terminated || result.truncated) {
          ended[lane] = 1
          episodes.push({ lane, return: returns[lane]!, length: lengths[lane]! })
        }
      }
      if (autoresetMode === 'same-step' && episodes.length > 0) {
        after = nextBatch()
        after.set(next)
        for (const { lane } of episodes) {
          const finalInfo = infos[lane]!
          resetLane(lane, after)
          infos[lane] = { ...infos[lane], finalInfo }
        }
      }
      present = after
      return { nextObservation: next, reward, terminated, truncated, resetLanes, infos, episodes }
    },
    observations: () => present,
    isFirst: () => firsts,
    actionMask: () => mask,
    render: (lane = 0) => envs[lane]!.render(),
    close() {
      for (const env of envs) env.close()
    },
    snapshot: () => ({
      lanes: envs.map((env) => env.snapshot()),
      present: present.slice(),
      firsts: firsts.slice(),
      ended: ended.slice(),
      returns: returns.slice(),
      lengths: lengths.slice(),
      mask: mask?.slice() ?? null,
    }),
    restore(snapshot) {
      const saved = fields(snapshot, 'the vector environment')
      const each = saved.list('lanes')
      if (each.length !== lanes)
        throw new RingsideError(`The saved state is of ${each.length} lanes, this environment has ${lanes}.`)
      each.forEach((state: StateValue, lane) => envs[lane]!.restore(state as EnvSnapshot))
      present.set(saved.array('present', observation.dtype, [lanes * observation.width]))
      firsts.set(saved.array('firsts', 'uint8', [lanes]))
      ended.set(saved.array('ended', 'uint8', [lanes]))
      returns.set(saved.array('returns', 'float64', [lanes]))
      lengths.set(saved.array('lengths', 'float64', [lanes]))
      mask = saved.get('mask') === null ? undefined : (saved.array('mask', 'uint8') as Uint8Array).slice()
    },
    toString: () => `SyncVector(${lanes} × ${first}, ${autoresetMode})`,
  }
}

/** How values of a space lie in a batch. */
interface Layout {
  readonly dtype: 'float32' | 'float64' | 'int32' | 'uint8' | 'int8' | 'int16' | 'uint16' | 'uint32' | 'bool'
  /** Elements of one lane. */
  readonly width: number
  write(value: SpaceValue, batch: TypedArray, lane: number): void
  read(batch: TypedArray, lane: number): SpaceValue
}

function layoutOf(space: Space, what: string, env: string): Layout {
  if (space.shape === undefined || space.dtype === undefined) {
    throw usageError(
      `${env}: its ${what} space ${space} has no fixed shape, so it cannot be stepped in lanes. Flatten it.`,
    )
  }
  const { dtype } = space
  if (space.kind === 'discrete') {
    return {
      dtype: 'int32',
      width: 1,
      write: (value, batch, lane) => void (batch[lane] = value as number),
      read: (batch, lane) => batch[lane]!,
    }
  }
  const width = sizeOf(space.shape)
  return {
    dtype,
    width,
    write(value, batch, lane) {
      const array = value as TypedArray
      const at = lane * width
      if (width > 64) batch.set(array, at)
      else for (let i = 0; i < width; i++) batch[at + i] = array[i]!
    },
    read: (batch, lane) => batch.slice(lane * width, (lane + 1) * width),
  }
}
