import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRng, register, spaces } from '../../../envs/index.ts'

const all: readonly spaces.Space[] = [
  spaces.box({ low: [-1, -Infinity, 0, -Infinity], high: [1, 0, Infinity, Infinity] }),
  spaces.box({ low: 0, high: 255, shape: [2, 3], dtype: 'uint8' }),
  spaces.box({ low: -5, high: 5, shape: [2], dtype: 'int16' }),
  spaces.box({ low: 0, high: 1, shape: [3], dtype: 'bool' }),
  spaces.box({ low: -1, high: 1, shape: [2], dtype: 'float64' }),
  spaces.discrete(5, { start: -2 }),
  spaces.multiDiscrete([3, 1, 4]),
  spaces.multiBinary([2, 2]),
  spaces.text(4, 'abc'),
  spaces.tuple([spaces.discrete(2), spaces.box({ low: 0, high: 1, shape: [2] })]),
  spaces.dict({ z: spaces.discrete(2), a: spaces.tuple([spaces.text(2), spaces.multiBinary(2)]) }),
]

test('samples are values, come again for a seed, and survive JSON with their space', () => {
  fc.assert(
    fc.property(fc.constantFrom(...all), fc.nat(), (space, seed) => {
      const [draw, again] = [spaces.sampler(space, seed), spaces.sampler(space, seed)]
      const back = spaces.spaceFromJSON(JSON.parse(JSON.stringify(space)) as spaces.SpaceJson)
      for (let i = 0; i < 5; i++) {
        const value = draw()
        expect(space.contains(value)).toBe(true)
        expect(again()).toEqual(value)
        expect(back.contains(value)).toBe(true)
        const json = JSON.parse(JSON.stringify(spaces.valueToJSON(space, value))) as unknown
        expect(spaces.valueFromJSON(space, json)).toEqual(value)
      }
      expect(space.contains(spaces.zeroValue(space))).toBe(true)
    }),
  )
})

test("a space's own stream moves nothing else", () => {
  const rng = createRng(3)
  const expected = createRng(3).uint32()
  spaces.sampler(spaces.discrete(9), 3)()
  expect(rng.uint32()).toBe(expected)
})

describe('masks', () => {
  test('of Discrete and MultiDiscrete allow what they say, and all of it', () => {
    const parts = spaces.multiDiscrete([3, 2, 4])
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 1 }), { minLength: 9, maxLength: 9 }), fc.nat(), (bits, seed) => {
        const rng = createRng(seed)
        const mask = Uint8Array.from(bits)
        const drawn = Array.from({ length: 60 }, () => parts.sample(rng, mask))
        let from = 0
        parts.nvec.forEach((n, part) => {
          const allowed = bits.slice(from, from + n).flatMap((bit, i) => (bit === 1 ? [i] : []))
          // Gymnasium's choice where nothing is allowed: the smallest.
          const expected = allowed.length === 0 ? [0] : allowed
          expect([...new Set(drawn.map((value) => value[part]!))].sort()).toEqual(expected)
          const single = spaces.discrete(n, { start: 7 }).sample(rng, mask.subarray(from, from + n))
          expect(expected).toContain(single - 7)
          from += n
        })
      }),
      { numRuns: 40 },
    )
  })

  test('of another length or with other numbers are refused', () => {
    const rng = createRng(1)
    expect(() => spaces.discrete(3).sample(rng, Uint8Array.of(1, 0))).toThrow(/Discrete\(3\) has 2 entries, expected 3/)
    expect(() => spaces.discrete(2).sample(rng, Uint8Array.of(0, 2))).toThrow(/zeros and ones, got 2 at 1/)
    expect(() => spaces.multiDiscrete([2, 2]).sample(rng, new Uint8Array(2))).toThrow(/has 2 entries, expected 4/)
  })
})

test('values of another kind, shape, dtype or range are not contained', () => {
  const no: [spaces.Space, unknown][] = [
    [all[0]!, Float32Array.of(0, 0, 0)],
    [all[0]!, Float64Array.of(0, 0, 0, 0)],
    [all[0]!, Float32Array.of(NaN, 0, 0, 0)],
    [all[0]!, [0, 0, 0, 0]],
    [all[1]!, new Int32Array(6)],
    [all[5]!, 3],
    [all[5]!, 0.5],
    [all[5]!, '0'],
    [all[6]!, Int32Array.of(0, 1, 0)],
    [all[7]!, Uint8Array.of(0, 1, 2, 0)],
    [all[8]!, 'abd'],
    [all[8]!, 'aaaaa'],
    [all[9]!, [1]],
    [all[10]!, { z: 1 }],
    [all[10]!, { z: 1, a: ['a', Uint8Array.of(0, 0)], more: 1 }],
  ]
  for (const [space, value] of no) expect(space.contains(value), `${space}`).toBe(false)
})

test('JSON that stands for no value is refused', () => {
  const no: [spaces.Space, unknown][] = [
    [all[0]!, [0, 0, 0]],
    [all[1]!, [0, 0, 0, 0, 0, 256]],
    [all[1]!, [0, 0, 0, 0, 0, '1']],
    [all[5]!, 9],
    [all[9]!, [1, null]],
    [all[10]!, { z: 1, b: 2 }],
    [all[10]!, null],
  ]
  for (const [space, json] of no) expect(() => spaces.valueFromJSON(space, json)).toThrow(/valueFromJSON expects/)
})

test('spaces that cannot be are refused', () => {
  expect(() => spaces.box({ low: 0, high: 300, shape: [1], dtype: 'uint8' })).toThrow(/uint8 holds, 0 … 255, got 300/)
  expect(() => spaces.box({ low: 1, high: 0, shape: [1] })).toThrow(/low ≤ high/)
  expect(() => spaces.box({ low: NaN, high: 0, shape: [1] })).toThrow(/low ≤ high/)
  expect(() => spaces.discrete(0)).toThrow(/at least 1, got 0/)
  expect(() => spaces.discrete(2, { start: 0.5 })).toThrow(/start, got 0.5/)
  expect(() => spaces.multiDiscrete([2, 0])).toThrow(/at least 1/)
  expect(() => spaces.multiBinary([])).toThrow(/at least 1/)
  expect(() => spaces.text(0)).toThrow(/maxLength, got 0/)
  expect(() => spaces.text(3, '')).toThrow(/characters/)
})

test('what is no description of a space is refused in words', () => {
  const no: [() => unknown, RegExp][] = [
    [() => spaces.box({} as never), /expects \{ low, high \}.*got nothing as low/],
    [() => spaces.box(undefined as never), /expects \{ low, high \}/],
    [() => spaces.box({ low: 0, high: 1, shape: [-1] }), /whole numbers as shape, got \[-1\]/],
    [() => spaces.box({ low: 0, high: 1, shape: [1.5] }), /whole numbers as shape, got \[1\.5\]/],
    [() => spaces.box({ low: 0, high: 1, shape: 3 as never }), /whole numbers as shape, got 3/],
    [() => spaces.box({ low: 0, high: 1, shape: [2], dtype: 'float16' as never }), /dtype of float32.*got "float16"/],
    [() => spaces.box({ low: 0.2, high: 3, shape: [2], dtype: 'int32' }), /whole numbers as bounds of int32, got 0\.2/],
    [() => spaces.discrete(3, -1 as never), /expects \{ start \} after n, got -1/],
    [() => spaces.discrete('3' as never), /at least 1, got "3"/],
    [() => spaces.multiDiscrete(3 as never), /list of whole numbers.*got 3/],
    [() => spaces.multiDiscrete([[2], [3]] as never), /got \[\[2\],\[3\]\]/],
    [() => spaces.text(3, 'aba'), /each once, got "aba"/],
    [() => spaces.tuple([spaces.discrete(2), 3 as never]), /tuple expects spaces, got 3 at \[1\]/],
    [() => spaces.dict({ a: 1 as never }), /dict expects spaces, got 1 at \.a/],
    [() => spaces.spaceFromJSON(null as never), /kind: box \|.*got null/],
    [() => spaces.spaceFromJSON({ kind: 'boxx' as never }), /kind: box \|.*got \{"kind":"boxx"\}/],
    [() => spaces.spaceFromJSON({ kind: 'tuple' }), /spaces of a tuple, got nothing/],
    [() => spaces.spaceFromJSON({ kind: 'dict', spaces: 3 }), /spaces of a dict, got 3/],
    [() => spaces.spaceFromJSON({ kind: 'box', shape: [1] }), /low and high of a box/],
    [() => spaces.sampler(spaces.discrete(2), 'x' as never), /seed to be a whole number, got "x"/],
    [() => spaces.unflatten(spaces.discrete(2), [0, 1] as never), /typed array, got \[0,1\]/],
  ]
  for (const [make, message] of no) expect(make).toThrow(message)
})

test('a mask is refused where there are no choices', () => {
  for (const space of all)
    if (space.kind !== 'discrete' && space.kind !== 'multi-discrete')
      expect(() => space.sample(createRng(1), new Uint8Array(2)), `${space}`).toThrow(/mask is for Discrete/)
})

test('an id is registered once, and has the form of one', () => {
  const load = async () => () => ({})
  register({ id: 'tests/Twice-v0' }, load)
  expect(() => register({ id: 'tests/Twice-v0' }, load)).toThrow(/"tests\/Twice-v0" is registered already/)
  expect(() => register({ id: 'Twice' }, load)).toThrow(/has the form Name-v0 or namespace\/Name-v0, got "Twice"/)
})
