import { allocate } from '../../core/dtype.ts'
import { RingsideError } from '../../core/errors.ts'
import { fields, type StateTree } from '../../core/state.ts'
import type { StepBatch } from '../types.ts'
import { copyInto } from './batch.ts'
import type { ObservationFormat, Transition, TransitionSink } from './types.ts'

export type RewardClip = 'none' | 'sign' | 'unit'

export interface AccumulatorOptions {
  /** Environments stepped together; each accumulates by itself. */
  readonly lanes: number
  readonly observation: ObservationFormat
  /** n: rewards summed before the target bootstraps. */
  readonly nStep: number
  /** γ, per env step. */
  readonly gamma: number
  /** `sign`: −1, 0 or 1; `unit`: cut to [−1, 1]. Applied to each reward before it is summed. */
  readonly rewardClip: RewardClip
  /** Steps at an episode's start that are not stored: a stack that waits for its frames has one less than frames. */
  readonly waits?: number
  /** The first action of the space (a Discrete's start); transitions count actions from 0. */
  readonly firstAction: number
  readonly sink: TransitionSink
}

/** Turns steps into transitions (n-step: Sutton and Barto 2018, equation 7.1, from Q-learning's greedy policy). */
export interface Accumulator {
  observe(step: StepBatch): void
  checkValid(): void
  state(): StateTree
  restore(state: StateTree): void
}

/**
 * A lane holds its last n steps. Once n are there, each new step gives the n-step transition of the oldest. An episode's
 * end gives what is left as n … 1-step transitions: after termination with discount 0, after truncation bootstrapping
 * from the true last observation with γ to the power of the rewards summed.
 */
export function createAccumulator(options: AccumulatorOptions): Accumulator {
  const { lanes, nStep: n, gamma, rewardClip, waits = 0, firstAction, sink } = options
  const { length: width } = options.observation
  // Rings of n steps a lane: step i of lane l stands at l·n + i mod n.
  const observations = allocate(options.observation.dtype, lanes * n * width)
  const actions = new Int32Array(lanes * n)
  const rewards = new Float64Array(lanes * n)
  /** Once a step came with a mask. */
  let masks: Uint8Array | undefined
  const oldest = new Int32Array(lanes)
  const pending = new Int32Array(lanes)
  /** Steps of the present episode, as far as they are waited for. */
  const waited = new Int32Array(lanes)
  const powers = Array.from({ length: n + 1 }, (_, k) => gamma ** k)
  const transition: Transition = {
    lane: 0,
    span: 1,
    observation: observations,
    observationOffset: 0,
    action: 0,
    reward: 0,
    discount: 0,
    nextObservation: observations,
    nextOffset: 0,
    mask: undefined,
    maskOffset: 0,
    nextMask: undefined,
    nextMaskOffset: 0,
  }

  const emitOldest = (lane: number, terminated: boolean): void => {
    const base = lane * n
    const first = oldest[lane]!
    const count = pending[lane]!
    let sum = 0
    for (let k = 0; k < count; k++) sum += powers[k]! * rewards[base + ((first + k) % n)]!
    transition.observation = observations
    transition.observationOffset = (base + first) * width
    transition.action = actions[base + first]!
    transition.reward = sum
    transition.span = count
    transition.discount = terminated ? 0 : powers[count]!
    transition.mask = masks
    transition.maskOffset = masks === undefined ? 0 : (base + first) * (masks.length / (lanes * n))
    sink.add(transition)
    oldest[lane] = (first + 1) % n
    pending[lane] = count - 1
  }

  const faultOf = (first: ArrayLike<number>, count: ArrayLike<number>): string | undefined => {
    const full = Math.max(0, n - 1)
    for (let lane = 0; lane < lanes; lane++) {
      if (!(count[lane]! >= 0 && count[lane]! <= full))
        return `lane ${lane} holds ${count[lane]} steps of at most ${full}`
      if (!(first[lane]! >= 0 && first[lane]! < n)) return `lane ${lane} begins at ${first[lane]} of ${n}`
    }
    return undefined
  }

  return {
    observe(step) {
      const nextMaskWidth = step.nextActionMask === undefined ? 0 : step.nextActionMask.length / lanes
      const maskWidth = step.actionMask === undefined ? 0 : step.actionMask.length / lanes
      if (n > 1 && maskWidth > 0) masks ??= new Uint8Array(lanes * n * maskWidth).fill(1)
      transition.nextObservation = step.nextObservation
      transition.nextMask = step.nextActionMask
      for (let lane = 0; lane < lanes; lane++) {
        sink.watch?.(lane, step.isFirst[lane] !== 0, step.observation, lane * width, step.nextObservation, lane * width)
        if (step.isFirst[lane] !== 0) waited[lane] = 0
        if (waited[lane]! < waits) {
          waited[lane]!++
          pending[lane] = 0
          continue
        }
        const reward = clipReward(step.reward[lane]!, rewardClip)
        const action = step.action[lane]! - firstAction
        const terminated = step.terminated[lane] !== 0
        const ended = terminated || step.truncated[lane] !== 0
        transition.lane = lane
        transition.nextOffset = lane * width
        transition.nextMaskOffset = lane * nextMaskWidth
        if (n === 1) {
          transition.observation = step.observation
          transition.observationOffset = lane * width
          transition.action = action
          transition.reward = reward
          transition.discount = terminated ? 0 : gamma
          transition.mask = step.actionMask
          transition.maskOffset = lane * maskWidth
          sink.add(transition)
          continue
        }
        // An episode that was abandoned (its environment could not be restored) has no successor to learn from.
        if (step.isFirst[lane] !== 0) pending[lane] = 0
        const at = lane * n + ((oldest[lane]! + pending[lane]!) % n)
        copyInto(observations, at * width, step.observation, lane * width, width)
        actions[at] = action
        rewards[at] = reward
        if (step.actionMask !== undefined)
          copyInto(masks!, at * maskWidth, step.actionMask, lane * maskWidth, maskWidth)
        pending[lane]!++
        if (ended) while (pending[lane]! > 0) emitOldest(lane, terminated)
        else if (pending[lane] === n) emitOldest(lane, false)
      }
    },
    checkValid() {
      const fault = faultOf(oldest, pending)
      if (fault !== undefined) throw new RingsideError(`accumulator: ${fault}`)
    },
    state: () => ({
      observations: observations.slice(),
      actions: actions.slice(),
      rewards: rewards.slice(),
      oldest: oldest.slice(),
      pending: pending.slice(),
      ...(waits > 0 && { waited: waited.slice() }),
      ...(masks !== undefined && { masks: masks.slice() }),
    }),
    restore(state) {
      const saved = fields(state, 'the n-step accumulator')
      const parts = [
        [observations, saved.array('observations', options.observation.dtype, [observations.length])],
        [actions, saved.array('actions', 'int32', [actions.length])],
        [rewards, saved.array('rewards', 'float64', [rewards.length])],
        [oldest, saved.array('oldest', 'int32', [lanes])],
        [pending, saved.array('pending', 'int32', [lanes])],
        ...(waits > 0 ? [[waited, saved.array('waited', 'int32', [lanes])] as const] : []),
      ] as const
      const fault = faultOf(parts[3][1], parts[4][1])
      if (fault !== undefined) throw new RingsideError(`The saved n-step accumulator is damaged: ${fault}.`)
      const savedMasks = saved.get('masks') === undefined ? undefined : saved.array('masks', 'uint8')
      if (savedMasks !== undefined && savedMasks.length % (lanes * n) !== 0)
        throw new RingsideError(`The saved n-step accumulator is damaged: masks of ${savedMasks.length} bytes.`)
      for (const [own, values] of parts) own.set(values)
      masks = savedMasks && Uint8Array.from(savedMasks)
    },
  }
}

export function clipReward(reward: number, clip: RewardClip): number {
  if (clip === 'none') return reward
  return clip === 'sign' ? Math.sign(reward) : Math.min(1, Math.max(-1, reward))
}
