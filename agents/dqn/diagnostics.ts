import type { TypedArray } from '../../core/dtype.ts'
import { fields, type StateTree } from '../../core/state.ts'
import type { Engine, Variables } from '../../engine/types.ts'
import { clipReward, type RewardClip } from '../replay/accumulator.ts'
import type { Metrics, StepBatch } from '../types.ts'

/** What stands in rows that are learned from: those where `valid` is 1, or all where it is not given. */
export function counted(values: TypedArray, valid: TypedArray | undefined): TypedArray {
  if (valid === undefined) return values
  const width = values.length / valid.length
  return values.filter((_, i) => valid[Math.floor(i / width)] === 1)
}

export function mean(values: TypedArray): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]!
  return sum / values.length
}

export function meanSize(values: TypedArray): number {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]!)
  return sum / values.length
}

export function max(values: TypedArray): number {
  let largest = -Infinity
  for (let i = 0; i < values.length; i++) if (values[i]! > largest) largest = values[i]!
  return largest
}

/** How large TD errors are: the median and the tenth largest in a hundred of |δ|. */
export function errorQuantiles(errors: TypedArray): Metrics {
  if (errors.length === 0) return {}
  const sorted = Float64Array.from(errors, Math.abs).sort()
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!
  return { tdErrorMedian: at(0.5), tdError90: at(0.9) }
}

/** Mean |σ| of a noisy network's weights. */
export function noiseScale(engine: Engine, weights: Variables): number {
  const sigmas = Object.entries(weights).filter(([path]) => path.endsWith('-sigma'))
  const [sum, count] = sigmas.reduce(
    ([total, n], [, variable]) => [total + meanSize(engine.read(variable)) * variable.size, n + variable.size],
    [0, 0],
  )
  return count === 0 ? 0 : sum / count
}

export interface OverestimationOptions {
  readonly lanes: number
  readonly actions: number
  /** γ, per env step. */
  readonly gamma: number
  readonly rewardClip: RewardClip
  /** lanes × actions, without noise. */
  q(observations: TypedArray): Float32Array
}

/** By how much an agent's first hopes exceed what came of them. */
export interface Overestimation {
  observe(step: StepBatch): void
  /** Of the last episodes that terminated, older ones counting less: max_a q(s₀, a), and by how much it exceeded the realised return. */
  metrics(): Metrics
  state(): StateTree
  restore(state: StateTree): void
}

/** How much the newest episode moves the averages. */
const weight = 0.05

/**
 * max_a q(s₀, a) against the discounted return that was realised from s₀ (van Hasselt, Guez and Silver 2015, figure 3).
 * Episodes that were cut short count for nothing: what would have followed is not known.
 */
export function createOverestimation({ lanes, actions, gamma, rewardClip, q }: OverestimationOptions): Overestimation {
  const hope = new Float64Array(lanes)
  const realised = new Float64Array(lanes)
  const factor = new Float64Array(lanes)
  let [initialQ, excess, episodes] = [0, 0, 0]
  return {
    observe({ isFirst, observation, reward, terminated }) {
      if (isFirst.some((first) => first !== 0)) {
        const values = q(observation)
        for (let lane = 0; lane < lanes; lane++) {
          if (isFirst[lane] === 0) continue
          hope[lane] = max(values.subarray(lane * actions, (lane + 1) * actions))
          realised[lane] = 0
          factor[lane] = 1
        }
      }
      for (let lane = 0; lane < lanes; lane++) {
        realised[lane] = realised[lane]! + factor[lane]! * clipReward(reward[lane]!, rewardClip)
        factor[lane] = factor[lane]! * gamma
        if (terminated[lane] === 0) continue
        // The first averages are plain means.
        const share = Math.max(weight, 1 / ++episodes)
        initialQ += share * (hope[lane]! - initialQ)
        excess += share * (hope[lane]! - realised[lane]! - excess)
      }
    },
    metrics: () => (episodes === 0 ? {} : { initialQ, overestimation: excess }),
    state: () => ({
      ...{ hope: hope.slice(), realised: realised.slice(), factor: factor.slice() },
      ...{ initialQ, excess, episodes },
    }),
    restore(state) {
      const saved = fields(state, 'the over-estimation')
      const parts = { hope, realised, factor }
      for (const [name, own] of Object.entries(parts)) own.set(saved.array(name, 'float64', [lanes]))
      ;[initialQ, excess, episodes] = [saved.number('initialQ'), saved.number('excess'), saved.number('episodes')]
    },
  }
}
