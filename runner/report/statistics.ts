import type { Rng } from '../../core/rng.ts'

/** Scores of one agent: for each task (environment) one number a run. Tasks may have different numbers of runs. */
export type Scores = readonly (readonly number[])[]

export type Aggregate = (scores: Scores) => number

/** Mean over tasks of the mean over runs (Agarwal et al. 2021, rliable's `aggregate_mean`). */
export const mean: Aggregate = (scores) => average(scores.map(average))

/** Median over tasks of the mean over runs (`aggregate_median`). */
export const median: Aggregate = (scores) => {
  const sorted = scores.map(average).sort(ascending)
  const half = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2
}

/** Interquartile mean: of all runs of all tasks, without the lowest and the highest quarter (`aggregate_iqm`). */
export const interquartileMean: Aggregate = (scores) => {
  const sorted = scores.flat().sort(ascending)
  const cut = Math.floor(sorted.length / 4)
  return average(sorted.slice(cut, sorted.length - cut))
}

/** How much runs fall short of `target`, on average; what they exceed it by counts nothing (`aggregate_optimality_gap`). */
export function optimalityGap(scores: Scores, target = 1): number {
  return target - average(scores.flat().map((score) => Math.min(score, target)))
}

/**
 * Mean over tasks of the probability that a run of `x` scores higher than one of `y`, ties counting half (Mann and Whitney's U
 * over n·m; `probability_of_improvement`). Both have the same tasks in the same order.
 */
export function probabilityOfImprovement(x: Scores, y: Scores): number {
  return average(
    x.map((own, task) => {
      const other = y[task]!
      let wins = 0
      for (const a of own) for (const b of other) wins += a > b ? 1 : a === b ? 0.5 : 0
      return wins / (own.length * other.length)
    }),
  )
}

/** Share of all runs with a score above each threshold (`run_score_distribution`). */
export function performanceProfile(scores: Scores, thresholds: readonly number[]): number[] {
  const all = scores.flat()
  return thresholds.map((threshold) => all.filter((score) => score > threshold).length / all.length)
}

export interface Interval {
  readonly value: number
  readonly low: number
  readonly high: number
}

/**
 * A statistic with its percentile interval by the stratified bootstrap: runs are drawn again, with replacement, within each task
 * (Agarwal et al. 2021, section 4.1). Of a single run a task there is nothing to draw: the interval is the value.
 */
export function bootstrap(
  scores: readonly Scores[],
  statistic: (scores: readonly Scores[]) => number,
  rng: Rng,
  { draws = 2000, confidence = 0.95 }: { readonly draws?: number; readonly confidence?: number } = {},
): Interval {
  const values = Float64Array.from({ length: draws }, () =>
    statistic(scores.map((one) => one.map((runs) => runs.map(() => runs[rng.int(runs.length)]!)))),
  ).sort()
  const tail = (1 - confidence) / 2
  return { value: statistic(scores), low: quantile(values, tail), high: quantile(values, 1 - tail) }
}

/** By linear interpolation, NumPy's default. `sorted`: ascending. */
export function quantile(sorted: ArrayLike<number>, share: number): number {
  const at = share * (sorted.length - 1)
  const [below, rest] = [Math.floor(at), at - Math.floor(at)]
  const low = sorted[below]!
  return rest === 0 ? low : low + rest * (sorted[below + 1]! - low)
}

function average(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length
}

function ascending(a: number, b: number): number {
  return a - b
}
