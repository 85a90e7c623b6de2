import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  copyState,
  createRng,
  decodeState,
  encodeState,
  nearestName,
  Segment,
  type StateValue,
} from '../../core/index.ts'

describe('state', () => {
  const leaf = fc.oneof(
    fc.constantFrom<StateValue>(null, true, NaN, Infinity, -0, 1e-300, 'text', ''),
    fc.double(),
    fc.float32Array().map((a) => a as StateValue),
    fc.uint8Array().map((a) => a as StateValue),
  )
  const tree = fc.dictionary(fc.string(), fc.oneof(leaf, fc.array(leaf), fc.dictionary(fc.string(), leaf)))

  test('comes back as it was, arrays and odd numbers included', () => {
    fc.assert(
      fc.property(tree, (value) => {
        expect(decodeState(encodeState(value))).toEqual(copyState(value))
      }),
    )
  })

  test('a cut at any byte is told', () => {
    const bytes = encodeState({ a: Float64Array.of(1, 2, 3), b: { c: 'text' } })
    for (let n = 0; n < bytes.length; n++)
      expect(() => decodeState(bytes.subarray(0, n))).toThrow(/Not a readable Ringside state/)
  })

  test('segments go to the store, and come back from it', () => {
    const kept = new Map<string, Uint8Array>()
    const store = {
      put: (segment: Segment) => (kept.set(segment.id, segment.array.slice() as Uint8Array), segment.id),
      get: (reference: string) => kept.get(reference)!,
    }
    const bytes = encodeState({ chunk: new Segment('one', 1, Uint8Array.of(1, 2, 3)) }, store)
    expect(decodeState(bytes, store)).toEqual({ chunk: Uint8Array.of(1, 2, 3) })
    expect(() => decodeState(bytes)).toThrow(/segments/)
  })
})

describe('rng', () => {
  test('one seed, one sequence; streams are apart and do not move each other', () => {
    const draw = (rng = createRng(1)): number[] => Array.from({ length: 5 }, () => rng.float())
    expect(draw()).toEqual(draw())
    const root = createRng(1)
    const stream = root.stream('replay')
    for (let i = 0; i < 10; i++) stream.normal()
    expect(draw(root)).toEqual(draw())
    expect(draw(createRng(1).stream('a'))).not.toEqual(draw(createRng(1).stream('b')))
  })

  test('restores in the middle, the spare normal included', () => {
    const rng = createRng(3)
    rng.normal()
    const state = rng.state()
    const next = [rng.normal(), rng.normal(), rng.uint32()]
    rng.restore(state)
    expect([rng.normal(), rng.normal(), rng.uint32()]).toEqual(next)
  })

  test('has the moments it claims', () => {
    const rng = createRng(5)
    const n = 200_000
    const normals = Array.from({ length: n }, () => rng.normal())
    const mean = normals.reduce((a, b) => a + b) / n
    const variance = normals.reduce((a, b) => a + (b - mean) ** 2, 0) / n
    expect(Math.abs(mean)).toBeLessThan(0.01)
    expect(Math.abs(variance - 1)).toBeLessThan(0.02)
    const counts = new Array<number>(7).fill(0)
    for (let i = 0; i < 70_000; i++) counts[rng.int(7)]!++
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500)
  })
})

test('the nearest name of a typo', () => {
  const names = ['CartPole-v1', 'MountainCar-v0', 'double-dqn']
  expect(nearestName('cartpole', names)).toBe('CartPole-v1')
  expect(nearestName('CratPole-v1', names)).toBe('CartPole-v1')
  expect(nearestName('dbl-dqn', names)).toBe('double-dqn')
  expect(nearestName('Breakout', names)).toBeUndefined()
})
