import { RingsideError } from '../../core/errors.ts'

/** Rows of features: count × width. */
export interface Features {
  readonly count: number
  readonly width: number
  readonly values: Float32Array
}

/**
 * Fréchet distance between normal distributions of the means and covariances of two sets (Heusel et al. 2017, equation 6):
 * ‖μ₁ − μ₂‖² + tr(C₁ + C₂ − 2(C₁C₂)^½). Its trace of a root is the sum of the square roots of the eigenvalues of C₁^½ C₂ C₁^½.
 */
export function frechetDistance(a: Features, b: Features): number {
  if (a.width !== b.width) throw new RingsideError(`Features of width ${a.width} and ${b.width} cannot be compared.`)
  const [first, second] = [moments(a), moments(b)]
  const n = a.width
  let distance = 0
  for (let i = 0; i < n; i++) {
    distance += (first.mean[i]! - second.mean[i]!) ** 2
    distance += first.covariance[i * n + i]! + second.covariance[i * n + i]!
  }
  const root = squareRoot(first.covariance, n)
  const inner = multiply(multiply(root, second.covariance, n), root, n)
  const { values } = eigen(symmetric(inner, n), n)
  for (const value of values) distance -= 2 * Math.sqrt(Math.max(0, value))
  // Rounding may leave less than nothing.
  return Math.max(0, distance)
}

/** Mean, and covariance with the denominator count − 1 (NumPy's `cov`). */
export function moments({ count, width, values }: Features): { mean: Float64Array; covariance: Float64Array } {
  if (count < 2) throw new RingsideError(`Moments need two pictures at least, got ${count}.`)
  const mean = new Float64Array(width)
  for (let row = 0; row < count; row++) for (let i = 0; i < width; i++) mean[i]! += values[row * width + i]! / count
  const covariance = new Float64Array(width * width)
  const centred = new Float64Array(width)
  for (let row = 0; row < count; row++) {
    for (let i = 0; i < width; i++) centred[i] = values[row * width + i]! - mean[i]!
    for (let i = 0; i < width; i++)
      for (let j = i; j < width; j++) covariance[i * width + j]! += (centred[i]! * centred[j]!) / (count - 1)
  }
  for (let i = 0; i < width; i++) for (let j = 0; j < i; j++) covariance[i * width + j] = covariance[j * width + i]!
  return { mean, covariance }
}

function squareRoot(matrix: Float64Array, n: number): Float64Array {
  const { values, vectors } = eigen(matrix, n)
  const out = new Float64Array(n * n)
  for (let k = 0; k < n; k++) {
    const root = Math.sqrt(Math.max(0, values[k]!))
    for (let i = 0; i < n; i++)
      for (let j = 0; j < n; j++) out[i * n + j]! += root * vectors[i * n + k]! * vectors[j * n + k]!
  }
  return out
}

/** Eigenvalues and -vectors (columns) of a symmetric matrix by Jacobi's rotations. */
export function eigen(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = matrix.slice()
  const vectors = new Float64Array(n * n)
  for (let i = 0; i < n; i++) vectors[i * n + i] = 1
  const size = Math.sqrt(a.reduce((sum, x) => sum + x * x, 0))
  for (let sweep = 0; sweep < 60; sweep++) {
    let off = 0
    for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) off += a[i * n + j]! ** 2
    if (Math.sqrt(off) <= 1e-14 * size) break
    for (let p = 0; p < n; p++) {
      for (let q = p + 1; q < n; q++) {
        const apq = a[p * n + q]!
        if (apq === 0) continue
        const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq)
        const t = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        rotate(a, vectors, n, p, q, c, t * c)
      }
    }
  }
  return { values: Float64Array.from({ length: n }, (_, i) => a[i * n + i]!), vectors }
}

function rotate(a: Float64Array, vectors: Float64Array, n: number, p: number, q: number, c: number, s: number): void {
  for (let k = 0; k < n; k++) {
    const [kp, kq] = [a[k * n + p]!, a[k * n + q]!]
    a[k * n + p] = c * kp - s * kq
    a[k * n + q] = s * kp + c * kq
  }
  for (let k = 0; k < n; k++) {
    const [pk, qk] = [a[p * n + k]!, a[q * n + k]!]
    a[p * n + k] = c * pk - s * qk
    a[q * n + k] = s * pk + c * qk
    const [vp, vq] = [vectors[k * n + p]!, vectors[k * n + q]!]
    vectors[k * n + p] = c * vp - s * vq
    vectors[k * n + q] = s * vp + c * vq
  }
}

function multiply(a: Float64Array, b: Float64Array, n: number): Float64Array {
  const out = new Float64Array(n * n)
  for (let i = 0; i < n; i++)
    for (let k = 0; k < n; k++) {
      const x = a[i * n + k]!
      for (let j = 0; j < n; j++) out[i * n + j]! += x * b[k * n + j]!
    }
  return out
}

function symmetric(a: Float64Array, n: number): Float64Array {
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n]
    return 0.5 * (a[i * n + j]! + a[j * n + i]!)
  })
}
