import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPhi, createPlainPhi, createResize, grayscale, type PhiOptions } from '../../../core/raster/index.ts'
import { loadPhiKernels } from '../../../core/raster/kernels/load.ts'
import { bytesOf, distance, imageOf, openCv } from './opencv.ts'

const size = (height: number, width: number) => ({ height, width })
const run = (create: typeof createPhi, options: PhiOptions, one: Uint8Array, other: Uint8Array): Uint8Array => {
  const out = new Uint8Array(options.to.height * options.to.width)
  create(options)(one, other, out)
  return out
}

test('84 × 84 of two Atari frames is what OpenCV makes of them, whole and as the centre square', () => {
  const [one, other] = [imageOf(210, 160, 2), imageOf(210, 160, 3)]
  const whole = { from: size(210, 160), to: size(84, 84) }
  const square = { ...whole, crop: { top: 25, left: 0, ...size(160, 160) } }
  for (const create of [createPhi, createPlainPhi]) {
    expect(distance(run(create, whole, one, other), bytesOf(openCv.frame.whole))).toBeLessThanOrEqual(1)
    expect(distance(run(create, square, one, other), bytesOf(openCv.frame.square))).toBeLessThanOrEqual(1)
  }
})

test('WebAssembly is there, and makes the same bytes as TypeScript of any frames, crops and sizes', () => {
  expect(loadPhiKernels(0)).toBeDefined()
  const side = fc.integer({ min: 1, max: 70 })
  fc.assert(
    fc.property(side, side, side, side, fc.nat(), fc.nat(), (height, width, toHeight, toWidth, seed, cut) => {
      const crop = {
        top: cut % height,
        left: cut % width,
        height: 1 + (seed % (height - (cut % height))),
        width: 1 + (seed % (width - (cut % width))),
      }
      const options = { from: size(height, width), crop, to: size(toHeight, toWidth) }
      const [one, other] = [imageOf(height, width, seed), imageOf(height, width, cut)]
      expect(run(createPhi, options, one, other)).toEqual(run(createPlainPhi, options, one, other))
    }),
    { numRuns: 300 },
  )
})

test('one frame twice is that frame in gray, resized', () => {
  const frame = imageOf(50, 40, 9)
  const gray = new Uint8Array(50 * 40)
  grayscale(frame, gray)
  const expected = new Uint8Array(20 * 21)
  createResize(size(50, 40), size(20, 21), 'area')(gray, expected)
  expect(run(createPhi, { from: size(50, 40), to: size(20, 21) }, frame, frame)).toEqual(expected)
})

test('a crop beyond the frame is refused', () => {
  const options = { from: size(10, 10), crop: { top: 5, left: 0, ...size(6, 4) }, to: size(2, 2) }
  expect(() => createPhi(options)).toThrow('A crop of 6 × 4 from 5, 0 does not lie in frames of 10 × 10.')
})

test('the compiled module is that of its source', async () => {
  const compiler = new URL('../../../core/raster/kernels/compile.mjs', import.meta.url).href
  const { compilePhi } = (await import(compiler)) as { compilePhi(): Promise<string> }
  const committed = readFileSync(new URL('../../../core/raster/kernels/phi-module.ts', import.meta.url), 'utf8')
  expect(committed, 'run: node core/raster/kernels/compile.mjs').toBe(await compilePhi())
})
