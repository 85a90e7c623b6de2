import { readFileSync } from 'node:fs'
import type { Interpolation } from '../../../core/raster/index.ts'

interface OpenCv {
  readonly gray: string
  readonly resized: readonly {
    readonly size: readonly [number, number]
    readonly channels: number
    readonly mode: Interpolation
    readonly pixels: string
  }[]
  readonly frame: { readonly gray: string; readonly whole: string; readonly square: string }
}

/** What OpenCV made of the images below; tests/parity/record-opencv.py recorded it. */
export const openCv = JSON.parse(readFileSync(new URL('fixtures/opencv.json', import.meta.url), 'utf8')) as OpenCv

export const bytesOf = (base64: string): Uint8Array => new Uint8Array(Buffer.from(base64, 'base64'))

/** The high bytes of a linear congruential generator, height × width × 3. */
export function imageOf(height: number, width: number, seed: number): Uint8Array {
  let x = seed
  return Uint8Array.from({ length: height * width * 3 }, () => (x = (Math.imul(x, 1664525) + 1013904223) >>> 0) >>> 24)
}

/** Largest difference of two images, grey levels. */
export function distance(one: Uint8Array, other: Uint8Array): number {
  if (one.length !== other.length) return Infinity
  return one.reduce((most, value, i) => Math.max(most, Math.abs(value - other[i]!)), 0)
}
