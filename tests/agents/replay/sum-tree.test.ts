import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { copyState, decodeState, encodeState } from '../../../core/state.ts'
import { createSumTree } from '../../../agents/replay/sum-tree.ts'

const operation = fc.record({
  index: fc.nat(),
  value: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 100, noNaN: true })),
})

describe('sum tree', () => {
  test('finds what a walk over all values finds, whatever was set before', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 37 }),
        fc.array(operation, { maxLength: 60 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (capacity, operations, share) => {
          const tree = createSumTree(capacity)
          const naive = new Array<number>(capacity).fill(0)
          for (const { index, value } of operations) {
            tree.set(index % capacity, value)
            naive[index % capacity] = value
            tree.checkValid()
          }
          const total = naive.reduce((a, b) => a + b, 0)
          expect(tree.total).toBeCloseTo(total, 8)
          naive.forEach((value, i) => expect(tree.get(i)).toBe(value))
          if (tree.total === 0) {
            expect(() => tree.find(0)).toThrow(/sum is 0/)
            return
          }
          const mass = share * tree.total
          const found = tree.find(mass)
          expect(naive[found]).toBeGreaterThan(0)
          const before = naive.slice(0, found).reduce((a, b) => a + b, 0)
          expect(before).toBeLessThanOrEqual(mass + 1e-9 * total)
          expect(before + naive[found]!).toBeGreaterThanOrEqual(mass - 1e-9 * total)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('its inner nodes are functions of its leaves: a restored tree is the same to the bit', () => {
    const tree = createSumTree(100)
    for (let i = 0; i < 500; i++) tree.set((i * 37) % 100, Math.abs(Math.sin(i)) * 1e3)
    const again = createSumTree(100)
    again.load(decodeState(encodeState(tree.state())))()
    again.checkValid()
    expect(again.total).toBe(tree.total)
    for (let i = 0; i < 200; i++) expect(again.find((i / 200) * tree.total)).toBe(tree.find((i / 200) * tree.total))
    expect(() => createSumTree(99).load(copyState(tree.state()))).toThrow(/100 transitions, expected 99/)
  })

  test('refuses what is no priority', () => {
    const tree = createSumTree(3)
    for (const value of [-1, NaN, Infinity]) expect(() => tree.set(0, value)).toThrow(/from 0 on/)
    expect(() => tree.set(3, 1)).toThrow(/index 3 of 3/)
  })
})
