import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRng } from '../../../core/rng.ts'
import {
  bootstrap,
  interquartileMean,
  mean,
  median,
  optimalityGap,
  performanceProfile,
  probabilityOfImprovement,
  quantile,
  type Scores,
} from '../../../runner/report/statistics.ts'

/** Recorded by tests/parity/record-rliable.py. */
const recorded = JSON.parse(readFileSync(new URL('fixtures/rliable.json', import.meta.url), 'utf8')) as {
  readonly x: Scores
  readonly y: Scores
  readonly thresholds: number[]
  readonly mean: number
  readonly median: number
  readonly iqm: number
  readonly optimalityGap: number
  readonly probabilityOfImprovement: number
  readonly profile: number[]
  /** Of mean, median and IQM: low and high. */
  readonly intervals: readonly (readonly [number, number])[]
}
const { x, y } = recorded

describe('the statistics are rliable’s', () => {
  test('to the last digits where nothing is drawn', () => {
    expect(mean(x)).toBeCloseTo(recorded.mean, 12)
    expect(median(x)).toBeCloseTo(recorded.median, 12)
    expect(interquartileMean(x)).toBeCloseTo(recorded.iqm, 12)
    expect(optimalityGap(x)).toBeCloseTo(recorded.optimalityGap, 12)
    expect(probabilityOfImprovement(x, y)).toBeCloseTo(recorded.probabilityOfImprovement, 12)
    performanceProfile(x, recorded.thresholds).forEach((share, i) =>
      expect(share).toBeCloseTo(recorded.profile[i]!, 12),
    )
  })

  test('within what drawing leaves unsure, for the intervals of the stratified bootstrap', () => {
    for (const [i, statistic] of [mean, median, interquartileMean].entries()) {
      const { value, low, high } = bootstrap([x], ([only]) => statistic(only!), createRng(i), { draws: 5000 })
      const [theirLow, theirHigh] = recorded.intervals[i]!
      const width = theirHigh - theirLow
      expect(value).toBe(statistic(x))
      expect(Math.abs(low - theirLow)).toBeLessThan(0.06 * width)
      expect(Math.abs(high - theirHigh)).toBeLessThan(0.06 * width)
    }
  })
})

test('two draws of 0 and 1 have the mean ½ half of the time', () => {
  const of = (confidence: number) =>
    bootstrap([[[0, 1]]], ([only]) => mean(only!), createRng(1), { draws: 4000, confidence })
  expect(of(0.4)).toEqual({ value: 0.5, low: 0.5, high: 0.5 })
  expect(of(0.95)).toEqual({ value: 0.5, low: 0, high: 1 })
})

test('what must hold of any scores', () => {
  const score = fc.double({ min: -100, max: 100, noNaN: true })
  const scores = fc.array(fc.array(score, { minLength: 1, maxLength: 6 }), { minLength: 1, maxLength: 4 })
  fc.assert(
    fc.property(scores, fc.integer(), (one, seed) => {
      const all = one.flat()
      for (const statistic of [mean, median, interquartileMean]) {
        expect(statistic(one)).toBeGreaterThanOrEqual(Math.min(...all) - 1e-9)
        expect(statistic(one)).toBeLessThanOrEqual(Math.max(...all) + 1e-9)
      }
      expect(probabilityOfImprovement(one, one)).toBeCloseTo(0.5, 9)
      const { low, high } = bootstrap([one], ([only]) => mean(only!), createRng(seed), { draws: 50 })
      expect(low).toBeLessThanOrEqual(high)
    }),
    { numRuns: 50 },
  )
  expect(quantile([1, 2, 4], 0.75)).toBe(3)
})
