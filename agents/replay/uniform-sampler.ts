import type { Rng } from '../../core/rng.ts'
import type { StateTree } from '../../core/state.ts'
import { restoreRng, saveRng } from '../../core/rng-state.ts'

/** Chooses which stored transitions to learn from. */
export interface Sampler {
  /** A transition was stored at this index; what stood there is gone. */
  insert(index: number): void
  /** Fills `indices` from a storage that holds `size` transitions. */
  sample(size: number, indices: Int32Array): void
  /** Importance weights of the batch that was sampled last, the largest 1. */
  weigh(size: number, beta: number, weights: Float32Array): void
  /** The new errors of transitions that were learned from. */
  update(indices: Int32Array, errors: ArrayLike<number>): void
  state(): StateTree
  restore(state: StateTree): void
}

/** Every stored transition alike, with replacement. */
export function createUniformSampler(rng: Rng): Sampler {
  return {
    insert() {},
    sample(size, indices) {
      for (let i = 0; i < indices.length; i++) indices[i] = rng.int(size)
    },
    weigh(_size, _beta, weights) {
      weights.fill(1)
    },
    update() {},
    state: () => ({ rng: saveRng(rng) }),
    restore(state) {
      restoreRng(rng, state['rng'], 'the sampler')
    },
  }
}
