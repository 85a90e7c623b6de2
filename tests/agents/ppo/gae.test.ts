import { expect, test } from 'vitest'
import { generalisedAdvantages } from '../../../agents/ppo/gae.ts'

/** One lane, γ = λ = ½, three steps of reward 1, V = 1 everywhere and 4 after the second step. */
const advantages = (terminated: number[], truncated: number[]): number[] => {
  const into = new Float32Array(3)
  const steps = { lanes: 1, reward: [1, 1, 1], value: [1, 1, 1], nextValue: [1, 4, 1], terminated, truncated }
  generalisedAdvantages(steps, 0.5, 0.5, into)
  return [...into]
}

test('by hand', () => {
  // δ = ½, 2, ½: each hands a quarter of its advantage to the step before.
  expect(advantages([0, 0, 0], [0, 0, 0])).toEqual([0.5 + 2.125 / 4, 2 + 0.5 / 4, 0.5])
  // Terminated after the second step: its δ = 1 − 1 = 0, and nothing of the third comes through.
  expect(advantages([0, 1, 0], [0, 0, 0])).toEqual([0.5, 0, 0.5])
  // Truncated there: its δ = 1 + ½ · 4 − 1 stays 2, and nothing of the third comes through.
  expect(advantages([0, 0, 0], [0, 1, 0])).toEqual([1, 2, 0.5])
})

test('λ = 1 without an end is the discounted return less the value, λ = 0 the error of one step', () => {
  const steps = { lanes: 2, reward: [1, 2, 3, 4], value: [5, 6, 7, 8], nextValue: [7, 8, 9, 10] }
  const open = { ...steps, terminated: [0, 0, 0, 0], truncated: [0, 0, 0, 0] }
  const into = new Float32Array(4)
  generalisedAdvantages(open, 0.5, 1, into)
  expect([...into]).toEqual([1 + 1.5 + 9 / 4 - 5, 2 + 2 + 10 / 4 - 6, 3 + 4.5 - 7, 4 + 5 - 8])
  generalisedAdvantages(open, 0.5, 0, into)
  expect([...into]).toEqual([1 + 3.5 - 5, 2 + 4 - 6, 3 + 4.5 - 7, 4 + 5 - 8])
})
