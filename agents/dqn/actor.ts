import type { TypedArray } from '../../core/dtype.ts'
import type { Rng } from '../../core/rng.ts'
import type { Discrete } from '../../envs/spaces/index.ts'
import { restoreRng, saveRng } from '../../core/rng-state.ts'
import type { Actor } from '../types.ts'

export interface EpsilonGreedyParts {
  readonly lanes: number
  readonly space: Discrete
  /** lanes × actions for these observations; may draw from the actor's numbers (a noisy network). */
  q(observations: TypedArray, rng: Rng): Float32Array
  epsilon(): number
  /** Where it is above 0, the others are drawn from softmax(q / temperature) instead of taking the largest (Boltzmann). */
  temperature?(): number
  readonly rng: Rng
}

/** ε-greedy: with probability ε any allowed action, else the one of largest q (the first of equals), or one by its Boltzmann share. */
export function createEpsilonGreedyActor({
  lanes,
  space,
  q,
  epsilon,
  temperature = () => 0,
  rng,
}: EpsilonGreedyParts): Actor {
  const { n, start } = space
  const actions = new Int32Array(lanes)
  const explore = new Uint8Array(lanes)
  const acted = { actions, extras: {} }
  return {
    act(observations, _isFirst, actionMask) {
      const share = epsilon()
      let exploring = 0
      for (let lane = 0; lane < lanes; lane++) {
        explore[lane] = share > 0 && rng.float() < share ? 1 : 0
        if (explore[lane] === 0) continue
        exploring++
        actions[lane] =
          actionMask === undefined
            ? start + rng.int(n)
            : space.sample(rng, actionMask.subarray(lane * n, (lane + 1) * n))
      }
      // Nothing is asked of the network when every lane explores.
      if (exploring === lanes) return acted
      const values = q(observations, rng)
      const heat = temperature()
      for (let lane = 0; lane < lanes; lane++) {
        if (explore[lane] !== 0) continue
        const at = lane * n
        actions[lane] =
          start + (heat > 0 ? boltzmann(values, at, n, actionMask, heat, rng) : argMax(values, at, n, actionMask))
      }
      return acted
    },
    state: () => ({ rng: saveRng(rng) }),
    restore: (state) => restoreRng(rng, state['rng'], 'the actor'),
  }
}

function argMax(values: Float32Array, from: number, n: number, mask: Uint8Array | undefined): number {
  let best = -1
  for (let i = 0; i < n; i++) {
    if (mask !== undefined && mask[from + i] === 0) continue
    if (best < 0 || values[from + i]! > values[from + best]!) best = i
  }
  return Math.max(best, 0)
}

/** An allowed action a with probability ∝ exp(qₐ / temperature). */
function boltzmann(
  values: Float32Array,
  from: number,
  n: number,
  mask: Uint8Array | undefined,
  temperature: number,
  rng: Rng,
): number {
  const best = values[from + argMax(values, from, n, mask)]!
  const shares = Float64Array.from({ length: n }, (_, i) =>
    mask !== undefined && mask[from + i] === 0 ? 0 : Math.exp((values[from + i]! - best) / temperature),
  )
  let rest = rng.float() * shares.reduce((a, b) => a + b, 0)
  let last = 0
  for (let i = 0; i < n; i++) {
    if (shares[i] === 0) continue
    last = i
    rest -= shares[i]!
    if (rest < 0) break
  }
  return last
}
