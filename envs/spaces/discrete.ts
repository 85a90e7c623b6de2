import { usageError } from '../../core/errors.ts'
import type { Space } from './space.ts'

/** The integers start … start + n − 1, as plain numbers. */
export interface Discrete extends Space<number> {
  readonly kind: 'discrete'
  readonly n: number
  readonly start: number
}

export function discrete(n: number, { start = 0 }: { readonly start?: number } = {}): Discrete {
  if (!Number.isInteger(n) || n < 1) throw usageError(`discrete expects a whole number of at least 1, got ${n}.`)
  return {
    kind: 'discrete',
    n,
    start,
    shape: [],
    dtype: 'int32',
    sample(rng, mask) {
      if (mask === undefined) return start + rng.int(n)
      if (mask.length !== n) throw usageError(`The mask of ${this} has ${mask.length} entries, expected ${n}.`)
      let allowed = 0
      for (const m of mask) if (m !== 0) allowed++
      if (allowed === 0) return start
      let nth = rng.int(allowed)
      return start + mask.findIndex((m) => m !== 0 && nth-- === 0)
    },
    contains: (value): value is number =>
      Number.isInteger(value) && (value as number) >= start && (value as number) < start + n,
    toJSON: () => ({ kind: 'discrete', n, start }),
    toString: () => (start === 0 ? `Discrete(${n})` : `Discrete(${n}, start ${start})`),
  }
}
