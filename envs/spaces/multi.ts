import { usageError } from '../../core/errors.ts'
import { sizeOf } from '../../core/dtype.ts'
import { checkMaskLength, refuseMask, sampleAllowed } from './mask.ts'
import type { Space } from './space.ts'

/** One integer in 0 … nvec[i] − 1 per element, as an Int32Array. */
export interface MultiDiscrete extends Space<Int32Array> {
  readonly kind: 'multi-discrete'
  readonly shape: readonly number[]
  readonly nvec: readonly number[]
}

export function multiDiscrete(nvec: readonly number[]): MultiDiscrete {
  if (!Array.isArray(nvec) || nvec.length === 0 || nvec.some((n) => !Number.isInteger(n) || n < 1))
    throw usageError(`multiDiscrete expects a list of whole numbers of at least 1, got ${JSON.stringify(nvec)}.`)
  const choices = nvec.reduce((sum, n) => sum + n, 0)
  return {
    kind: 'multi-discrete',
    nvec,
    shape: [nvec.length],
    dtype: 'int32',
    sample(rng, mask) {
      if (mask === undefined) return Int32Array.from(nvec, (n) => rng.int(n))
      checkMaskLength(mask, choices, this)
      let from = 0
      return Int32Array.from(nvec, (n) => {
        from += n
        return sampleAllowed(rng, mask, from - n, n, this)
      })
    },
    contains: (value): value is Int32Array =>
      value instanceof Int32Array && value.length === nvec.length && value.every((x, i) => x >= 0 && x < nvec[i]!),
    toJSON: () => ({ kind: 'multi-discrete', nvec }),
    toString: () => `MultiDiscrete([${nvec}])`,
  }
}

/** Zeros and ones, as a Uint8Array. */
export interface MultiBinary extends Space<Uint8Array> {
  readonly kind: 'multi-binary'
  readonly shape: readonly number[]
}

export function multiBinary(shape: number | readonly number[]): MultiBinary {
  const dimensions: readonly number[] = typeof shape === 'number' ? [shape] : shape
  if (!Array.isArray(dimensions) || dimensions.length === 0 || dimensions.some((d) => !Number.isInteger(d) || d < 1))
    throw usageError(`multiBinary expects whole numbers of at least 1, got ${JSON.stringify(shape)}.`)
  const size = sizeOf(dimensions)
  return {
    kind: 'multi-binary',
    shape: dimensions,
    dtype: 'uint8',
    sample(rng, mask) {
      refuseMask(mask, this)
      return Uint8Array.from({ length: size }, () => rng.int(2))
    },
    contains: (value): value is Uint8Array =>
      value instanceof Uint8Array && value.length === size && value.every((x) => x <= 1),
    toJSON: () => ({ kind: 'multi-binary', shape: dimensions }),
    toString: () => `MultiBinary([${dimensions}])`,
  }
}
