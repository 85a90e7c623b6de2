import { RingsideError } from '../../core/errors.ts'
import type { Rng } from '../../core/rng.ts'
import { restoreRng, saveRng } from '../../core/rng-state.ts'
import { fields } from '../../core/state.ts'
import { importanceWeights, raisedPriority, samplingProbability } from './importance-weights.ts'
import { createSumTree } from './sum-tree.ts'
import type { Sampler } from './uniform-sampler.ts'

export interface PrioritizedSamplerOptions {
  /** Transitions. */
  readonly capacity: number
  /** a: 0 is uniform, 1 fully prioritized. */
  readonly alpha: number
  /** e: added to every |δ|. */
  readonly epsilon: number
  /** u: the share of draws that is uniform. */
  readonly uniformMix: number
  readonly rng: Rng
}

/**
 * Proportional prioritization (Schaul et al. 2016, section 3.3): p = |δ| + e, a draw from each of as many equal shares of
 * the total priority as the batch is large. What is new enters with the largest priority seen.
 */
export function createPrioritizedSampler(options: PrioritizedSamplerOptions): Sampler {
  const { capacity, alpha, epsilon, uniformMix, rng } = options
  const tree = createSumTree(capacity)
  let largest = 1
  let probabilities = new Float64Array(0)

  return {
    insert(index) {
      tree.set(index, raisedPriority(largest, alpha))
    },
    sample(size, indices) {
      if (probabilities.length !== indices.length) probabilities = new Float64Array(indices.length)
      const { total } = tree
      for (let i = 0; i < indices.length; i++) {
        const isUniform = uniformMix > 0 && rng.float() < uniformMix
        const index = isUniform ? rng.int(size) : tree.find(((i + rng.float()) / indices.length) * total)
        indices[i] = index
        probabilities[i] = samplingProbability(tree.get(index), total, size, uniformMix)
      }
    },
    weigh(size, beta, weights) {
      importanceWeights(probabilities, size, beta, weights)
    },
    update(indices, errors) {
      for (let i = 0; i < indices.length; i++) {
        const priority = Math.abs(errors[i]!) + epsilon
        if (!Number.isFinite(priority)) throw new RingsideError(`A priority is not finite: |δ| is ${errors[i]}.`)
        largest = Math.max(largest, priority)
        tree.set(indices[i]!, raisedPriority(priority, alpha))
      }
    },
    state: () => ({ rng: saveRng(rng), largest, tree: tree.state() }),
    restore(state) {
      const saved = fields(state, 'the prioritized sampler')
      const savedLargest = saved.number('largest')
      const placeTree = tree.load(saved.tree('tree'))
      restoreRng(rng, saved.get('rng'), 'the sampler')
      placeTree()
      largest = savedLargest
    },
  }
}
