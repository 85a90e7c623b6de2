import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEstimateTracker } from '../../../agents/tabular/estimates.ts'

const number = fc.double({ min: -10, max: 10, noNaN: true })
const episode = fc.record({
  steps: fc.array(fc.record({ value: number, reward: number }), { minLength: 1, maxLength: 12 }),
  lastValue: number,
})

test('the realised return is the mean of all discounted returns, as if all rewards were kept', () => {
  fc.assert(
    fc.property(
      fc.array(episode, { minLength: 1, maxLength: 120 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (episodes, gamma) => {
        const tracker = createEstimateTracker(2, gamma)
        expect(tracker.means()).toBeUndefined()
        const all: { value: number; return: number }[][] = []
        for (const { steps, lastValue } of episodes) {
          for (const { value, reward } of steps) tracker.step(1, value, reward)
          tracker.end(1, lastValue)
          let after = lastValue
          const returns = steps.toReversed().map(({ reward }) => (after = reward + gamma * after))
          all.push(steps.map(({ value }, t) => ({ value, return: returns[steps.length - 1 - t]! })))
        }
        const last = all.slice(-100).flat()
        const mean = (key: 'value' | 'return'): number => last.reduce((sum, step) => sum + step[key], 0) / last.length
        const means = tracker.means()!
        expect(means.maxQ).toBeCloseTo(mean('value'), 8)
        expect(means.realisedReturn).toBeCloseTo(mean('return'), 8)
        expect(means.overestimation).toBeCloseTo(mean('value') - mean('return'), 8)

        const again = createEstimateTracker(2, gamma)
        again.restore(tracker.state())
        expect(again.means()).toEqual(means)
      },
    ),
    { numRuns: 50 },
  )
})
