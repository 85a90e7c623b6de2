import { fields, type StateTree } from '../../core/state.ts'

/** Episodes that the means are taken over. */
const windowEpisodes = 100

export interface EstimateMeans {
  /** Mean over the steps of the last episodes of max_a q(s_t, a), as it was when s_t was visited. */
  readonly maxQ: number
  /** Mean over the same steps of the discounted return that followed s_t. */
  readonly realisedReturn: number
  /** The one less the other: what a state is thought to be worth beyond what it brought. */
  readonly overestimation: number
}

/** Holds what values promised beside what came (van Hasselt, Guez and Silver 2015, section 4), in constant memory. */
export interface EstimateTracker {
  /** A step from a state worth `value` brought `reward`. */
  step(lane: number, value: number, reward: number): void
  /** The lane's episode ended; `lastValue`: of its last state, 0 after termination. */
  end(lane: number, lastValue: number): void
  /** The lane's episode has no end that counts. */
  abandon(lane: number): void
  /** Undefined before the first episode ends. */
  means(): EstimateMeans | undefined
  state(): StateTree
  restore(state: StateTree): void
}

/**
 * Σ_t G_t of an episode without keeping its rewards: r_k stands in every G_t with t ≤ k, weighed γ^(k−t), so with
 * c_k = Σ_{t≤k} γ^(k−t) = 1 + γ c_{k−1} the sum is Σ_k c_k r_k, and γ c_k v(s_{k+1}) where the episode is cut after step k.
 */
export function createEstimateTracker(lanes: number, gamma: number): EstimateTracker {
  const running = {
    values: new Float64Array(lanes),
    returns: new Float64Array(lanes),
    weights: new Float64Array(lanes),
    steps: new Float64Array(lanes),
  }
  /** values, returns and steps of the last episodes, oldest first. */
  let ended: number[][] = []
  const abandon = (lane: number): void => {
    for (const each of Object.values(running)) each[lane] = 0
  }

  return {
    step(lane, value, reward) {
      const weight = 1 + gamma * running.weights[lane]!
      running.weights[lane] = weight
      running.values[lane]! += value
      running.returns[lane]! += weight * reward
      running.steps[lane]! += 1
    },
    end(lane, lastValue) {
      const { values, returns, weights, steps } = running
      ended.push([values[lane]!, returns[lane]! + gamma * weights[lane]! * lastValue, steps[lane]!])
      if (ended.length > windowEpisodes) ended.shift()
      abandon(lane)
    },
    abandon,
    means() {
      if (ended.length === 0) return undefined
      const [values, returns, steps] = [0, 1, 2].map((i) => ended.reduce((sum, episode) => sum + episode[i]!, 0))
      const [maxQ, realisedReturn] = [values! / steps!, returns! / steps!]
      return { maxQ, realisedReturn, overestimation: maxQ - realisedReturn }
    },
    state: () => ({
      ...Object.fromEntries(Object.entries(running).map(([name, array]) => [name, array.slice()])),
      ended: Float64Array.from(ended.flat()),
    }),
    restore(state) {
      const saved = fields(state, 'the tracker of estimates')
      for (const [name, array] of Object.entries(running)) array.set(saved.array(name, 'float64', [lanes]))
      const flat = [...saved.array('ended', 'float64')]
      ended = Array.from({ length: flat.length / 3 }, (_, i) => flat.slice(3 * i, 3 * i + 3))
    },
  }
}
