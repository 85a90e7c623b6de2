import { expect, test } from 'vitest'
import { createRng, make, spaces, type SpaceValue } from '../../../envs/index.ts'

const { box, cardinality, dict, discrete, multiBinary, multiDiscrete, ordinal, text, tuple } = spaces

test('values are numbered as numpy.ravel_multi_index numbers them', () => {
  // np.ravel_multi_index((20, 9, 1), (32, 11, 2)) and ((2, 0, 3), (3, 4, 5)).
  expect(ordinal(tuple([discrete(32), discrete(11), discrete(2)]), [20, 9, 1])).toBe(459)
  expect(ordinal(multiDiscrete([3, 4, 5]), Int32Array.of(2, 0, 3))).toBe(43)
  expect(ordinal(discrete(4, { start: -1 }), 2)).toBe(3)
  expect(ordinal(multiBinary(4), Uint8Array.of(1, 0, 1, 1))).toBe(11)
})

test('every value of a space has a number of its own', () => {
  const space = dict({ z: discrete(3, { start: 5 }), a: tuple([multiDiscrete([2, 3]), multiBinary([2])]) })
  expect(cardinality(space)).toBe(72)
  const seen = new Map<number, string>()
  const rng = createRng(1)
  for (let i = 0; i < 3_000; i++) {
    const value = space.sample(rng)
    const number = ordinal(space, value as SpaceValue)
    const told = JSON.stringify(value)
    expect(seen.get(number) ?? told).toBe(told)
    seen.set(number, told)
  }
  expect([...seen.keys()].sort((a, b) => a - b)).toEqual(Array.from({ length: 72 }, (_, i) => i))
})

test('what cannot be counted has no cardinality, and Enumerate says so', async () => {
  expect(cardinality(box({ low: 0, high: 1, shape: [2] }))).toBeUndefined()
  expect(cardinality(tuple([discrete(2), text(3)]))).toBeUndefined()
  await expect(make({ id: 'CartPole-v1', wrappers: [{ name: 'Enumerate' }] })).rejects.toThrow(/Enumerate counts.*Box/)
})
