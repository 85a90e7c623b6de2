import { describe, expect, test } from 'vitest'
import { createRng } from '../../../core/rng.ts'
import { importanceWeights, raisedPriority, samplingProbability } from '../../../agents/replay/importance-weights.ts'
import { createPrioritizedSampler } from '../../../agents/replay/prioritized-sampler.ts'

const sampler = (options: Partial<Parameters<typeof createPrioritizedSampler>[0]> = {}) =>
  createPrioritizedSampler({ capacity: 8, alpha: 0.5, epsilon: 0.01, uniformMix: 0, rng: createRng(3), ...options })

describe('probabilities and importance weights, by hand', () => {
  test('P(i) = pᵃ / Σ pᵃ, with a uniform share', () => {
    const raised = [4, 9, 16].map((p) => raisedPriority(p, 0.5))
    expect(raised).toEqual([2, 3, 4])
    expect(samplingProbability(3, 9, 3, 0)).toBeCloseTo(1 / 3, 12)
    expect(samplingProbability(2, 9, 3, 0.3)).toBeCloseTo(0.7 * (2 / 9) + 0.1, 12)
    expect(raisedPriority(5, 0)).toBe(1)
    expect(raisedPriority(0, 0)).toBe(0)
  })

  test('w = (1 / NP)ᵇ by the largest; b = 0 gives ones, b = 1 corrects in full', () => {
    const weights = new Float32Array(3)
    importanceWeights(Float64Array.of(0.5, 0.25, 0.125), 4, 1, weights)
    expect([...weights]).toEqual([0.25, 0.5, 1])
    importanceWeights(Float64Array.of(0.5, 0.25, 0.125), 4, 0.5, weights)
    expect(weights[0]).toBeCloseTo(0.5, 6)
    importanceWeights(Float64Array.of(0.5, 0.25, 0.125), 4, 0, weights)
    expect([...weights]).toEqual([1, 1, 1])
    expect(() => importanceWeights(Float64Array.of(0), 1, 1, weights)).toThrow(/above 0, got 0/)
  })
})

describe('prioritized sampler', () => {
  test('draws in proportion to the priorities, one from each share of a batch', () => {
    const own = sampler({ alpha: 1, epsilon: 1e-9 })
    for (let i = 0; i < 4; i++) own.insert(i)
    own.update(Int32Array.of(0, 1, 2, 3), [1, 2, 3, 4])
    const counts = [0, 0, 0, 0]
    const indices = new Int32Array(10)
    for (let round = 0; round < 1000; round++) {
      own.sample(4, indices)
      for (const i of indices) counts[i]!++
    }
    // Ten draws from ten shares of a total of ten: exactly as many of each as its priority, but for the borders' rounding.
    counts.forEach((count, i) => expect(Math.abs(count / 1000 - (i + 1))).toBeLessThan(0.01))
  })

  test('a = 0 is uniform: 1/N each, and all weights are 1', () => {
    const own = sampler({ alpha: 0 })
    for (let i = 0; i < 5; i++) own.insert(i)
    own.update(Int32Array.of(0, 1, 2, 3, 4), [100, 0, 3, 0.1, 7])
    const counts = new Array<number>(5).fill(0)
    const indices = new Int32Array(5)
    const weights = new Float32Array(5)
    for (let round = 0; round < 400; round++) {
      own.sample(5, indices)
      own.weigh(5, 0.7, weights)
      expect(Math.min(...weights)).toBeCloseTo(1, 6)
      for (const i of indices) counts[i]!++
    }
    expect(counts).toEqual([400, 400, 400, 400, 400])
  })

  test('what is new has the largest priority seen; what was drawn has its own new error', () => {
    const own = sampler({ alpha: 1, epsilon: 0.5 })
    own.insert(0)
    own.update(Int32Array.of(0), [-9.5])
    own.update(Int32Array.of(0), [0.5])
    own.insert(1)
    const indices = new Int32Array(1100)
    const weights = new Float32Array(1100)
    own.sample(2, indices)
    // 1 for the old, 10 for the new.
    expect(indices.filter((i) => i === 1).length / 1100).toBeCloseTo(10 / 11, 2)
    own.weigh(2, 1, weights)
    const [ofOld, ofNew] = [weights[indices.indexOf(0)]!, weights[indices.indexOf(1)]!]
    expect(ofOld).toBe(1)
    expect(ofNew).toBeCloseTo(0.1, 6)
    expect(() => own.update(Int32Array.of(0), [NaN])).toThrow(/not finite/)
  })

  test('a restored sampler draws the same', () => {
    const [own, again] = [sampler({ uniformMix: 0.2 }), sampler({ uniformMix: 0.2, rng: createRng(99) })]
    for (let i = 0; i < 8; i++) own.insert(i)
    own.update(Int32Array.of(1, 5), [3, 40])
    again.restore(own.state())
    const [a, b] = [new Int32Array(64), new Int32Array(64)]
    own.sample(8, a)
    again.sample(8, b)
    expect(b).toEqual(a)
  })
})
