import { expect, test } from 'vitest'
import { bytesBehind, byBatch, signed, unit } from '../../generative/datasets/scale.ts'
import type { Scale } from '../../generative/datasets/types.ts'

const all = Uint8Array.from({ length: 256 }, (_, byte) => byte)
const dark: Scale = (from, to) => from.forEach((byte, i) => (to[i] = 1 - (byte / 255) ** 2))

test.each<[string, Scale]>([
  ['signed', signed],
  ['unit', unit],
  ['by-batch', byBatch],
  ['one that falls', dark],
])('the way back of %s gives every byte again', (_, scale) => {
  const numbers = new Float32Array(256)
  scale(all, numbers)
  expect(bytesBehind(scale)(numbers)).toEqual(all)
})

test('what lies between or outside goes to the nearest byte', () => {
  expect([...bytesBehind(unit)(Float32Array.of(-1, -0.1, 0.5 / 255 - 1e-4, 0.5 / 255 + 1e-4, 0.501, 2))]).toEqual([
    0, 0, 0, 1, 128, 255,
  ])
  expect([...bytesBehind(signed)(Float32Array.of(-3, 0, 3))]).toEqual([0, 128, 255])
})
