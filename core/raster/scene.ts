import type { Pixels, Rect, Scene, SceneItem, Stroke, Text } from '../scene.ts'
import { fillSpan, inkOf, type Ink, type Raster } from './raster.ts'
import {
  circleRegion,
  eachSpan,
  fillRegion,
  polygonRegion,
  rectRegion,
  ringRegion,
  strokeRegion,
  unionRegion,
} from './regions.ts'
import type { Region } from './regions.ts'
import { drawText, textSize } from './text.ts'

/** From world to pixels: turned by an angle and scaled (its cosine and sine times the scale), then moved. */
interface Placement {
  readonly cosine: number
  readonly sine: number
  readonly x: number
  readonly y: number
  /** Pixels of a world unit. */
  readonly scale: number
}

/** Pixels; a circle of this radius holds the centre of a pixel, wherever it is. */
const leastRadius = Math.SQRT1_2

/**
 * Draws a scene as pixels that are data: scaled to fit and centred, as the painters do, but without anti-aliasing, and text
 * in capitals of 3 × 5 dots that stand upright. Circles, upright rectangles and lines do not vanish in small rasters: they
 * take a pixel at least.
 */
export function drawScene(raster: Raster, scene: Scene): void {
  const { width, height } = raster
  const scale = Math.min(width / scene.width, height / scene.height)
  const [x, y] = [(width - scene.width * scale) / 2, (height - scene.height * scale) / 2]
  fillRegion(raster, rectRegion(0, 0, width, height), inkOf(scene.background))
  const placement = { cosine: scale, sine: 0, x, y, scale }
  for (const item of scene.items) drawItem(raster, item, placement)
}

function drawItem(raster: Raster, item: SceneItem, at: Placement): void {
  switch (item.kind) {
    case 'rect': {
      const { fill, stroke } = item
      if (fill !== undefined) fillRegion(raster, rectOf(item, 0, at), inkOf(fill))
      if (stroke !== undefined) {
        const half = strokeRadius(stroke, at) / at.scale
        fillRegion(raster, ringRegion(rectOf(item, half, at), rectOf(item, -half, at)), inkOf(stroke.color))
      }
      return
    }
    case 'circle': {
      const { radius, fill, stroke } = item
      const [x, y] = place(at, item.x, item.y)
      const shown = radius === 0 ? 0 : Math.max(radius * at.scale, leastRadius)
      if (fill !== undefined) fillRegion(raster, circleRegion(x, y, shown), inkOf(fill))
      if (stroke !== undefined) {
        const half = strokeRadius(stroke, at)
        const inner = circleRegion(x, y, Math.max(0, radius * at.scale - half))
        fillRegion(raster, ringRegion(circleRegion(x, y, radius * at.scale + half), inner), inkOf(stroke.color))
      }
      return
    }
    case 'line':
      fillRegion(
        raster,
        strokeRegion(placeAll(at, item.points), item.stroke.width * at.scale),
        inkOf(item.stroke.color),
      )
      return
    case 'polygon': {
      const { fill, stroke } = item
      const points = placeAll(at, item.points)
      if (fill !== undefined) fillRegion(raster, polygonRegion(points), inkOf(fill))
      if (stroke !== undefined)
        fillRegion(raster, strokeRegion(points, stroke.width * at.scale, true), inkOf(stroke.color))
      return
    }
    case 'text':
      drawLabel(raster, item, at)
      return
    case 'pixels':
      drawPixels(raster, item, at)
      return
    case 'sprite': {
      const { angle = 0, scale = 1 } = item
      const [cosine, sine] = angle === 0 ? [scale, 0] : [Math.cos(angle) * scale, Math.sin(angle) * scale]
      const [x, y] = place(at, item.x, item.y)
      const inside = {
        cosine: at.cosine * cosine - at.sine * sine,
        sine: at.sine * cosine + at.cosine * sine,
        x,
        y,
        scale: at.scale * scale,
      }
      for (const inner of item.items) drawItem(raster, inner, inside)
    }
  }
}

/** Half a stroke's width in pixels; none is thinner than one. */
function strokeRadius(stroke: Stroke, at: Placement): number {
  return Math.max(stroke.width * at.scale, 1) / 2
}

/** `grown`: world units that it is larger by on all sides. With round corners it is two plain ones and four circles. */
function rectOf(rect: Rect, grown: number, at: Placement): Region {
  const [x, y] = [rect.x - grown, rect.y - grown]
  const [width, height] = [Math.max(0, rect.width + 2 * grown), Math.max(0, rect.height + 2 * grown)]
  const { cornerRadius = 0 } = rect
  const radius = cornerRadius === 0 ? 0 : Math.min(cornerRadius + grown, width / 2, height / 2)
  if (radius <= 0) return boxOf(x, y, width, height, at)
  const corner = (cx: number, cy: number): Region => circleRegion(...place(at, cx, cy), radius * at.scale)
  const [right, bottom] = [x + width - radius, y + height - radius]
  return unionRegion([
    boxOf(x + radius, y, width - 2 * radius, height, at),
    boxOf(x, y + radius, width, height - 2 * radius, at),
    ...[corner(x + radius, y + radius), corner(right, y + radius)],
    ...[corner(x + radius, bottom), corner(right, bottom)],
  ])
}

function boxOf(x: number, y: number, width: number, height: number, at: Placement): Region {
  if (at.sine !== 0 || at.cosine < 0) return polygonRegion(cornersOf(x, y, width, height, at))
  const [left, top] = place(at, x, y)
  const [x0, wide] = seen(left, width * at.scale)
  const [y0, high] = seen(top, height * at.scale)
  return rectRegion(x0, y0, wide, high)
}

/** Start and length of a side: one of a pixel or less, if there at all, is the whole pixel at its middle. */
function seen(start: number, length: number): readonly [start: number, length: number] {
  // Sides that are a pixel but for rounding may miss the centres on both ends.
  const rounding = 1e-9
  if (length <= 0 || length > 1 + rounding) return [start, length]
  return [Math.ceil(start + length / 2 - 1), 1]
}

function drawLabel(
  raster: Raster,
  { x, y, text, size, color, align = 'left', baseline = 'top' }: Text,
  at: Placement,
): void {
  // Capitals of a font are about 0.7 of its size; dots are whole pixels.
  const dot = Math.max(1, Math.round((0.7 * size * at.scale) / 5))
  const { width, height } = textSize(text, dot)
  const [px, py] = place(at, x, y)
  const left = px - { left: 0, center: width / 2, right: width }[align]
  const top = py - { top: 0, middle: height / 2, bottom: height }[baseline]
  drawText(raster, text, Math.round(left), Math.round(top), inkOf(color), dot)
}

/** Each pixel takes the element of the image that its centre falls on. */
function drawPixels(raster: Raster, image: Pixels, at: Placement): void {
  const { columns, rows, channels, data } = image
  const square = at.cosine * at.cosine + at.sine * at.sine
  const ink = { red: 0, green: 0, blue: 0, alpha: 255 } satisfies Ink
  eachSpan(raster, boxOf(image.x, image.y, image.width, image.height, at), (y, from, to) => {
    for (let x = from; x < to; x++) {
      const [dx, dy] = [x + 0.5 - at.x, y + 0.5 - at.y]
      const worldX = (at.cosine * dx + at.sine * dy) / square
      const worldY = (at.cosine * dy - at.sine * dx) / square
      const column = clamp(Math.floor(((worldX - image.x) / image.width) * columns), columns)
      const row = clamp(Math.floor(((worldY - image.y) / image.height) * rows), rows)
      const element = (row * columns + column) * channels
      ink.red = data[element]!
      ink.green = data[channels === 1 ? element : element + 1]!
      ink.blue = data[channels === 1 ? element : element + 2]!
      if (channels === 4) ink.alpha = data[element + 3]!
      fillSpan(raster, y, x, x + 1, ink)
    }
  })
}

function clamp(index: number, length: number): number {
  return Math.min(Math.max(index, 0), length - 1)
}

function place(at: Placement, x: number, y: number): [x: number, y: number] {
  return [at.x + at.cosine * x - at.sine * y, at.y + at.sine * x + at.cosine * y]
}

function placeAll(at: Placement, points: readonly number[]): number[] {
  return points.map((_, i) => place(at, points[i & ~1]!, points[i | 1]!)[i & 1]!)
}

function cornersOf(x: number, y: number, width: number, height: number, at: Placement): number[] {
  return placeAll(at, [x, y, x + width, y, x + width, y + height, x, y + height])
}
