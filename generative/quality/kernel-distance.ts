import type { Features } from './frechet.ts'

/**
 * Kernel distance: the unbiased squared maximum mean discrepancy by the kernel (x·y / width + 1)³ (Bińkowski et al. 2018,
 * section 4.1). About nought for two sets of one distribution, and it may be below.
 */
export function kernelDistance(a: Features, b: Features): number {
  return within(a) + within(b) - 2 * between(a, b)
}

function kernel(a: Features, i: number, b: Features, j: number): number {
  const { width } = a
  let dot = 0
  for (let k = 0; k < width; k++) dot += a.values[i * width + k]! * b.values[j * width + k]!
  return (dot / width + 1) ** 3
}

/** Mean over pairs of different rows. */
function within(a: Features): number {
  let sum = 0
  for (let i = 0; i < a.count; i++) for (let j = 0; j < i; j++) sum += kernel(a, i, a, j)
  return (2 * sum) / (a.count * (a.count - 1))
}

function between(a: Features, b: Features): number {
  let sum = 0
  for (let i = 0; i < a.count; i++) for (let j = 0; j < b.count; j++) sum += kernel(a, i, b, j)
  return sum / (a.count * b.count)
}
