import type { Rng } from '../../core/rng.ts'
import { restoreRng, saveRng } from '../../core/rng-state.ts'
import type { Discrete } from '../../envs/spaces/index.ts'
import type { Actor } from '../types.ts'
import { greedyAction, laneMask } from './policy.ts'
import type { StateIndex } from './state-index.ts'
import type { Tables } from './tables.ts'

export interface TableActorParts {
  readonly lanes: number
  readonly space: Discrete
  readonly index: StateIndex
  readonly tables: Tables
  /** Share of random actions in a state. */
  epsilon(state: number): number
  readonly rng: Rng
}

/** ε-greedy on the mean of the tables: with probability ε any allowed action, else one of largest q. */
export function createTableActor({ lanes, space, index, tables, epsilon, rng }: TableActorParts): Actor {
  const { n, start } = space
  const actions = new Int32Array(lanes)
  const row = new Float64Array(n)
  const acted = { actions, extras: {} }
  return {
    act(observations, _isFirst, actionMask) {
      for (let lane = 0; lane < lanes; lane++) {
        const state = index.of(observations, lane)
        const mask = laneMask(actionMask, lane, n)
        const share = epsilon(state)
        actions[lane] =
          share > 0 && rng.float() < share
            ? space.sample(rng, mask)
            : start + greedyAction(tables.mean(state, row), rng, mask)
      }
      return acted
    },
    state: () => ({ rng: saveRng(rng) }),
    restore: (state) => restoreRng(rng, state['rng'], 'the actor'),
  }
}
