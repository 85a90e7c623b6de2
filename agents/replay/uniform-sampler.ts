import type { Rng } from '../../core/rng.ts'
import type { StateTree } from '../../core/state.ts'
import { restoreRng, saveRng } from '../../core/rng-state.ts'

/** Chooses which stored transitions to learn from. */
export interface Sampler {
  /** Fills `indices` from a storage that holds `size` transitions. */
  sample(size: number, indices: Int32Array): void
  state(): StateTree
  restore(state: StateTree): void
}

/** Every stored transition alike, with replacement. */
export function createUniformSampler(rng: Rng): Sampler {
  return {
    sample(size, indices) {
      for (let i = 0; i < indices.length; i++) indices[i] = rng.int(size)
    },
    state: () => ({ rng: saveRng(rng) }),
    restore(state) {
      restoreRng(rng, state['rng'], 'the sampler')
    },
  }
}
