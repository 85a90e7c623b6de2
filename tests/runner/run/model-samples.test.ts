import { expect, test } from 'vitest'
import { gridOf } from '../../../runner/run/model-samples.ts'

/** `count` pictures of 40 × 50, each channel k of all of them 10·(k + 1). */
const pictures = (count: number, channels: number): Uint8Array =>
  Uint8Array.from({ length: count * 40 * 50 * channels }, (_, i) => 10 * ((i % channels) + 1))

test.each([
  [1, [10, 10, 10]],
  [2, [10, 10, 10]],
  [3, [10, 20, 30]],
  [4, [10, 20, 30]],
])('pictures of %i channels can be looked at', (channels, colour) => {
  const grid = gridOf({ height: 40, width: 50, channels }, pictures(2, channels))
  // Two columns, as there are no more pictures, in gaps of 2.
  expect([grid.width, grid.height]).toEqual([2 * 50 + 3 * 2, 40 + 2 * 2])
  const at = grid.data.length / grid.width / grid.height
  expect([...grid.data.subarray(at * (2 * grid.width + 2), at * (2 * grid.width + 2) + 3)]).toEqual(colour)
})

test('small pictures are enlarged', () => {
  const grid = gridOf({ height: 7, width: 5, channels: 1 }, new Uint8Array(3 * 35), 2)
  expect([grid.width, grid.height]).toEqual([2 * 40 + 3 * 2, 2 * 56 + 3 * 2])
})
