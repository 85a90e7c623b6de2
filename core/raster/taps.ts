export type Interpolation = 'area' | 'bilinear' | 'nearest'

/**
 * How one axis is resampled: element i of the result is Σₜ weights[i · count + t] · source[starts[i] + t] / total. All
 * weights are whole numbers, so that sums are exact.
 */
export interface Taps {
  readonly count: number
  readonly starts: Int32Array
  readonly weights: Int32Array
  readonly total: number
}

/** One result: the first source element, and the weights from it on. */
type Reach = readonly [start: number, weights: readonly number[]]

/**
 * The taps from `source` to `target` elements. `enlarging`: some axis of the image grows, and then `area` is bilinear
 * between the source pixels' own areas, as in OpenCV.
 */
export function tapsOf(source: number, target: number, interpolation: Interpolation, enlarging: boolean): Taps {
  if (interpolation === 'nearest') {
    // OpenCV's own roundings: the factor is inverted twice.
    const step = 1 / (target / source)
    return pack(source, 1, target, (i) => [Math.min(Math.floor(i * step), source - 1), [1]])
  }
  if (interpolation === 'area' && !enlarging) return areaTaps(source, target)
  const total = interpolation === 'area' ? source : 2 * target
  return pack(source, total, target, (i) => {
    // Position of the left neighbour, and the right one's share in units of 1 / total.
    let left = Math.floor((i * source) / target)
    let share = Math.max(0, (i + 1) * source - (left + 1) * target) % source
    if (interpolation === 'bilinear') {
      const position = (2 * i + 1) * source - target
      left = Math.floor(position / total)
      share = position - left * total
    }
    if (left < 0) return [0, [total]]
    if (left >= source - 1) return [source - 1, [total]]
    return [left, [total - share, share]]
  })
}

/** The mean over the stretch that a result covers, in units of 1 / target of a source element (both divided by their gcd). */
function areaTaps(source: number, target: number): Taps {
  const divisor = greatestCommonDivisor(source, target)
  const [total, unit] = [source / divisor, target / divisor]
  return pack(source, total, target, (i) => {
    const [from, to] = [i * total, (i + 1) * total]
    const start = Math.floor(from / unit)
    const weights: number[] = []
    for (let k = start; k * unit < to; k++) weights.push(Math.min(to, (k + 1) * unit) - Math.max(from, k * unit))
    return [start, weights]
  })
}

/** Fills all reaches with zeros to the length of the longest, towards the left where the source ends. */
function pack(source: number, total: number, target: number, reach: (i: number) => Reach): Taps {
  const reaches = Array.from({ length: target }, (_, i) => reach(i))
  const count = Math.max(...reaches.map(([, weights]) => weights.length))
  const starts = new Int32Array(target)
  const weights = new Int32Array(target * count)
  for (const [i, [start, own]] of reaches.entries()) {
    starts[i] = Math.min(start, source - count)
    weights.set(own, i * count + start - starts[i]!)
  }
  return { count, starts, weights, total }
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b)
}
