import { usageError } from '../../core/errors.ts'
import type { Rng } from '../../core/rng.ts'

/**
 * One of the choices from `from` to `from + n` that a mask allows (1; 0 forbids), as its number from 0; the first where it
 * allows none, as in Gymnasium. `space` names the space in errors.
 */
export function sampleAllowed(rng: Rng, mask: Uint8Array, from: number, n: number, space: unknown): number {
  let allowed = 0
  for (let i = from; i < from + n; i++) {
    if (mask[i]! > 1) throw usageError(`The mask of ${String(space)} expects zeros and ones, got ${mask[i]} at ${i}.`)
    allowed += mask[i]!
  }
  if (allowed === 0) return 0
  let nth = rng.int(allowed)
  for (let i = from; ; i++) if (mask[i] === 1 && nth-- === 0) return i - from
}

export function checkMaskLength(mask: Uint8Array, length: number, space: unknown): void {
  if (mask.length !== length)
    throw usageError(`The mask of ${String(space)} has ${mask.length} entries, expected ${length}.`)
}

/** For spaces whose values are no choices: a mask would change nothing. */
export function refuseMask(mask: Uint8Array | undefined, space: unknown): void {
  if (mask !== undefined)
    throw usageError(`A mask is for Discrete and MultiDiscrete; ${String(space)} is sampled without one.`)
}
