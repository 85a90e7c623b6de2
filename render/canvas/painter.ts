import type { Scene, SceneItem, Stroke } from '../../core/scene.ts'
import { fontFamily } from '../fonts.ts'
import { openCanvas, type CanvasLibrary, type Context2d } from './open-canvas.ts'

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
export async function createPainter(width: number, height: number): Promise<Painter> {
  const library = await openCanvas()
  const context = library.createCanvas(width, height).getContext('2d')
  return {
    paint(scene) {
      const scale = Math.min(width / scene.width, height / scene.height)
      context.setTransform(1, 0, 0, 1, 0, 0)
      context.fillStyle = scene.background
      context.fillRect(0, 0, width, height)
      context.setTransform(scale, 0, 0, scale, (width - scene.width * scale) / 2, (height - scene.height * scale) / 2)
      for (const item of scene.items) paintItem(library, context, item)
      return { width, height, data: Uint8Array.from(context.getImageData(0, 0, width, height).data) }
    },
  }
}

/** One scene at its own size, or at a width with the height in proportion. */
export async function paintScene(scene: Scene, size: { readonly width?: number } = {}): Promise<Frame> {
  const width = Math.round(size.width ?? scene.width)
  return (await createPainter(width, Math.round((width * scene.height) / scene.width))).paint(scene)
}

function paintItem(library: CanvasLibrary, c: Context2d, item: SceneItem): void {
  switch (item.kind) {
    case 'rect': {
      const { x, y, width, height, cornerRadius = 0 } = item
      c.beginPath()
      if (cornerRadius > 0) roundedRect(c, x, y, width, height, Math.min(cornerRadius, width / 2, height / 2))
      else c.rect(x, y, width, height)
      return finish(c, item)
    }
    case 'circle':
      c.beginPath()
      c.arc(item.x, item.y, item.radius, 0, 2 * Math.PI)
      return finish(c, item)
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
    case 'pixels': {
      const { columns, rows, channels, data } = item
      const small = library.createCanvas(columns, rows)
      const inner = small.getContext('2d')
      const image = inner.createImageData(columns, rows)
      for (let i = 0; i < columns * rows; i++) {
        for (let k = 0; k < 3; k++) image.data[4 * i + k] = data[channels === 1 ? i : i * channels + k]!
        image.data[4 * i + 3] = channels === 4 ? data[4 * i + 3]! : 255
      }
      inner.putImageData(image, 0, 0)
      c.imageSmoothingEnabled = false
      c.drawImage(small, item.x, item.y, item.width, item.height)
      return
    }
    case 'sprite':
      c.save()
      c.translate(item.x, item.y)
      c.rotate(item.angle ?? 0)
      c.scale(item.scale ?? 1, item.scale ?? 1)
      for (const inner of item.items) paintItem(library, c, inner)
      c.restore()
  }
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

function roundedRect(c: Context2d, x: number, y: number, width: number, height: number, radius: number): void {
  c.moveTo(x + radius, y)
  c.arcTo(x + width, y, x + width, y + height, radius)
  c.arcTo(x + width, y + height, x, y + height, radius)
  c.arcTo(x, y + height, x, y, radius)
  c.arcTo(x, y, x + width, y, radius)
  c.closePath()
}
