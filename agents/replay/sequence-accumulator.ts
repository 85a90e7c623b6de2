import { allocate, type TypedArray } from '../../core/dtype.ts'
import { RingsideError } from '../../core/errors.ts'
import { fields, type StateTree } from '../../core/state.ts'
import type { StepBatch } from '../types.ts'
import { clipReward, type RewardClip } from './accumulator.ts'
import { copyInto } from './batch.ts'
import type { Columns, RecordArrays } from './records.ts'
import type { ObservationFormat } from './types.ts'

export interface SequenceOptions {
  readonly lanes: number
  readonly observation: ObservationFormat
  readonly actions: number
  readonly firstAction: number
  /** Steps that warm the recurrent state up, and are not learned from. */
  readonly burnIn: number
  /** Steps that are learned from. */
  readonly length: number
  /** Steps that a sequence shares with the one before it, at least the burn-in. */
  readonly overlap: number
  /** Numbers of recurrent state. */
  readonly stateWidth: number
  readonly nStep: number
  readonly gamma: number
  readonly rewardClip: RewardClip
  /** Steps at an episode's start that are not learned from: a stack that waits for its frames has one less than frames. */
  readonly waits?: number
}

/**
 * A record of T = burnIn + length steps of one lane and one episode. `observation` and `mask` have T + 1 rows, the successor of
 * the last step among them; `hop` says how many steps on the n-step target of each step looks; `valid` is 1 for steps that are
 * learned from; `first` is 1 at the row that begins the episode; `state` is the actor's recurrent state before row 0.
 */
export function sequenceColumns(options: SequenceOptions) {
  const { observation, actions, stateWidth } = options
  const steps = options.burnIn + options.length
  return {
    observation: { dtype: observation.dtype, length: (steps + 1) * observation.length },
    mask: { dtype: 'uint8', length: (steps + 1) * actions },
    first: { dtype: 'float32', length: steps + 1 },
    action: { dtype: 'int32', length: steps },
    reward: { dtype: 'float32', length: steps },
    discount: { dtype: 'float32', length: steps },
    hop: { dtype: 'int32', length: steps },
    valid: { dtype: 'float32', length: steps },
    state: { dtype: 'float32', length: stateWidth },
  } as const satisfies Columns
}

/**
 * Cuts each lane's steps into overlapping sequences that never cross an episode's border (Kapturowski et al. 2019, section 2.3).
 * An episode's first sequence begins with as many blank rows as the burn-in has, so that its first steps are learned from too.
 */
export function createSequenceAccumulator(options: SequenceOptions, sink: (record: RecordArrays) => void) {
  const {
    lanes,
    observation,
    actions,
    firstAction,
    burnIn,
    overlap,
    stateWidth,
    nStep,
    gamma,
    rewardClip,
    waits = 0,
  } = options
  const steps = burnIn + options.length
  const width = observation.length
  const columns = sequenceColumns(options)
  const record = Object.fromEntries(
    Object.entries(columns).map(([name, { dtype, length }]) => [name, allocate(dtype, length)]),
  ) as Record<keyof ReturnType<typeof sequenceColumns>, TypedArray>
  // What each lane holds of its present sequence.
  const rows = Array.from({ length: lanes }, () => ({
    observation: allocate(observation.dtype, (steps + 1) * width),
    mask: new Uint8Array((steps + 1) * actions).fill(1),
    states: new Float32Array(steps * stateWidth),
    action: new Int32Array(steps),
    reward: new Float64Array(steps),
  }))
  const filled = new Int32Array(lanes)
  /** Rows before this one are blank, wait for their frames, or warm the state up. */
  const learnedFrom = new Int32Array(lanes)
  /** The row of the episode's first step, −1 where that was left behind. */
  const opening = new Int32Array(lanes).fill(-1)

  const begin = (lane: number): void => {
    const own = rows[lane]!
    filled[lane] = opening[lane] = burnIn
    learnedFrom[lane] = burnIn + waits
    own.observation.fill(0, 0, burnIn * width)
    own.mask.fill(1, 0, burnIn * actions)
    own.states.fill(0, 0, burnIn * stateWidth)
    own.action.fill(0, 0, burnIn)
    own.reward.fill(0, 0, burnIn)
  }

  const emit = (lane: number, terminated: boolean): void => {
    const own = rows[lane]!
    const count = filled[lane]!
    if (count <= learnedFrom[lane]!) return
    record['observation']!.fill(0)
    record['observation']!.set(own.observation.subarray(0, (count + 1) * width))
    record['mask']!.fill(1)
    record['mask']!.set(own.mask.subarray(0, (count + 1) * actions))
    record['first']!.fill(0)
    if (opening[lane]! >= 0) record['first']![opening[lane]!] = 1
    record['action']!.fill(0)
    record['action']!.set(own.action.subarray(0, count))
    record['state']!.set(own.states.subarray(0, stateWidth))
    for (let t = 0; t < steps; t++) {
      const hop = t < count ? Math.min(nStep, count - t) : 0
      let sum = 0
      for (let k = 0; k < hop; k++) sum += gamma ** k * own.reward[t + k]!
      record['reward']![t] = sum
      record['hop']![t] = hop
      record['discount']![t] = hop === 0 || (terminated && t + hop === count) ? 0 : gamma ** hop
      record['valid']![t] = t < count && t >= learnedFrom[lane]! ? 1 : 0
    }
    sink(record)
  }

  /** The last `overlap` steps go on in the next sequence. */
  const keepOverlap = (lane: number): void => {
    const own = rows[lane]!
    const from = steps - overlap
    own.observation.copyWithin(0, from * width, (steps + 1) * width)
    own.mask.copyWithin(0, from * actions, (steps + 1) * actions)
    own.states.copyWithin(0, from * stateWidth, steps * stateWidth)
    own.action.copyWithin(0, from, steps)
    own.reward.copyWithin(0, from, steps)
    filled[lane] = overlap
    opening[lane] = Math.max(-1, opening[lane]! - from)
    learnedFrom[lane] = Math.max(burnIn, learnedFrom[lane]! - from)
  }

  const faultOf = (held: ArrayLike<number>): string | undefined => {
    for (let lane = 0; lane < lanes; lane++)
      if (!(held[lane]! >= 0 && held[lane]! <= steps)) return `lane ${lane} holds ${held[lane]} of ${steps} steps`
    return undefined
  }

  return {
    observe(step: StepBatch): void {
      const states = step.extras['recurrentState']
      if (states === undefined)
        throw new RingsideError('sequences: the actor gave no recurrentState beside its actions')
      for (let lane = 0; lane < lanes; lane++) {
        if (step.isFirst[lane] !== 0) begin(lane)
        const own = rows[lane]!
        const at = filled[lane]!
        copyInto(own.observation, at * width, step.observation, lane * width, width)
        if (step.actionMask !== undefined) copyInto(own.mask, at * actions, step.actionMask, lane * actions, actions)
        copyInto(own.states, at * stateWidth, states, lane * stateWidth, stateWidth)
        own.action[at] = step.action[lane]! - firstAction
        own.reward[at] = clipReward(step.reward[lane]!, rewardClip)
        copyInto(own.observation, (at + 1) * width, step.nextObservation, lane * width, width)
        if (step.nextActionMask !== undefined)
          copyInto(own.mask, (at + 1) * actions, step.nextActionMask, lane * actions, actions)
        filled[lane] = at + 1
        const terminated = step.terminated[lane] !== 0
        if (terminated || step.truncated[lane] !== 0) emit(lane, terminated)
        else if (at + 1 === steps) {
          emit(lane, false)
          keepOverlap(lane)
        }
      }
    },
    checkValid(): void {
      const fault = faultOf(filled)
      if (fault !== undefined) throw new RingsideError(`sequences: ${fault}`)
    },
    state: (): StateTree => ({
      rows: rows.map((own) => Object.fromEntries(Object.entries(own).map(([name, array]) => [name, array.slice()]))),
      ...{ filled: filled.slice(), learnedFrom: learnedFrom.slice(), opening: opening.slice() },
    }),
    restore(state: StateTree): void {
      const saved = fields(state, 'the sequences')
      const list = saved.list('rows')
      const parts = rows.flatMap((own, lane) => {
        const from = fields(list[lane], `lane ${lane} of the sequences`)
        return [
          [own.observation, from.array('observation', observation.dtype, [own.observation.length])],
          [own.mask, from.array('mask', 'uint8', [own.mask.length])],
          [own.states, from.array('states', 'float32', [own.states.length])],
          [own.action, from.array('action', 'int32', [own.action.length])],
          [own.reward, from.array('reward', 'float64', [own.reward.length])],
        ] as const
      })
      const counts = [filled, learnedFrom, opening] as const
      const loaded = ['filled', 'learnedFrom', 'opening'].map((name) => saved.array(name, 'int32', [lanes]))
      const fault = faultOf(loaded[0]!)
      if (fault !== undefined) throw new RingsideError(`The saved sequences are damaged: ${fault}.`)
      // Everything is read and checked before anything changes.
      for (const [own, values] of parts) own.set(values)
      for (const [i, own] of counts.entries()) own.set(loaded[i]!)
    },
  }
}
