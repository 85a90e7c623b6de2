import fc from 'fast-check'
import { expect, test } from 'vitest'
import { besideNearest, nearestPictures } from '../../generative/quality/nearest.ts'

test('the nearest pictures are those of a full sort, whatever the pictures', () => {
  const pictures = (pixels: number, least: number) =>
    fc
      .integer({ min: least, max: 9 })
      .chain((count) => fc.uint8Array({ minLength: count * pixels, maxLength: count * pixels, max: 40 }))
  fc.assert(
    fc.property(
      fc
        .constantFrom(1, 3, 64, 130)
        .chain((pixels) => fc.tuple(fc.constant(pixels), pictures(pixels, 1), pictures(pixels, 3))),
      ([pixels, made, among]) => {
        const { indices, distances } = nearestPictures(made, among, pixels, 3)
        for (let row = 0; row < made.length / pixels; row++) {
          const all = Array.from({ length: among.length / pixels }, (_, other) => {
            let sum = 0
            for (let p = 0; p < pixels; p++) sum += (made[row * pixels + p]! - among[other * pixels + p]!) ** 2
            return { other, distance: Math.sqrt(sum / pixels) }
          }).sort((a, b) => a.distance - b.distance || a.other - b.other)
          expect([...indices.subarray(row * 3, row * 3 + 3)]).toEqual(all.slice(0, 3).map(({ other }) => other))
          expect([...distances.subarray(row * 3, row * 3 + 3)]).toEqual(all.slice(0, 3).map(({ distance }) => distance))
        }
      },
    ),
  )
})

test('a copy stands beside its original', () => {
  const among = Uint8Array.of(0, 0, 9, 9, 200, 100)
  expect([...besideNearest(Uint8Array.of(200, 100, 8, 9), among, 2, 1)]).toEqual([200, 100, 200, 100, 8, 9, 9, 9])
  expect(() => nearestPictures(among, among, 2, 4)).toThrow('4 nearest of 3 pictures')
})
