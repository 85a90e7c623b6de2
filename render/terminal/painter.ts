import type { Scene } from '../../core/scene.ts'
import { createPainter, type Frame } from '../canvas/painter.ts'

/** Draws scenes with half blocks: each character is two pixels, the upper in the foreground colour. */
export interface TerminalPainter {
  /** What to write to the terminal: only the cells that changed since the last call. */
  paint(scene: Scene): string
  /** The next paint draws every cell. */
  invalidate(): void
}

/** Samples a pixel's side, so that thin lines survive. */
const oversampling = 3

/** `colorDepth` in bits, as terminals tell it: 24 draws true colours, less the nearest of the 256 standard ones. */
export async function createTerminalPainter(
  columns: number,
  rows: number,
  { colorDepth = 24 }: { readonly colorDepth?: number } = {},
): Promise<TerminalPainter> {
  const width = columns
  const height = 2 * rows
  const painter = await createPainter(width * oversampling, height * oversampling)
  let shown: Uint8Array | undefined
  return {
    paint(scene) {
      const pixels = shrink(painter.paint(scene), width, height)
      const text = encodeCells(pixels, shown, columns, rows, colorDepth >= 24 ? trueColor : standardColor)
      shown = pixels
      return text
    },
    invalidate() {
      shown = undefined
    },
  }
}

/** RGB, each the mean of its samples. Red and blue of a sample are added at once, as the two halves of a word. */
function shrink({ data, width: wide }: Frame, width: number, height: number): Uint8Array {
  const samples = new Uint32Array(data.buffer, data.byteOffset, data.length / 4)
  const out = new Uint8Array(width * height * 3)
  const count = oversampling * oversampling
  for (let y = 0, to = 0; y < height; y++) {
    for (let x = 0; x < width; x++, to += 3) {
      let redAndBlue = 0
      let green = 0
      for (let j = 0; j < oversampling; j++) {
        const at = (y * oversampling + j) * wide + x * oversampling
        for (let i = at; i < at + oversampling; i++) {
          const sample = samples[i]!
          redAndBlue += sample & 0xff00ff
          green += sample & 0xff00
        }
      }
      out[to] = (redAndBlue & 0xffff) / count
      out[to + 1] = (green >> 8) / count
      out[to + 2] = (redAndBlue >> 16) / count
    }
  }
  return out
}

/** ANSI text that turns the cells of `before` into those of `pixels`, from the top left corner of the screen. */
export function encodeCells(
  pixels: Uint8Array,
  before: Uint8Array | undefined,
  columns: number,
  rows: number,
  color: typeof trueColor = trueColor,
): string {
  let out = ''
  let present = ''
  for (let row = 0; row < rows; row++) {
    let cursorAt = -1
    for (let column = 0; column < columns; column++) {
      const upper = (2 * row * columns + column) * 3
      const lower = upper + columns * 3
      if (before !== undefined && sameRgb(pixels, before, upper) && sameRgb(pixels, before, lower)) continue
      if (cursorAt !== column) out += `\x1b[${row + 1};${column + 1}H`
      const wanted = `\x1b[38;${color(pixels, upper)};48;${color(pixels, lower)}m`
      if (wanted !== present) out += present = wanted
      out += '▀'
      cursorAt = column + 1
    }
  }
  return out === '' ? '' : `${out}\x1b[0m`
}

function sameRgb(a: Uint8Array, b: Uint8Array, at: number): boolean {
  return a[at] === b[at] && a[at + 1] === b[at + 1] && a[at + 2] === b[at + 2]
}

function trueColor(pixels: Uint8Array, at: number): string {
  return `2;${pixels[at]};${pixels[at + 1]};${pixels[at + 2]}`
}

/** The nearest of the 6 × 6 × 6 colours and 24 greys that terminals of 256 colours share. */
function standardColor(pixels: Uint8Array, at: number): string {
  const [r, g, b] = [pixels[at]!, pixels[at + 1]!, pixels[at + 2]!]
  const level = (value: number): number => (value < 48 ? 0 : value < 115 ? 1 : Math.floor((value - 35) / 40))
  const shade = (index: number): number => (index === 0 ? 0 : 55 + 40 * index)
  const [i, j, k] = [level(r), level(g), level(b)]
  const grey = Math.max(0, Math.min(23, Math.round(((r + g + b) / 3 - 8) / 10)))
  const distance = (x: number, y: number, z: number): number => (r - x) ** 2 + (g - y) ** 2 + (b - z) ** 2
  const tone = 8 + 10 * grey
  return distance(tone, tone, tone) < distance(shade(i), shade(j), shade(k))
    ? `5;${232 + grey}`
    : `5;${16 + 36 * i + 6 * j + k}`
}
