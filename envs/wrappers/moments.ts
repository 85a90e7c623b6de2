import { fields, type StateTree, type StateValue } from '../../core/state.ts'

/** Mean and variance of each element, and of how many values: plain numbers, as in a spec. */
export interface Moments {
  readonly mean: ArrayLike<number>
  readonly variance: ArrayLike<number>
  readonly count: number
}

/** Moments that go on with every value: the parallel algorithm of Chan et al. (1979), in doubles, as Gymnasium begins it. */
export interface RunningMoments extends Moments {
  readonly mean: Float64Array
  readonly variance: Float64Array
  add(values: ArrayLike<number>): void
  state(): StateTree
  restore(state: StateValue | undefined, owner: string): void
}

/** Gymnasium's: as if a ten-thousandth of a value had been 0 ± 1. */
const countAtFirst = 1e-4

export function createRunningMoments(size: number, from?: Moments): RunningMoments {
  const mean = new Float64Array(size)
  const variance = new Float64Array(size).fill(1)
  let count = from?.count ?? countAtFirst
  if (from !== undefined) {
    mean.set(from.mean)
    variance.set(from.variance)
  }
  return {
    mean,
    variance,
    get count() {
      return count
    },
    add(values) {
      const total = count + 1
      for (let i = 0; i < size; i++) {
        const delta = values[i]! - mean[i]!
        mean[i] = mean[i]! + delta / total
        variance[i] = (variance[i]! * count + (delta * delta * count) / total) / total
      }
      count = total
    },
    state: () => ({ mean: mean.slice(), variance: variance.slice(), count }),
    restore(state, owner) {
      const saved = fields(state, owner)
      mean.set(saved.array('mean', 'float64', [size]))
      variance.set(saved.array('variance', 'float64', [size]))
      count = saved.number('count')
    },
  }
}

/** The moments of all values together. */
export function mergeMoments(parts: readonly Moments[]): Moments {
  return parts.reduce((a, b) => {
    const count = a.count + b.count
    const delta = Float64Array.from(a.mean, (mean, i) => b.mean[i]! - mean)
    return {
      count,
      mean: Float64Array.from(a.mean, (mean, i) => mean + (delta[i]! * b.count) / count),
      variance: Float64Array.from(a.variance, (variance, i) => {
        const within = variance * a.count + b.variance[i]! * b.count
        return (within + (delta[i]! * delta[i]! * a.count * b.count) / count) / count
      }),
    }
  })
}
