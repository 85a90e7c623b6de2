import type { Pixels, Rect, Scene, SceneItem, Stroke } from '../../core/scene.ts'
import { fontFamily } from '../fonts.ts'
import { openCanvas, type CanvasLibrary, type CanvasLike, type Context2d } from './open-canvas.ts'

/** Row by row, RGBA. */
export interface Frame {
  readonly width: number
  readonly height: number
  readonly data: Uint8Array
}

/** Paints scenes at one size; the canvas is reused, the frames are the caller's. */
export interface Painter {
  paint(scene: Scene): Frame
}

const font = `"${fontFamily}", sans-serif`

/** Width and height in pixels; a scene keeps its proportions and is centred. */
export async function createPainter(width: number, height: number, canvas?: CanvasLibrary): Promise<Painter> {
  const library = canvas ?? (await openCanvas())
  const context = library.createCanvas(width, height).getContext('2d')
  return {
    paint(scene) {
      const scale = Math.min(width / scene.width, height / scene.height)
      context.setTransform(1, 0, 0, 1, 0, 0)
      context.fillStyle = scene.background
      context.fillRect(0, 0, width, height)
      context.setTransform(scale, 0, 0, scale, (width - scene.width * scale) / 2, (height - scene.height * scale) / 2)
      paintItems(library, context, scene.items, scale)
      return { width, height, data: bytesOf(context.getImageData(0, 0, width, height).data) }
    },
  }
}

/** The image's own bytes: the frame may have them, and large arrays are not free. Encoders read all of the buffer behind. */
function bytesOf(data: Uint8ClampedArray): Uint8Array {
  const { buffer, byteOffset, byteLength } = data
  return byteLength === buffer.byteLength ? new Uint8Array(buffer, byteOffset, byteLength) : Uint8Array.from(data)
}

/** One scene at its own size, or at a width with the height in proportion. */
export async function paintScene(scene: Scene, size: { readonly width?: number } = {}): Promise<Frame> {
  const width = Math.round(size.width ?? scene.width)
  return (await createPainter(width, Math.round((width * scene.height) / scene.width))).paint(scene)
}

/** Rounder corners than this are seen, in pixels; drawing them takes ten times as long. */
const leastRadius = 1.5
/** Smaller circles, stars say, are squares to the eye. */
const leastCircle = 1

/** `scale`: pixels of a unit. */
function paintItems(library: CanvasLibrary, c: Context2d, items: readonly SceneItem[], scale: number): void {
  for (let i = 0; i < items.length;) {
    const alike = tilesFrom(items, i, scale)
    if (alike.length > 1) {
      c.fillStyle = alike[0]!.fill!
      c.beginPath()
      for (const tile of alike) traceRect(c, tile)
      c.fill()
    } else paintItem(library, c, items[i]!, scale)
    i += Math.max(1, alike.length)
  }
}

/** The rounded rectangles of one opaque colour that follow each other: as one path they take two thirds of the time. */
function tilesFrom(items: readonly SceneItem[], from: number, scale: number): readonly Rect[] {
  const tiles: Rect[] = []
  for (let i = from; i < items.length; i++) {
    const item = items[i]!
    if (item.kind !== 'rect' || item.stroke !== undefined || !isOpaque(item.fill)) break
    if ((item.cornerRadius ?? 0) * scale < leastRadius || item.fill !== (tiles[0] ?? item).fill) break
    tiles.push(item)
  }
  return tiles
}

function isOpaque(color: string | undefined): boolean {
  return color !== undefined && /^#[0-9a-f]{6}$/i.test(color)
}

function traceRect(c: Context2d, { x, y, width, height, cornerRadius = 0 }: Rect): void {
  if (cornerRadius > 0) c.roundRect(x, y, width, height, Math.min(cornerRadius, width / 2, height / 2))
  else c.rect(x, y, width, height)
}

function paintItem(library: CanvasLibrary, c: Context2d, item: SceneItem, scale: number): void {
  switch (item.kind) {
    case 'rect': {
      const { x, y, width, height, cornerRadius = 0, fill, stroke } = item
      if (cornerRadius * scale < leastRadius && fill !== undefined && stroke === undefined) {
        c.fillStyle = fill
        c.fillRect(x, y, width, height)
        return
      }
      c.beginPath()
      traceRect(c, item)
      return finish(c, item)
    }
    case 'circle': {
      const { x, y, radius, fill, stroke } = item
      if (radius * scale < leastCircle && fill !== undefined && stroke === undefined) {
        // The square of the same area.
        const side = radius * Math.sqrt(Math.PI)
        c.fillStyle = fill
        c.fillRect(x - side / 2, y - side / 2, side, side)
        return
      }
      c.beginPath()
      c.arc(x, y, radius, 0, 2 * Math.PI)
      return finish(c, item)
    }
    case 'line':
      trace(c, item.points)
      return finish(c, item)
    case 'polygon':
      trace(c, item.points)
      c.closePath()
      return finish(c, item)
    case 'text':
      c.fillStyle = item.color
      c.font = `${item.size}px ${font}`
      c.textAlign = item.align ?? 'left'
      c.textBaseline = item.baseline ?? 'top'
      c.fillText(item.text, item.x, item.y)
      return
    case 'pixels':
      c.imageSmoothingEnabled = false
      c.drawImage(imageOf(library, item), item.x, item.y, item.width, item.height)
      return
    case 'sprite':
      c.save()
      c.translate(item.x, item.y)
      c.rotate(item.angle ?? 0)
      c.scale(item.scale ?? 1, item.scale ?? 1)
      paintItems(library, c, item.items, scale * (item.scale ?? 1))
      c.restore()
  }
}

/** Small canvases by library and size: making one takes longer than drawing it. */
const images = new Map<string, { readonly canvas: CanvasLike; readonly image: { readonly data: Uint8ClampedArray } }>()

/** The item's pixels as what a canvas draws; the next call may overwrite it. */
function imageOf(library: CanvasLibrary, { columns, rows, channels, data }: Pixels): CanvasLike {
  const key = `${library.name} ${columns}×${rows}`
  let kept = images.get(key)
  if (kept === undefined) {
    const canvas = library.createCanvas(columns, rows)
    kept = { canvas, image: canvas.getContext('2d').createImageData(columns, rows) }
    images.set(key, kept)
  }
  const { canvas, image } = kept
  const rgba = new Uint32Array(image.data.buffer, image.data.byteOffset, columns * rows)
  for (let i = 0, at = 0; i < rgba.length; i++, at += channels) {
    const red = data[at]!
    const [green, blue] = channels === 1 ? [red, red] : [data[at + 1]!, data[at + 2]!]
    const alpha = channels === 4 ? data[at + 3]! : 255
    rgba[i] = (alpha << 24) | (blue << 16) | (green << 8) | red
  }
  canvas.getContext('2d').putImageData(image, 0, 0)
  return canvas
}

function trace(c: Context2d, points: readonly number[]): void {
  c.beginPath()
  for (let i = 0; i + 1 < points.length; i += 2) {
    if (i === 0) c.moveTo(points[0]!, points[1]!)
    else c.lineTo(points[i]!, points[i + 1]!)
  }
}

function finish(c: Context2d, { fill, stroke }: { readonly fill?: string; readonly stroke?: Stroke }): void {
  if (fill !== undefined) {
    c.fillStyle = fill
    c.fill()
  }
  if (stroke !== undefined) {
    c.strokeStyle = stroke.color
    c.lineWidth = stroke.width
    c.lineJoin = 'round'
    c.lineCap = 'round'
    c.stroke()
  }
}
