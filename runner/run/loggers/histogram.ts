/** How many values fall between edges, with what TensorBoard tells beside it. */
export interface Histogram {
  readonly min: number
  readonly max: number
  readonly count: number
  readonly sum: number
  readonly sumOfSquares: number
  /** Ascending right edges, the last one `max` or above; a bucket holds its right edge. */
  readonly edges: readonly number[]
  /** Values in each bucket. */
  readonly counts: readonly number[]
}

/** Below it, numbers lose digits. */
const smallestNormal = 2 ** -1022

/** Buckets of equal width from the least value to the greatest; undefined where no value is finite. What is not finite is left out. */
export function histogramOf(values: ArrayLike<number>, buckets = 30): Histogram | undefined {
  let [min, max, count, sum, sumOfSquares] = [Infinity, -Infinity, 0, 0, 0]
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    count++
    sum += value
    sumOfSquares += value * value
    if (value < min) min = value
    if (value > max) max = value
  }
  if (count === 0) return undefined
  const measured = { min, max, count, sum, sumOfSquares }
  const width = (max - min) / buckets
  // One value alone, or values so near (or far) that the edges between them could not be told apart.
  if (!(width > Math.max(Number.EPSILON * Math.max(-min, max), smallestNormal) && Number.isFinite(width)))
    return { ...measured, edges: [max], counts: [count] }
  const edges = Array.from({ length: buckets }, (_, i) => (i === buckets - 1 ? max : min + (i + 1) * width))
  const counts = new Array<number>(buckets).fill(0)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!
    if (!Number.isFinite(value)) continue
    let at = Math.min(buckets - 1, Math.floor((value - min) / width))
    // What rounding put on the wrong side of an edge.
    if (at > 0 && value <= edges[at - 1]!) at--
    else if (value > edges[at]!) at++
    counts[at] = counts[at]! + 1
  }
  return { ...measured, edges, counts }
}
