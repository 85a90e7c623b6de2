import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRng } from '../../core/rng.ts'
import { decodeState, encodeState } from '../../core/state.ts'
import { createBatches } from '../../generative/datasets/batches.ts'
import { byBatch, resolveScale, signed, unit } from '../../generative/datasets/scale.ts'
import type { ImageSplit } from '../../generative/datasets/types.ts'

/** Picture n is two bytes of n, its label n mod 10. */
function numbered(count: number): ImageSplit {
  const images = Uint8Array.from({ length: 2 * count }, (_, i) => i >> 1)
  return { count, images, labels: Uint8Array.from({ length: count }, (_, n) => n % 10) }
}

const bytes = (from: Uint8Array, to: Float32Array): void => to.set(from)

const sizes = fc.record({ count: fc.integer({ min: 1, max: 60 }), size: fc.integer({ min: 1, max: 70 }) })

test('an epoch shows every picture once, with its label, the last batch smaller', () => {
  fc.assert(
    fc.property(sizes, fc.boolean(), ({ count, size }, shuffle) => {
      const batches = createBatches({ split: numbered(count), size, rng: createRng(1), scale: bytes, shuffle })
      for (let epoch = 0; epoch < 2; epoch++) {
        const seen: number[] = []
        for (let i = 0; i < batches.perEpoch; i++) {
          const { count: taken, images, labels } = batches.next()
          expect(images.length).toBe(2 * taken)
          expect(taken).toBe(i < batches.perEpoch - 1 ? size : count - size * (batches.perEpoch - 1))
          for (let k = 0; k < taken; k++) {
            expect(images[2 * k + 1]).toBe(images[2 * k])
            expect(labels![k]).toBe(images[2 * k]! % 10)
            seen.push(images[2 * k]!)
          }
        }
        expect(batches.epoch()).toBe(epoch)
        if (!shuffle) expect(seen).toEqual([...seen].sort((a, b) => a - b))
        expect(seen.sort((a, b) => a - b)).toEqual(Array.from({ length: count }, (_, n) => n))
      }
    }),
  )
})

test('73,257 pictures in batches of 128 end with one of 41', () => {
  const split = { count: 73_257, images: new Uint8Array(73_257) }
  const batches = createBatches({ split, size: 128, rng: createRng(1) })
  for (let i = 1; i < batches.perEpoch; i++) expect(batches.next().count).toBe(128)
  expect(batches.next().count).toBe(41)
  const even = createBatches({ split, size: 128, rng: createRng(1), dropLast: true })
  expect(even.perEpoch).toBe(batches.perEpoch - 1)
})

test('restored anywhere, by way of bytes, it goes on as if it had not stopped', () => {
  fc.assert(
    fc.property(sizes, fc.integer({ min: 0, max: 40 }), fc.boolean(), ({ count, size }, steps, shuffle) => {
      const make = (seed: number): ReturnType<typeof createBatches> =>
        createBatches({ split: numbered(count), size, rng: createRng(seed), shuffle })
      const one = make(5)
      for (let i = 0; i < steps; i++) one.next()
      const other = make(77)
      other.next()
      other.restore(decodeState(encodeState(one.state())))
      expect([other.epoch(), other.position()]).toEqual([one.epoch(), one.position()])
      for (let i = 0; i < 12; i++) expect(other.next().images).toEqual(one.next().images)
    }),
  )
})

test('wrong use', () => {
  const rng = createRng(1)
  expect(() => createBatches({ split: numbered(3), size: 0, rng })).toThrow(/at least 1/)
  expect(() => createBatches({ split: numbered(0), size: 2, rng })).toThrow(/no pictures/)
  expect(() => createBatches({ split: numbered(3), size: 4, rng, dropLast: true })).toThrow(/without the last/)
  const saved = createBatches({ split: numbered(8), size: 4, rng }).state()
  expect(() => createBatches({ split: numbered(9), size: 4, rng }).restore(saved)).toThrow(/count was 8, is 9/)
})

test('scales', async () => {
  const from = Uint8Array.of(10, 60, 110)
  const of = (scale: typeof unit): number[] => {
    const to = new Float32Array(3)
    scale(from, to)
    return [...to]
  }
  expect(of(unit)).toEqual([10 / 255, 60 / 255, 110 / 255].map(Math.fround))
  expect(of(signed)).toEqual([20 / 255 - 1, 120 / 255 - 1, 220 / 255 - 1].map(Math.fround))
  expect(of(byBatch)).toEqual([-1, 0, 1])
  expect(await resolveScale('by-batch')).toBe(byBatch)
  await expect(resolveScale('by-bach')).rejects.toThrow(/Did you mean "by-batch"/)
})
