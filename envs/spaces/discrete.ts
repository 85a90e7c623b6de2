import { usageError } from '../../core/errors.ts'
import { checkMaskLength, sampleAllowed } from './mask.ts'
import type { Space } from './space.ts'

/** The integers start … start + n − 1, as plain numbers. */
export interface Discrete extends Space<number> {
  readonly kind: 'discrete'
  readonly n: number
  readonly start: number
}

export function discrete(n: number, options: { readonly start?: number } = {}): Discrete {
  if (!Number.isInteger(n) || n < 1)
    throw usageError(`discrete expects a whole number of at least 1, got ${JSON.stringify(n)}.`)
  if (typeof options !== 'object' || options === null)
    throw usageError(`discrete expects { start } after n, got ${JSON.stringify(options)}.`)
  const { start = 0 } = options
  if (!Number.isInteger(start))
    throw usageError(`discrete expects a whole number as start, got ${JSON.stringify(start)}.`)
  return {
    kind: 'discrete',
    n,
    start,
    shape: [],
    dtype: 'int32',
    sample(rng, mask) {
      if (mask === undefined) return start + rng.int(n)
      checkMaskLength(mask, n, this)
      return start + sampleAllowed(rng, mask, 0, n, this)
    },
    contains: (value): value is number =>
      Number.isInteger(value) && (value as number) >= start && (value as number) < start + n,
    toJSON: () => ({ kind: 'discrete', n, start }),
    toString: () => (start === 0 ? `Discrete(${n})` : `Discrete(${n}, start ${start})`),
  }
}
