export interface Densities {
  /** Values at the left and the right end of the scale. */
  readonly range: readonly [number, number]
  /** Shares of probability along the scale, of one action. */
  of(action: number): Float32Array
  readonly tallest: number
}

const bins = 48

/**
 * Distributions of returns along one scale: probabilities as they stand on their support, or quantiles (each of the same
 * probability) counted in bins between the smallest and the largest.
 */
export function densities(
  distribution: ArrayLike<number>,
  actions: number,
  support: ArrayLike<number> | null,
): Densities {
  const atoms = distribution.length / actions
  const values = Float32Array.from(distribution)
  const own = (action: number): Float32Array => values.subarray(action * atoms, (action + 1) * atoms)
  if (support !== null) {
    const tallest = values.reduce((a, b) => Math.max(a, b), 1e-9)
    return { range: [support[0]!, support[support.length - 1]!], of: own, tallest }
  }
  const low = values.reduce((a, b) => Math.min(a, b), Infinity)
  const high = values.reduce((a, b) => Math.max(a, b), -Infinity)
  const span = Math.max(high - low, 1e-6)
  const counted = Array.from({ length: actions }, (_, action) => {
    const shares = new Float32Array(bins)
    for (const value of own(action)) {
      const bin = Math.min(bins - 1, Math.floor(((value - low) / span) * bins))
      shares[bin] = shares[bin]! + 1 / atoms
    }
    return shares
  })
  const tallest = Math.max(1e-9, ...counted.map((shares) => Math.max(...shares)))
  return { range: [low, low + span], of: (action) => counted[action]!, tallest }
}
