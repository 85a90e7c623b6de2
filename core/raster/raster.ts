import { usageError } from '../errors.ts'
import type { Color } from '../scene.ts'
import { grayOf } from './grayscale.ts'

/** Pixels as data: height × width × channels bytes, rows first; one channel is luminance, three are RGB. */
export interface Raster {
  readonly width: number
  readonly height: number
  readonly channels: 1 | 3
  readonly data: Uint8Array
}

/** Black. */
export function createRaster(width: number, height: number, channels: 1 | 3 = 3): Raster {
  return { width, height, channels, data: new Uint8Array(width * height * channels) }
}

/** A colour as bytes; alpha 255 covers what was there. */
export interface Ink {
  readonly red: number
  readonly green: number
  readonly blue: number
  readonly alpha: number
}

const inks = new Map<Color, Ink>()

/** Reads `#rgb`, `#rrggbb` and `#rrggbbaa`. */
export function inkOf(color: Color): Ink {
  const known = inks.get(color)
  if (known !== undefined) return known
  if (!/^#(?:[\da-f]{3}|[\da-f]{6}|[\da-f]{8})$/i.test(color))
    throw usageError(`A colour expects #rgb, #rrggbb or #rrggbbaa, got "${color}".`)
  const digits = color.length === 4 ? color.slice(1).replace(/./g, '$&$&') : color.slice(1)
  const [red, green, blue, alpha = 255] = digits.match(/../g)!.map((pair) => parseInt(pair, 16))
  const ink = { red: red!, green: green!, blue: blue!, alpha }
  inks.set(color, ink)
  return ink
}

/** Paints the pixels from x = `from` up to but not `to` of row `y`; what lies outside of the raster is left out. */
export function fillSpan(raster: Raster, y: number, from: number, to: number, ink: Ink): void {
  if (y < 0 || y >= raster.height) return
  const { red, green, blue, alpha } = ink
  const { width, channels, data } = raster
  const start = (y * width + Math.max(0, from)) * channels
  const end = (y * width + Math.min(width, to)) * channels
  if (channels === 1) {
    const gray = grayOf(red, green, blue)
    if (alpha === 255) {
      if (end > start) data.fill(gray, start, end)
    } else for (let at = start; at < end; at++) data[at] = mix(gray, data[at]!, alpha)
    return
  }
  for (let at = start; at < end; at += 3) {
    data[at] = mix(red, data[at]!, alpha)
    data[at + 1] = mix(green, data[at + 1]!, alpha)
    data[at + 2] = mix(blue, data[at + 2]!, alpha)
  }
}

function mix(over: number, under: number, alpha: number): number {
  return alpha === 255 ? over : Math.floor((over * alpha + under * (255 - alpha) + 127) / 255)
}
