import type { TypedArray } from '../../core/dtype.ts'

/** Standard deviations of the elements of the vectors seen so far (Welford 1962). */
export interface Spread {
  add(vector: TypedArray): void
  /** At least a thousandth, so that what never moved is moved a little. */
  deviation(): Float32Array
}

export function createSpread(): Spread {
  let count = 0
  let mean = new Float64Array(0)
  let squares = new Float64Array(0)
  return {
    add(vector) {
      if (mean.length !== vector.length) {
        count = 0
        mean = new Float64Array(vector.length)
        squares = new Float64Array(vector.length)
      }
      count++
      for (let i = 0; i < vector.length; i++) {
        const delta = vector[i]! - mean[i]!
        mean[i] = mean[i]! + delta / count
        squares[i] = squares[i]! + delta * (vector[i]! - mean[i]!)
      }
    },
    deviation: () => Float32Array.from(squares, (sum) => Math.max(Math.sqrt(sum / Math.max(1, count - 1)), 1e-3)),
  }
}
