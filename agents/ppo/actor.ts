import type { TypedArray } from '../../core/dtype.ts'
import type { Rng } from '../../core/rng.ts'
import { restoreRng, saveRng } from '../../core/rng-state.ts'
import type { Box, Discrete } from '../../envs/spaces/index.ts'
import type { Acted, Actor } from '../types.ts'

/** What the networks say of the observations: lanes × width, width, and lanes. */
export interface Said {
  readonly policy: Float32Array
  readonly logDeviation?: Float32Array
  readonly value: Float32Array
}

export interface ActorParts {
  readonly lanes: number
  say(observations: TypedArray): Said
  /** The likeliest action, or the mean, instead of a draw. */
  readonly greedy: boolean
  readonly rng: Rng
}

/**
 * Draws from softmax(logits) over what is allowed. Extras: `logProbability` log π(a | s) and `value` V(s), a number a lane.
 */
export function createCategoricalActor(space: Discrete, { lanes, say, greedy, rng }: ActorParts): Actor {
  const { n, start } = space
  const actions = new Int32Array(lanes)
  const logProbability = new Float32Array(lanes)
  const value = new Float32Array(lanes)
  const acted: Acted = { actions, extras: { logProbability, value } }
  const exponentials = new Float64Array(n)
  return {
    act(observations, _isFirst, actionMask) {
      const said = say(observations)
      value.set(said.value)
      for (let lane = 0; lane < lanes; lane++) {
        const logits = said.policy.subarray(lane * n, (lane + 1) * n)
        const mask = actionMask?.subarray(lane * n, (lane + 1) * n)
        const best = likeliest(logits, mask)
        let sum = 0
        for (let i = 0; i < n; i++) {
          exponentials[i] = mask?.[i] === 0 ? 0 : Math.exp(logits[i]! - logits[best]!)
          sum += exponentials[i]!
        }
        const action = greedy ? best : draw(exponentials, rng.float() * sum)
        actions[lane] = start + action
        logProbability[lane] = logits[action]! - logits[best]! - Math.log(sum)
      }
      return acted
    },
    state: () => ({ rng: saveRng(rng) }),
    restore: (state) => restoreRng(rng, state['rng'], 'the actor'),
  }
}

/**
 * Draws from N(mean, σ²) and cuts what the environment gets to its bounds. Extras: `sample`, the draw before the cut (lanes ×
 * width), which the log-probability belongs to; `logProbability` and `value`, a number a lane.
 */
export function createGaussianActor(space: Box, { lanes, say, greedy, rng }: ActorParts): Actor {
  const { low, high } = space
  const width = low.length
  const sample = new Float32Array(lanes * width)
  const actions = space.dtype === 'float64' ? new Float64Array(lanes * width) : new Float32Array(lanes * width)
  const logProbability = new Float32Array(lanes)
  const value = new Float32Array(lanes)
  const acted: Acted = { actions, extras: { sample, logProbability, value } }
  return {
    act(observations) {
      const said = say(observations)
      value.set(said.value)
      for (let lane = 0; lane < lanes; lane++) {
        let sum = 0
        for (let k = 0; k < width; k++) {
          const i = lane * width + k
          const logDeviation = said.logDeviation![k]!
          const z = greedy ? 0 : rng.normal()
          sample[i] = said.policy[i]! + Math.exp(logDeviation) * z
          actions[i] = Math.min(high[k]!, Math.max(low[k]!, sample[i]!))
          sum -= 0.5 * z * z + logDeviation + 0.5 * Math.log(2 * Math.PI)
        }
        logProbability[lane] = sum
      }
      return acted
    },
    state: () => ({ rng: saveRng(rng) }),
    restore: (state) => restoreRng(rng, state['rng'], 'the actor'),
  }
}

function likeliest(logits: Float32Array, mask: Uint8Array | undefined): number {
  let best = -1
  for (let i = 0; i < logits.length; i++) {
    if (mask?.[i] === 0) continue
    if (best < 0 || logits[i]! > logits[best]!) best = i
  }
  return Math.max(best, 0)
}

/** The part of the weights' sum that `point` falls into; never one of weight 0. */
function draw(weights: Float64Array, point: number): number {
  let rest = point
  let last = 0
  for (let i = 0; i < weights.length; i++) {
    if (weights[i] === 0) continue
    last = i
    rest -= weights[i]!
    if (rest < 0) break
  }
  return last
}
