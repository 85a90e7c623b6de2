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
