import { expect, test } from 'vitest'
import { imageGrid } from '../../render/image-grid.ts'

const at = (frame: { width: number; data: Uint8Array }, x: number, y: number): number[] => [
  ...frame.data.subarray(4 * (y * frame.width + x), 4 * (y * frame.width + x) + 4),
]

test('pictures in rows, each pixel a square, gaps between', () => {
  const images = Uint8Array.from({ length: 3 * 2 * 2 }, (_, i) => 10 * i)
  const frame = imageGrid({ images, height: 2, width: 2, channels: 1, columns: 2, gap: 1, scale: 3 })
  expect([frame.width, frame.height]).toEqual([15, 15])
  expect(at(frame, 0, 0)).toEqual([255, 255, 255, 255])
  expect(at(frame, 1, 1)).toEqual([0, 0, 0, 255])
  expect(at(frame, 4, 3)).toEqual([10, 10, 10, 255])
  expect(at(frame, 8, 1)).toEqual([40, 40, 40, 255])
  expect(at(frame, 6, 13)).toEqual([110, 110, 110, 255])
  expect(at(frame, 10, 10)).toEqual([255, 255, 255, 255])
})

test('colours, a stretch of each picture by itself, labels, and what fits in no row', () => {
  const images = Uint8Array.of(1, 2, 3, 101, 102, 103, 7, 7, 7)
  const shape = { images, height: 1, width: 1, channels: 3, columns: 1, gap: 0 }
  expect(at(imageGrid(shape), 0, 1)).toEqual([101, 102, 103, 255])
  const stretched = imageGrid({ ...shape, stretch: true })
  expect(at(stretched, 0, 0)).toEqual([0, 128, 255, 255])
  expect(at(stretched, 0, 2)).toEqual([7, 7, 7, 255])
  expect(imageGrid({ ...shape, rows: 2 }).height).toBe(2)
  expect(imageGrid({ ...shape, labels: ['1', '2', '3'] }).height).toBe(24)
})

test('wrong use', () => {
  const images = new Uint8Array(12)
  expect(() => imageGrid({ images, height: 2, width: 2, channels: 2, columns: 1 })).toThrow(/1 or 3 channels/)
  expect(() => imageGrid({ images, height: 5, width: 1, channels: 1, columns: 1 })).toThrow(/whole pictures/)
  expect(() => imageGrid({ images, height: 2, width: 2, channels: 3, columns: 0 })).toThrow(/columns/)
})
