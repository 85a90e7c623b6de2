import { sizeOf } from '../core/dtype.ts'
import type { Rng } from '../core/rng.ts'

/** First values of a weight, from our own generator: the same on every engine. */
export type Initializer = (rng: Rng, shape: readonly number[], fanIn: number, fanOut?: number) => Float32Array

/** He et al. 2015, eq. 10: an untruncated normal of variance exactly 2 / fanIn (tfjs's is truncated to 0.776 of that). */
export const heNormal: Initializer = (rng, shape, fanIn) => {
  const deviation = Math.sqrt(2 / fanIn)
  return Float32Array.from({ length: sizeOf(shape) }, () => rng.normal() * deviation)
}

/** Uniform in ±1/√fanIn: PyTorch's and DQN Zoo's default, there for weights and biases alike. */
export const uniformFanIn: Initializer = (rng, shape, fanIn) => {
  const bound = 1 / Math.sqrt(fanIn)
  return Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(-bound, bound))
}

/** Glorot and Bengio 2010, eq. 16: uniform in ±√(6 / (fanIn + fanOut)), TensorFlow's and Keras's default for kernels. */
export const glorotUniform: Initializer = (rng, shape, fanIn, fanOut = fanIn) => {
  const bound = Math.sqrt(6 / (fanIn + fanOut))
  return Float32Array.from({ length: sizeOf(shape) }, () => rng.uniform(-bound, bound))
}

export const zeros: Initializer = (_, shape) => new Float32Array(sizeOf(shape))

/**
 * Saxe, McClelland and Ganguli 2014: a random matrix with orthonormal columns (or rows, where there are fewer of them), times
 * `gain`. The first axis counts the rows, all others together the columns, as in PyTorch. Drawn uniformly: Gram and Schmidt's process on normal vectors.
 */
export function orthogonal(gain: number): Initializer {
  return (rng, shape) => {
    const rows = shape[0]!
    const columns = sizeOf(shape) / rows
    const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)]
    const vectors: Float64Array[] = []
    for (let i = 0; i < count; i++) {
      const vector = Float64Array.from({ length }, () => rng.normal())
      for (const other of vectors) {
        const overlap = dot(vector, other)
        for (let k = 0; k < length; k++) vector[k] = vector[k]! - overlap * other[k]!
      }
      const norm = Math.sqrt(dot(vector, vector))
      vectors.push(vector.map((x) => x / norm))
    }
    return Float32Array.from({ length: rows * columns }, (_, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns]
      return gain * (rows >= columns ? vectors[column]![row]! : vectors[row]![column]!)
    })
  }
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k++) sum += a[k]! * b[k]!
  return sum
}
