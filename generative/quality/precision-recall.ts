import type { Features } from './frechet.ts'

/**
 * Improved precision and recall (Kynkäänniemi et al. 2019, equations 1 and 2): the share of made pictures within reach of some
 * real one, and of real ones within reach of some made one. A picture reaches as far as its k-th nearest of its own kind.
 */
export function precisionAndRecall(real: Features, made: Features, k = 3): { precision: number; recall: number } {
  return { precision: covered(made, real, reaches(real, k)), recall: covered(real, made, reaches(made, k)) }
}

/** Squared distance of each row to its k-th nearest other row. */
function reaches(a: Features, k: number): Float64Array {
  return Float64Array.from({ length: a.count }, (_, i) => {
    const distances = new Float64Array(a.count)
    for (let j = 0; j < a.count; j++) distances[j] = i === j ? Infinity : distance(a, i, a, j)
    return distances.sort()[Math.min(k, a.count - 1) - 1]!
  })
}

function covered(rows: Features, by: Features, reach: Float64Array): number {
  let count = 0
  for (let i = 0; i < rows.count; i++)
    for (let j = 0; j < by.count; j++)
      if (distance(rows, i, by, j) <= reach[j]!) {
        count++
        break
      }
  return count / rows.count
}

function distance(a: Features, i: number, b: Features, j: number): number {
  const { width } = a
  let sum = 0
  for (let k = 0; k < width; k++) sum += (a.values[i * width + k]! - b.values[j * width + k]!) ** 2
  return sum
}
