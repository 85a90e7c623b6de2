/** For each picture its nearest, nearest first: `k` a picture, row by row. */
export interface Nearest {
  readonly indices: Int32Array
  /** Root of the mean squared difference of bytes. */
  readonly distances: Float64Array
}

/**
 * The `k` pictures of `among` that are nearest to each of `made`, by the Euclidean distance of their `pixels` bytes: copies
 * of training pictures show at once. Of equal distances the earlier picture comes first.
 */
export function nearestPictures(made: Uint8Array, among: Uint8Array, pixels: number, k: number): Nearest {
  const [rows, others] = [made.length / pixels, among.length / pixels]
  if (k > others) throw new RangeError(`${k} nearest of ${others} pictures`)
  const indices = new Int32Array(rows * k)
  const distances = new Float64Array(rows * k).fill(Infinity)
  for (let row = 0; row < rows; row++) {
    const last = (row + 1) * k - 1
    for (let other = 0; other < others; other++) {
      const distance = squaredDistance(made, row * pixels, among, other * pixels, pixels, distances[last]!)
      if (distance >= distances[last]!) continue
      let at = last
      for (; at > row * k && distances[at - 1]! > distance; at--) {
        distances[at] = distances[at - 1]!
        indices[at] = indices[at - 1]!
      }
      distances[at] = distance
      indices[at] = other
    }
  }
  return { indices, distances: distances.map((squared) => Math.sqrt(squared / pixels)) }
}

/** Each made picture followed by its `k` nearest training pictures: a grid of k + 1 columns. */
export function besideNearest(made: Uint8Array, among: Uint8Array, pixels: number, k: number): Uint8Array {
  const { indices } = nearestPictures(made, among, pixels, k)
  const out = new Uint8Array((made.length / pixels) * (k + 1) * pixels)
  let at = 0
  const put = (from: Uint8Array, index: number): void => {
    out.set(from.subarray(index * pixels, (index + 1) * pixels), at)
    at += pixels
  }
  for (let row = 0; row < made.length / pixels; row++) {
    put(made, row)
    for (let i = 0; i < k; i++) put(among, indices[row * k + i]!)
  }
  return out
}

/** Gives up, with something no smaller, as soon as it is no smaller than `most`. */
function squaredDistance(a: Uint8Array, i: number, b: Uint8Array, j: number, pixels: number, most: number): number {
  const piece = 64
  let sum = 0
  for (let from = 0; from < pixels && sum < most; from += piece) {
    const to = Math.min(pixels, from + piece)
    for (let p = from; p < to; p++) {
      const difference = a[i + p]! - b[j + p]!
      sum += difference * difference
    }
  }
  return sum
}
