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

export async function createTerminalPainter(columns: number, rows: number): Promise<TerminalPainter> {
  const width = columns
  const height = 2 * rows
  const painter = await createPainter(width * oversampling, height * oversampling)
  let shown: Uint8Array | undefined
  return {
    paint(scene) {
      const pixels = shrink(painter.paint(scene), width, height)
      const text = encodeCells(pixels, shown, columns, rows)
      shown = pixels
      return text
    },
    invalidate() {
      shown = undefined
    },
  }
}

/** RGB, each the mean of its samples. */
function shrink({ data, width: wide }: Frame, width: number, height: number): Uint8Array {
  const out = new Uint8Array(width * height * 3)
  const count = oversampling * oversampling
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      let [r, g, b] = [0, 0, 0]
      for (let j = 0; j < oversampling; j++) {
        let at = ((y * oversampling + j) * wide + x * oversampling) * 4
        for (let i = 0; i < oversampling; i++, at += 4) {
          r += data[at]!
          g += data[at + 1]!
          b += data[at + 2]!
        }
      }
      const to = (y * width + x) * 3
      out[to] = r / count
      out[to + 1] = g / count
      out[to + 2] = b / count
    }
  }
  return out
}

/** ANSI text that turns the cells of `before` into those of `pixels`, from the top left corner of the screen. */
export function encodeCells(pixels: Uint8Array, before: Uint8Array | undefined, columns: number, rows: number): string {
  let out = ''
  let color = ''
  for (let row = 0; row < rows; row++) {
    let cursorAt = -1
    for (let column = 0; column < columns; column++) {
      const upper = (2 * row * columns + column) * 3
      const lower = upper + columns * 3
      if (before !== undefined && sameRgb(pixels, before, upper) && sameRgb(pixels, before, lower)) continue
      if (cursorAt !== column) out += `\x1b[${row + 1};${column + 1}H`
      const wanted = `\x1b[38;2;${rgb(pixels, upper)};48;2;${rgb(pixels, lower)}m`
      if (wanted !== color) out += color = wanted
      out += '▀'
      cursorAt = column + 1
    }
  }
  return out === '' ? '' : `${out}\x1b[0m`
}

function sameRgb(a: Uint8Array, b: Uint8Array, at: number): boolean {
  return a[at] === b[at] && a[at + 1] === b[at + 1] && a[at + 2] === b[at + 2]
}

function rgb(pixels: Uint8Array, at: number): string {
  return `${pixels[at]};${pixels[at + 1]};${pixels[at + 2]}`
}
