import { createRaster, createResize, fillPolygon, inkOf, type Raster, type Resize } from '../../../core/raster/index.ts'
import type { Rng } from '../../../core/rng.ts'
import { faces, type Face } from './faces.ts'
import { outlineOf } from './outline.ts'
import { drawColours, type Colour } from './palette.ts'
import { drawProjection, type Projection } from './placement.ts'

export const side = 32
/** Shapes are drawn this many times larger, without anti-aliasing, and shrunk by area. */
const fine = 3
const large = side * fine
const white = inkOf('#ffffff')
const black = inkOf('#000000')

/** Draws one picture after the other into 32 × 32 × 3 bytes each, by chance alone; its buffers are reused. */
export type HouseNumberPainter = (digit: number, rng: Rng, to: Uint8Array) => void

export function createPainter(): HouseNumberPainter {
  const mask = createRaster(large, large, 1)
  const shrinkMask = createResize({ height: large, width: large }, { height: side, width: side }, 'area')
  const cover = new Uint8Array(side * side)
  const levels = new Float64Array(side * side * 3)
  const blur = createBlur()

  return (digit, rng, to) => {
    const colours = drawColours(rng)
    const projection = drawProjection(rng, large)
    const text = drawNumber(rng, digit)
    const shapes = outlines(rng, text)
    const [red, green, blue] = colours.wall
    for (let i = 0; i < levels.length; i += 3) {
      levels[i] = red
      levels[i + 1] = green
      levels[i + 2] = blue
    }

    const paint = (colour: Colour, strength: number, draw: () => void): void => {
      mask.data.fill(0)
      draw()
      shrinkMask(mask.data, cover)
      blend(levels, cover, colour, strength)
    }
    const wallKind = rng.float()
    if (wallKind < 0.62) paint(colours.second, rng.uniform(0.35, 0.9), () => drawWall(mask, rng, projection, wallKind))
    if (rng.float() < 0.35) {
      const [dx, dy] = [rng.uniform(-0.05, 0.06) * large, rng.uniform(0.01, 0.06) * large]
      paint(colours.shadow, rng.uniform(0.3, 0.8), () => drawShapes(mask, shapes, projection, dx, dy))
    }
    paint(colours.ink, rng.uniform(0.82, 1), () => drawShapes(mask, shapes, projection, 0, 0))

    light(rng, levels)
    for (let i = 0; i < levels.length; i++) to[i] = byteOf(levels[i]!)
    blur(rng, to)
    addNoise(rng, to)
  }
}

/** Lays a colour over the levels where it covers them. */
function blend(levels: Float64Array, cover: Uint8Array, [red, green, blue]: Colour, strength: number): void {
  const most = strength / 255
  for (let i = 0, at = 0; i < cover.length; i++, at += 3) {
    const covered = cover[i]!
    if (covered === 0) continue
    const share = covered * most
    levels[at] = levels[at]! + (red - levels[at]!) * share
    levels[at + 1] = levels[at + 1]! + (green - levels[at + 1]!) * share
    levels[at + 2] = levels[at + 2]! + (blue - levels[at + 2]!) * share
  }
}

function byteOf(level: number): number {
  return level < 0 ? 0 : level > 254.5 ? 255 : (level + 0.5) | 0
}

/** The digits of a house and which of them is in the middle. */
interface HouseNumber {
  readonly digits: readonly number[]
  readonly middle: number
}

function drawNumber(rng: Rng, digit: number): HouseNumber {
  // Shares of one to four digits among the houses of street views, roughly.
  const draw = rng.float()
  const length = draw < 0.12 ? 1 : draw < 0.55 ? 2 : draw < 0.88 ? 3 : 4
  const middle = rng.int(length)
  return { digits: Array.from({ length }, (_, i) => (i === middle ? digit : rng.int(10))), middle }
}

/** Outlines of a number's digits that may be seen, in fine pixels from the middle of the digit in the middle. */
function outlines(rng: Rng, { digits, middle }: HouseNumber): number[][] {
  const face: Face = faces[rng.int(faces.length)]!
  const between = ([low, high]: readonly [number, number]): number => rng.uniform(low, high)
  const height = rng.uniform(0.66, 0.98) * large
  const [width, x, contrast] = [between(face.width), between(face.pen), between(face.contrast)]
  const pen = { x, y: x * contrast, cap: face.cap }
  const slant = rng.uniform(0, face.slant)
  const advance = (width + rng.uniform(0.06, 0.26)) * height
  const ways = face.glyphs.map((glyph) => glyph[rng.int(glyph.length)]!)
  return digits.flatMap((digit, i) => {
    const left = (i - middle) * advance - (width * height) / 2
    // A digit to the side that lies out of sight.
    if (left > 0.9 * large || left + width * height < -0.9 * large) return []
    // A one is narrower than its box.
    const narrow = digit === 1 ? 0.75 : 1
    const [boxLeft, boxWidth] = [pen.x + (width * (1 - narrow)) / 2, width * narrow - 2 * pen.x]
    const [boxTop, boxHeight] = [pen.y, 1 - 2 * pen.y]
    return ways[digit]!.map(({ points, closed }) => {
      const placed = points.map((value, k) => (k % 2 === 0 ? boxLeft + value * boxWidth : boxTop + value * boxHeight))
      const outline = outlineOf({ points: placed, closed }, pen)
      return outline.map((value, k) =>
        k % 2 === 0 ? left + (value + slant * (0.5 - outline[k + 1]!)) * height : (value - 0.5) * height,
      )
    })
  })
}

function drawShapes(mask: Raster, shapes: readonly number[][], project: Projection, dx: number, dy: number): void {
  for (const shape of shapes) fillPolygon(mask, projected(shape, project, dx, dy), white)
}

function projected(points: readonly number[], project: Projection, dx = 0, dy = 0): number[] {
  const out: number[] = []
  for (let i = 0; i < points.length; i += 2) {
    const [x, y] = project(points[i]!, points[i + 1]!)
    out.push(x + dx, y + dy)
  }
  return out
}

/** What is behind a number: a plate, a frame, boards, bricks, or a part of a door. `kind`: 0 to 0.62. */
function drawWall(mask: Raster, rng: Rng, project: Projection, kind: number): void {
  const box = (left: number, top: number, right: number, bottom: number, ink = white): void =>
    fillPolygon(mask, projected([left, top, right, top, right, bottom, left, bottom], project), ink)
  const out = 1.5 * large
  if (kind < 0.2) {
    // A plate, whose edges are seen on some sides.
    const edge = (): number => (rng.float() < 0.5 ? out : rng.uniform(0.4, 0.56) * large)
    const [left, top, right, bottom] = [edge(), edge(), edge(), edge()]
    box(-left, -top, right, bottom)
    if (rng.float() < 0.4) {
      const rim = rng.uniform(0.02, 0.05) * large
      box(-left + rim, -top + rim, right - rim, bottom - rim, black)
    }
  } else if (kind < 0.38) {
    const [step, thick] = [rng.uniform(0.16, 0.5) * large, rng.uniform(0.02, 0.06) * large]
    for (let y = -large + rng.uniform(0, step); y < large; y += step) box(-out, y, out, y + thick)
  } else if (kind < 0.5) {
    const [high, wide, joint] = [rng.uniform(0.16, 0.3) * large, rng.uniform(0.4, 0.8) * large, 0.035 * large]
    let row = 0
    for (let y = -large + rng.uniform(0, high); y < large; y += high, row++) {
      box(-out, y, out, y + joint)
      for (let x = -out + (row % 2 === 0 ? 0 : wide / 2); x < out; x += wide) box(x, y, x + joint, y + high)
    }
  } else {
    // One side is something else: a door, a gutter, a shadow.
    const at = rng.uniform(0.28, 0.5) * large
    if (rng.float() < 0.5) box(at, -out, out, out)
    else box(-out, -out, -at, out)
  }
}

/** Brightness from one side to the other, as much of it as the hour gives, and the tint of the camera. */
function light(rng: Rng, levels: Float64Array): void {
  const bright = rng.uniform(0.62, 1.08)
  const [right, down] = [rng.uniform(-0.28, 0.28), rng.uniform(-0.24, 0.24)]
  const haze = rng.uniform(0, 26)
  const [red, blue] = [rng.uniform(0.95, 1.04), rng.uniform(0.96, 1.08)]
  const clear = (bright * (255 - haze)) / 255
  for (let y = 0, i = 0; y < side; y++)
    for (let x = 0; x < side; x++, i += 3) {
      const share = clear * (1 + right * (x / (side - 1) - 0.5) + down * (y / (side - 1) - 0.5))
      levels[i] = (levels[i]! * share + haze) * red
      levels[i + 1] = levels[i + 1]! * share + haze
      levels[i + 2] = (levels[i + 2]! * share + haze) * blue
    }
}

/** Most street views were smaller than 32 pixels: shrinks a picture and enlarges it again. */
function createBlur(): (rng: Rng, picture: Uint8Array) => void {
  const least = 10
  const sizes = Array.from({ length: side - least }, (_, i) => least + i)
  const pairs: readonly (readonly [Resize, Resize, Uint8Array])[] = sizes.map((n) => {
    const [whole, small] = [
      { height: side, width: side },
      { height: n, width: n },
    ]
    return [createResize(whole, small, 'area', 3), createResize(small, whole, 'bilinear', 3), new Uint8Array(n * n * 3)]
  })
  return (rng, picture) => {
    // The sharpest of two draws: few are as blurred as can be.
    const pick = Math.max(rng.int(sizes.length + 6), rng.int(sizes.length + 6))
    const pair = pairs[pick]
    if (pair === undefined) return
    const [shrink, enlarge, small] = pair
    shrink(picture, small)
    enlarge(small, picture)
  }
}

/** Grain of the camera, mostly the same in the three channels. */
function addNoise(rng: Rng, picture: Uint8Array): void {
  const strength = rng.float() * rng.float() * 13
  const share = strength / 255
  for (let i = 0; i < picture.length; i += 3) {
    const word = rng.uint32()
    // The sum of two bytes is a triangle around 255.
    const grain = ((word & 255) + ((word >>> 8) & 255) - 255) * share
    const red = (((word >>> 16) & 255) - 127.5) * share * 0.5
    const blue = ((word >>> 24) - 127.5) * share * 0.5
    picture[i] = byteOf(picture[i]! + grain + red)
    picture[i + 1] = byteOf(picture[i + 1]! + grain)
    picture[i + 2] = byteOf(picture[i + 2]! + grain + blue)
  }
}
