/**
 * P(i) = pᵢᵃ / Σ pₖᵃ, mixed with a uniform share u: (1 − u) · P(i) + u / N (Schaul et al. 2016, equation 1; the mixture is
 * DQN Zoo's). `raised` is pᵢᵃ and `total` the sum of all.
 */
export function samplingProbability(raised: number, total: number, size: number, uniformMix: number): number {
  return (1 - uniformMix) * (raised / total) + uniformMix / size
}

/**
 * wᵢ = (1/N · 1/P(i))ᵝ, divided by the largest of the batch (Schaul et al. 2016, section 3.4). Written into `weights`.
 * Throws a RangeError for a probability that is not above 0.
 */
export function importanceWeights(
  probabilities: Float64Array,
  size: number,
  beta: number,
  weights: Float32Array,
): void {
  let largest = 0
  const raw = probabilities.map((p) => {
    if (!(p > 0 && p < Infinity)) throw new RangeError(`importance weights expect probabilities above 0, got ${p}`)
    const weight = (1 / (size * p)) ** beta
    largest = Math.max(largest, weight)
    return weight
  })
  raw.forEach((weight, i) => (weights[i] = weight / largest))
}

/** pᵃ, where 0⁰ counts as 0: what has no priority is never drawn (DQN Zoo). */
export function raisedPriority(priority: number, alpha: number): number {
  return priority === 0 ? 0 : priority ** alpha
}
