import type { TypedArray } from '../../core/dtype.ts'
import type { Rng } from '../../core/rng.ts'
import { fields } from '../../core/state.ts'
import type { Actor } from '../types.ts'
import { createEpsilonGreedyActor, type EpsilonGreedyParts } from './actor.ts'

export interface RecurrentActorParts extends Omit<EpsilonGreedyParts, 'q'> {
  /** Numbers of recurrent state. */
  readonly width: number
  /** lanes × actions, and lanes × width after the step. */
  run(
    observations: TypedArray,
    state: Float32Array,
    rng: Rng,
  ): { readonly q: Float32Array; readonly state: Float32Array }
}

/** An ε-greedy actor that remembers: each lane's recurrent state starts from nothing with its episode. */
export function createRecurrentActor({ width, run, ...parts }: RecurrentActorParts): Actor {
  const { lanes } = parts
  const state = new Float32Array(lanes * width)
  const before = new Float32Array(lanes * width)
  let values: Float32Array = new Float32Array(0)
  const greedy = createEpsilonGreedyActor({ ...parts, q: () => values })
  return {
    act(observations, isFirst, actionMask) {
      for (let lane = 0; lane < lanes; lane++) if (isFirst[lane] !== 0) state.fill(0, lane * width, (lane + 1) * width)
      before.set(state)
      // Explored steps are remembered as well.
      const out = run(observations, state, parts.rng)
      values = out.q
      state.set(out.state)
      return { actions: greedy.act(observations, isFirst, actionMask).actions, extras: { recurrentState: before } }
    },
    state: () => ({ ...greedy.state(), recurrent: state.slice() }),
    restore(saved) {
      greedy.restore(saved)
      state.set(fields(saved, 'the actor').array('recurrent', 'float32', [state.length]))
    },
  }
}
