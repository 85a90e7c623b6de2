import { checkNumbers } from '../../core/check-options.ts'
import { createRng, entropySeed } from '../../core/rng.ts'
import type { Space, SpaceValue } from './space.ts'

/**
 * Samples a space from a stream of its own, which `seed` alone decides: what draws beside it moves nothing here. Gymnasium's
 * `space.seed(seed)` and `space.sample()`.
 */
export function sampler<T extends SpaceValue>(space: Space<T>, seed = entropySeed()): (mask?: Uint8Array) => T {
  checkNumbers('sampler', { seed }, { whole: true })
  const rng = createRng(seed, 'space')
  return (mask) => space.sample(rng, mask)
}
