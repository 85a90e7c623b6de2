import type { Scene } from '../../core/scene.ts'
import { box, type Space } from '../spaces/index.ts'

/** The size of an Atari 2600's picture, in pixels. */
export const screenWidth = 160
export const screenHeight = 210

export type Rgb = readonly [red: number, green: number, blue: number]

/** Frames: 210 × 160 × 3 bytes, row by row, red, green and blue of a pixel together. All games share the one space. */
export const frameSpace = box({
  low: 0,
  high: 255,
  shape: [screenHeight, screenWidth, 3],
  dtype: 'uint8',
}) as unknown as Space<Uint8Array>

/**
 * Positions and speeds are whole numbers of sixteenths of a pixel, so that games run alike everywhere and a ball may
 * go a pixel and a half a frame.
 */
export const subpixels = 16

/**
 * A frame is memory of its own for each step. glibc hands freed memory back to the system whenever 128 KiB of it lie at the
 * end of its heap, and asks for it again page by page: up to 17 page faults a frame, several times the cost of drawing it.
 * Once a larger block has been freed it waits for twice that block's size (mallopt(3), M_TRIM_THRESHOLD). So one is: its
 * pages are never touched, and the next collection frees it. Elsewhere this does nothing.
 */
void new ArrayBuffer(31 * 2 ** 20)

export function blankFrame(color: Rgb): Uint8Array {
  const frame = new Uint8Array(screenHeight * screenWidth * 3)
  fillRect(frame, 0, 0, screenWidth, screenHeight, color)
  return frame
}

/** Fills whole pixels; what lies beyond the screen is cut off. */
export function fillRect(
  frame: Uint8Array,
  x: number,
  y: number,
  width: number,
  height: number,
  [red, green, blue]: Rgb,
): void {
  const left = Math.max(x, 0)
  const right = Math.min(x + width, screenWidth)
  const top = Math.max(y, 0)
  const bottom = Math.min(y + height, screenHeight)
  if (left >= right) return
  for (let row = top; row < bottom; row++) {
    const end = (row * screenWidth + right) * 3
    for (let at = (row * screenWidth + left) * 3; at < end; at += 3) {
      frame[at] = red
      frame[at + 1] = green
      frame[at + 2] = blue
    }
  }
}

/** Three columns by five rows a digit, row by row from the top, a bit a dot. */
const digits = [
  0b111_101_101_101_111, 0b010_110_010_010_111, 0b111_001_111_100_111, 0b111_001_111_001_111, 0b101_101_111_001_001,
  0b111_100_111_001_111, 0b111_100_111_101_111, 0b111_001_001_010_010, 0b111_101_111_101_111, 0b111_101_111_001_111,
]
const dotWidth = 4
const dotHeight = 3
/** From one digit to the next, in pixels. */
export const digitPitch = 4 * dotWidth
export const digitHeight = 5 * dotHeight

/** Draws a number with leading zeros to `places` digits, on a ground of one colour. */
export function drawNumber(
  frame: Uint8Array,
  value: number,
  { places, x, y, color, ground }: { places: number; x: number; y: number; color: Rgb; ground: Rgb },
): void {
  fillRect(frame, x, y, places * digitPitch - dotWidth, digitHeight, ground)
  const text = String(value).padStart(places, '0')
  for (let place = 0; place < places; place++) {
    const dots = digits[Number(text[place])]!
    for (let dot = 0; dot < 15; dot++) {
      if (((dots >> (14 - dot)) & 1) === 0) continue
      const [column, row] = [dot % 3, Math.floor(dot / 3)]
      fillRect(frame, x + place * digitPitch + column * dotWidth, y + row * dotHeight, dotWidth, dotHeight, color)
    }
  }
}

/** The frame as a picture, at twice its size. */
export function frameScene(frame: Uint8Array, caption: string): Scene {
  const [width, height] = [2 * screenWidth, 2 * screenHeight]
  return {
    width,
    height,
    background: '#000000',
    fps: 60,
    caption,
    items: [
      { kind: 'pixels', x: 0, y: 0, width, height, columns: screenWidth, rows: screenHeight, channels: 3, data: frame },
    ],
  }
}
