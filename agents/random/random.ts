import { allocate, sizeOf, type TypedArray } from '../../core/dtype.ts'
import { usageError } from '../../core/errors.ts'
import type { Rng } from '../../core/rng.ts'
import { restoreRng, saveRng } from '../../core/rng-state.ts'
import type { Actor, Agent, AgentContext, AgentFactory } from '../types.ts'

/** Acts at random in any environment whose actions are a number or an array of numbers. */
export function createRandom({ actionSpace }: Pick<AgentContext, 'actionSpace'>): Agent {
  const { shape, dtype, kind } = actionSpace
  if (shape === undefined || dtype === undefined) {
    throw usageError(`random needs actions that are numbers or arrays of numbers; this action space is ${actionSpace}.`)
  }
  const width = sizeOf(shape)

  const actor = (lanes: number, rng: Rng): Actor => {
    const actions = allocate(kind === 'discrete' ? 'int32' : dtype, lanes * width)
    const acted = { actions, extras: {} }
    return {
      act(_observations, _isFirst, actionMask) {
        const choices = (actionMask?.length ?? 0) / lanes
        for (let lane = 0; lane < lanes; lane++) {
          const mask = actionMask?.subarray(lane * choices, (lane + 1) * choices)
          const action = actionSpace.sample(rng, mask)
          if (typeof action === 'number') actions[lane] = action
          else actions.set(action as TypedArray, lane * width)
        }
        return acted
      },
      state: () => ({ rng: saveRng(rng) }),
      restore: (state) => restoreRng(rng, state['rng'], 'the random actor'),
    }
  }

  return {
    actor: (lanes, _mode, rng) => actor(lanes, rng),
    observe() {},
    learn: () => undefined,
    metrics: () => ({}),
    explain: () => ({}),
    networks: () => ({}),
    state: () => ({}),
    restore() {},
  }
}

export const factory: AgentFactory = { create: createRandom }
