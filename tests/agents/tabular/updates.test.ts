import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  doubleQTarget,
  expectation,
  expectedSarsaTarget,
  maximum,
  moved,
  qLearningTarget,
  sarsaTarget,
  visitStepSize,
} from '../../../agents/tabular/updates.ts'

const row = (...values: number[]): Float64Array => Float64Array.from(values)
const mask = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes)

/** Numbers worked by hand. */
describe('updates', () => {
  test('q moves by its step size towards the target', () => {
    expect(moved(2, 6, 0.25)).toBe(3)
    expect(moved(-1, -5, 0.5)).toBe(-3)
  })

  test('step sizes by visits: 1, then 1 / 2^0.8 and 1 / 16^0.5', () => {
    expect(visitStepSize(1, 0.8)).toBe(1)
    expect(visitStepSize(2, 0.8)).toBeCloseTo(0.5743491774985175, 15)
    expect(visitStepSize(16, 0.5)).toBe(0.25)
  })

  test('Q-learning: −1 + 0.5 · max(4, 10, 2) = 4; without the best action 1', () => {
    expect(qLearningTarget(-1, 0.5, row(4, 10, 2))).toBe(4)
    expect(qLearningTarget(-1, 0.5, row(4, 10, 2), mask(1, 0, 1))).toBe(1)
    expect(qLearningTarget(-1, 0, row(4, 10, 2))).toBe(-1)
  })

  test('double Q-learning: A chooses action 1, B values it at 3: 1 + 0.9 · 3 = 3.7', () => {
    expect(doubleQTarget(1, 0.9, row(4, 10, 2), row(8, 3, 5))).toBeCloseTo(3.7, 15)
    // B chooses action 0, A values it at 4.
    expect(doubleQTarget(1, 0.9, row(8, 3, 5), row(4, 10, 2))).toBeCloseTo(4.6, 15)
    // Action 1 forbidden, A chooses action 0, B values it at 8.
    expect(doubleQTarget(1, 0.9, row(4, 10, 2), row(8, 3, 5), mask(1, 0, 1))).toBeCloseTo(8.2, 15)
    // A has two best, which B values at 8 and 5.
    expect(doubleQTarget(1, 1, row(7, 1, 7), row(8, 3, 5))).toBe(7.5)
    expect(doubleQTarget(1, 0, row(7, 1, 7), row(8, 3, 5))).toBe(1)
  })

  test('Sarsa: 2 + 0.5 · 6 = 5', () => {
    expect(sarsaTarget(2, 0.5, 6)).toBe(5)
    expect(sarsaTarget(2, 0, 6)).toBe(2)
  })

  test('expected Sarsa: ε 0.3 of three actions: 0.1 · 4 + 0.8 · 10 + 0.1 · 2 = 8.6', () => {
    const q = row(4, 10, 2)
    expect(expectedSarsaTarget(0, 1, q, q, 0.3)).toBeCloseTo(8.6, 14)
    expect(expectedSarsaTarget(-1, 0.5, q, q, 0.3)).toBeCloseTo(3.3, 14)
    // Two allowed: 0.85 · 4 + 0.15 · 2 = 3.7.
    expect(expectedSarsaTarget(0, 1, q, q, 0.3, mask(1, 0, 1))).toBeCloseTo(3.7, 14)
    // Two best share the greedy part: 0.45 · 5 + 0.45 · 5 + 0.1 · 2 = 4.7.
    expect(expectedSarsaTarget(0, 1, row(5, 2, 5), row(5, 2, 5), 0.3)).toBeCloseTo(4.7, 14)
    // The policy of one row, the values of another: 0.1 · 1 + 0.8 · 2 + 0.1 · 3 = 2.
    expect(expectedSarsaTarget(0, 1, q, row(1, 2, 3), 0.3)).toBeCloseTo(2, 14)
    expect(expectedSarsaTarget(7, 0, q, q, 0.3)).toBe(7)
  })

  const values = fc.array(fc.double({ min: -100, max: 100, noNaN: true }), { minLength: 5, maxLength: 5 })
  const allowed = fc.array(fc.nat(1), { minLength: 5, maxLength: 5 }).filter((bytes) => bytes.includes(1))

  test('an expectation lies between mean and maximum, and forbidden actions do not count', () => {
    fc.assert(
      fc.property(values, allowed, fc.double({ min: 0, max: 1, noNaN: true }), (numbers, bytes, epsilon) => {
        const q = row(...numbers)
        const open = mask(...bytes)
        const kept = numbers.filter((_, a) => bytes[a] === 1)
        const mean = kept.reduce((sum, x) => sum + x, 0) / kept.length
        const got = expectation(q, q, epsilon, open)
        expect(maximum(q, open)).toBe(Math.max(...kept))
        expect(got).toBeGreaterThanOrEqual(mean - 1e-9)
        expect(got).toBeLessThanOrEqual(Math.max(...kept) + 1e-9)
        expect(expectation(q, q, 1, open)).toBeCloseTo(mean, 9)
        expect(expectation(q, q, 0, open)).toBeCloseTo(Math.max(...kept), 9)
        const changed = q.map((x, a) => (bytes[a] === 1 ? x : 1e6))
        expect(expectation(changed, changed, epsilon, open)).toBe(got)
      }),
    )
  })
})
