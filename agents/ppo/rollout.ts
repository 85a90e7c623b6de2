import { allocate, dtypeOf, type TypedArray } from '../../core/dtype.ts'
import { RingsideError } from '../../core/errors.ts'
import { fields, type StateTree } from '../../core/state.ts'
import { clipReward, type RewardClip } from '../replay/accumulator.ts'
import type { ObservationFormat } from '../replay/types.ts'
import type { StepBatch } from '../types.ts'
import type { Trajectories } from './gae.ts'

export interface RolloutOptions {
  /** Steps of each lane. */
  readonly horizon: number
  readonly lanes: number
  readonly observation: ObservationFormat
  /** Of one action: a Discrete's first (stored actions count from 0), or the numbers of a Box. */
  readonly action:
    { readonly kind: 'discrete'; readonly start: number } | { readonly kind: 'box'; readonly length: number }
  /** Actions of a Discrete space, for masks. */
  readonly actions: number
  readonly rewardClip: RewardClip
  /** V of lanes observations, in the stored format. */
  values(observations: TypedArray): Float32Array
}

/** What one policy did: time × lanes in every column, step i of lane l at i · lanes + l. */
export interface Rollout extends Trajectories {
  readonly observation: TypedArray
  readonly action: Int32Array | Float32Array
  readonly logProbability: Float32Array
  readonly value: Float32Array
  /** Once a step came with masks: … × actions. */
  readonly mask: Uint8Array | undefined
  /** Steps of each lane that are stored. */
  readonly length: number
  readonly full: boolean
  add(step: StepBatch): void
  clear(): void
  checkValid(): void
  state(): StateTree
  restore(state: StateTree): void
}

/**
 * V(s′) of a step within an episode is V(s) of the next one, already known from acting; the networks are asked where the episode
 * was truncated and where the rollout ends.
 */
export function createRollout(options: RolloutOptions): Rollout {
  const { horizon, lanes, observation: format, action: kind, actions, rewardClip, values } = options
  const size = horizon * lanes
  const width = format.length
  const actionLength = kind.kind === 'box' ? kind.length : 1
  const observation = allocate(format.dtype, size * width)
  const action = kind.kind === 'box' ? new Float32Array(size * actionLength) : new Int32Array(size)
  const [logProbability, value, nextValue, reward] = [0, 1, 2, 3].map(() => new Float32Array(size)) as [
    Float32Array,
    Float32Array,
    Float32Array,
    Float32Array,
  ]
  const [terminated, truncated] = [new Uint8Array(size), new Uint8Array(size)]
  /** The newest true successors, for a lane whose episode is abandoned. */
  const successor = allocate(format.dtype, lanes * width)
  let mask: Uint8Array | undefined
  let length = 0

  /** Values of the step before, now that the episode is seen to go on; or not to (an environment that was begun anew). */
  const settle = (at: number, now: TypedArray, isFirst: Uint8Array): void => {
    let abandoned: Float32Array | undefined
    for (let lane = 0; lane < lanes; lane++) {
      const before = at - lanes + lane
      if (terminated[before] !== 0 || truncated[before] !== 0) continue
      if (isFirst[lane] === 0) {
        nextValue[before] = now[lane]!
        continue
      }
      abandoned ??= values(successor).slice()
      nextValue[before] = abandoned[lane]!
      truncated[before] = 1
    }
  }
  const columns = { observation, action, logProbability, value, nextValue, reward, terminated, truncated, successor }

  return {
    ...columns,
    lanes,
    get mask() {
      return mask
    },
    get length() {
      return length
    },
    get full() {
      return length === horizon
    },
    add(step) {
      if (length === horizon) throw new RangeError(`ppo: the rollout holds ${horizon} steps and is full`)
      const at = length * lanes
      const { logProbability: logs, value: now, sample } = step.extras
      if (logs === undefined || now === undefined || (kind.kind === 'box' && sample === undefined))
        throw new RingsideError("ppo learns from its own actor's steps: logProbability and value are missing.")
      if (length > 0) settle(at, now, step.isFirst)
      observation.set(step.observation, at * width)
      successor.set(step.nextObservation)
      logProbability.set(logs, at)
      value.set(now, at)
      terminated.set(step.terminated, at)
      if (kind.kind === 'box') action.set(sample!, at * actionLength)
      if (step.actionMask !== undefined) {
        mask ??= new Uint8Array(size * actions).fill(1)
        mask.set(step.actionMask, at * actions)
      }
      let asks = length === horizon - 1
      for (let lane = 0; lane < lanes; lane++) {
        if (kind.kind === 'discrete') action[at + lane] = step.action[lane]! - kind.start
        reward[at + lane] = clipReward(step.reward[lane]!, rewardClip)
        truncated[at + lane] = step.truncated[lane]! !== 0 && step.terminated[lane] === 0 ? 1 : 0
        asks ||= truncated[at + lane] !== 0
      }
      // What follows within an episode overwrites this.
      if (asks) nextValue.set(values(successor), at)
      length++
    },
    clear() {
      length = 0
    },
    checkValid() {
      if (length < 0 || length > horizon)
        throw new RingsideError(`ppo: the rollout holds ${length} steps of at most ${horizon}`)
      for (let i = 0; i < length * lanes; i++) {
        if (terminated[i]! + truncated[i]! > 1) throw new RingsideError(`ppo: step ${i} is terminated and truncated`)
        if (!(logProbability[i]! <= 0) && kind.kind === 'discrete')
          throw new RingsideError(`ppo: the log-probability of step ${i} is ${logProbability[i]}`)
      }
    },
    state: () => ({
      length,
      ...Object.fromEntries(Object.entries(columns).map(([name, array]) => [name, array.slice()])),
      ...(mask !== undefined && { mask: mask.slice() }),
    }),
    restore(state) {
      const saved = fields(state, "ppo's rollout")
      const read = Object.entries(columns).map(
        ([name, own]) => [own, saved.array(name, dtypeOf(own), [own.length])] as const,
      )
      const savedMask = saved.get('mask') === undefined ? undefined : saved.array('mask', 'uint8', [size * actions])
      length = saved.number('length')
      mask = savedMask === undefined ? undefined : Uint8Array.from(savedMask)
      for (const [own, array] of read) own.set(array)
    },
  }
}
