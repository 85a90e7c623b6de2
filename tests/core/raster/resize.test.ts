import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createResize, grayscale, type Interpolation } from '../../../core/raster/index.ts'
import { bytesOf, distance, imageOf, openCv } from './opencv.ts'

const grayOf = (rgb: Uint8Array): Uint8Array => {
  const out = new Uint8Array(rgb.length / 3)
  grayscale(rgb, out)
  return out
}

test("grayscale equals OpenCV's, bit for bit", () => {
  expect(grayOf(imageOf(30, 24, 1))).toEqual(bytesOf(openCv.gray))
  const other = imageOf(210, 160, 3)
  const frame = imageOf(210, 160, 2).map((x, i) => Math.max(x, other[i]!))
  expect(createHash('sha256').update(grayOf(frame)).digest('hex')).toBe(openCv.frame.gray)
})

test.each(openCv.resized)(
  '$mode of $channels channels to $size is that of OpenCV',
  ({ size, channels, mode, pixels }) => {
    const image = imageOf(30, 24, 1)
    const [height, width] = size
    const out = new Uint8Array(height * width * channels)
    createResize(
      { height: 30, width: 24 },
      { height, width },
      mode,
      channels,
    )(channels === 1 ? grayOf(image) : image, out)
    expect(distance(out, bytesOf(pixels))).toBeLessThanOrEqual(mode === 'nearest' ? 0 : 1)
  },
)

test('an image resized to its own size stays, a flat one stays flat, and means lie between the extremes', () => {
  const side = fc.integer({ min: 1, max: 24 })
  const modes = fc.constantFrom<Interpolation>('area', 'bilinear', 'nearest')
  fc.assert(
    fc.property(side, side, side, side, modes, fc.nat(), (height, width, toHeight, toWidth, mode, seed) => {
      const image = imageOf(height, width, seed)
      const same = new Uint8Array(image.length)
      createResize({ height, width }, { height, width }, mode, 3)(image, same)
      expect(same).toEqual(image)

      const gray = grayOf(image)
      const out = new Uint8Array(toHeight * toWidth)
      const resize = createResize({ height, width }, { height: toHeight, width: toWidth }, mode)
      resize(gray, out)
      expect(Math.min(...out)).toBeGreaterThanOrEqual(Math.min(...gray))
      expect(Math.max(...out)).toBeLessThanOrEqual(Math.max(...gray))
      resize(gray.fill(seed & 255), out)
      expect(new Set(out)).toEqual(new Set([seed & 255]))
    }),
    { numRuns: 200 },
  )
})
