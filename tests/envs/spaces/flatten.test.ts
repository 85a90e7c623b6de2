import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRng } from '../../../core/index.ts'
import { make, spaces } from '../../../envs/index.ts'

const mixed = spaces.dict({
  z: spaces.tuple([spaces.discrete(3, { start: 1 }), spaces.multiDiscrete([2, 3])]),
  a: spaces.box({ low: -1, high: 1, shape: [2, 2] }),
  m: spaces.multiBinary(3),
  t: spaces.text(4, 'abc'),
})

test("values flatten as Gymnasium's do", () => {
  const value = {
    z: [2, Int32Array.of(1, 2)],
    a: Float32Array.of(0.5, -0.25, 0, 1),
    m: Uint8Array.of(1, 0, 1),
    t: 'cab',
  }
  // gymnasium.spaces.utils.flatten (1.4) of the same space and value.
  const expected = [0.5, -0.25, 0, 1, 1, 0, 1, 2, 0, 1, 3, 0, 1, 0, 0, 1, 0, 0, 1]
  expect([...spaces.flatten(mixed, value)]).toEqual(expected)
  expect(spaces.unflatten(mixed, Float32Array.from(expected))).toEqual(value)
  const flat = spaces.flattenSpace(mixed)
  expect([...flat.low]).toEqual([-1, -1, -1, -1, ...new Array(15).fill(0)])
  expect([...flat.high]).toEqual([1, 1, 1, 1, 1, 1, 1, 3, 3, 3, 3, ...new Array(8).fill(1)])
})

test('what is flattened unflattens to itself, and lies in the flattened space', () => {
  const all = [
    mixed,
    spaces.box({ low: 0, high: 255, shape: [2, 3], dtype: 'uint8' }),
    spaces.discrete(5, { start: -2 }),
    spaces.multiDiscrete([3, 1, 4]),
    spaces.text(6),
    spaces.tuple([spaces.dict({ b: spaces.discrete(2), a: spaces.multiBinary([2, 2]) }), spaces.discrete(1)]),
  ]
  fc.assert(
    fc.property(fc.constantFrom(...all), fc.nat(), (space, seed) => {
      const value = space.sample(createRng(seed))
      const vector = spaces.flatten(space, value)
      expect(vector.length).toBe(spaces.flatSize(space))
      expect(spaces.flattenSpace(space).contains(vector)).toBe(true)
      expect(spaces.unflatten(space, vector)).toEqual(value)
    }),
  )
  expect(() => spaces.flatten(spaces.discrete(2), 7)).toThrow(/Discrete\(2\)/)
  expect(() => spaces.unflatten(spaces.discrete(2), new Float32Array(3))).toThrow(/expects 2 numbers/)
})

test('the Flatten wrapper makes a vector of a Tuple', async () => {
  const env = await make({ id: 'Blackjack-v1', wrappers: [{ name: 'Flatten' }] })
  const { observation } = env.reset({ seed: 1 })
  expect(env.observationSpace.shape).toEqual([45])
  expect(env.observationSpace.contains(observation)).toBe(true)
  expect((observation as Float32Array).reduce((a, b) => a + b)).toBe(3)
})
