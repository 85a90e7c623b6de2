import { BufferImageSource, Container, Graphics, Sprite, Text, Texture } from 'pixi.js'
import type { Pixels, SceneItem, Stroke, Text as TextItem } from '../../../core/scene.ts'

/** Shapes that follow one another share a drawing; pictures, texts and sprites are objects of their own. */
type Layer =
  | { readonly kind: 'shapes'; readonly node: Graphics; drawn: string }
  | { readonly kind: 'pixels'; readonly node: Sprite; readonly source: BufferImageSource; readonly rgba: Uint8Array }
  | { readonly kind: 'text'; readonly node: Text; drawn: string }
  | { readonly kind: 'sprite'; readonly node: Container; readonly inside: Layers }

/** The display objects of a list of items, kept from picture to picture and changed where the list has changed. */
export interface Layers {
  draw(items: readonly SceneItem[]): void
  clear(): void
}

/** `pixels`: the screen's, a world unit; texts are rasterised at that size. */
export function createLayers(container: Container, pixels: number): Layers {
  const layers: Layer[] = []
  const dropFrom = (index: number): void => {
    for (const layer of layers.splice(index)) {
      if (layer.kind === 'sprite') layer.inside.clear()
      layer.node.destroy(layer.kind === 'pixels' ? { texture: true, textureSource: true } : true)
    }
  }
  /** The layer at an index, made anew where another kind stands there. */
  const at = <K extends Layer['kind']>(
    index: number,
    kind: K,
    fits: (layer: Layer & { kind: K }) => boolean,
    make: () => Layer,
  ) => {
    const there = layers[index]
    if (there?.kind === kind && fits(there as Layer & { kind: K })) return there as Layer & { kind: K }
    dropFrom(index)
    const made = make()
    layers.push(made)
    container.addChild(made.node)
    return made as Layer & { kind: K }
  }

  return {
    draw(items) {
      let index = 0
      for (let i = 0; i < items.length; index++) {
        const item = items[i]!
        if (item.kind === 'pixels') {
          drawPixels(
            at(
              index,
              'pixels',
              (l) => fits(l.source, item),
              () => newPixels(item),
            ),
            item,
          )
          i++
        } else if (item.kind === 'text') {
          drawText(
            at(index, 'text', () => true, newText),
            item,
            pixels,
          )
          i++
        } else if (item.kind === 'sprite') {
          const inner = pixels * (item.scale ?? 1)
          const { node, inside } = at(
            index,
            'sprite',
            () => true,
            () => newSprite(inner),
          )
          node.position.set(item.x, item.y)
          node.rotation = item.angle ?? 0
          node.scale.set(item.scale ?? 1)
          inside.draw(item.items)
          i++
        } else {
          const from = i
          while (i < items.length && isShape(items[i]!)) i++
          drawShapes(
            at(index, 'shapes', () => true, newShapes),
            items.slice(from, i),
          )
        }
      }
      dropFrom(index)
    },
    clear: () => dropFrom(0),
  }
}

function isShape({ kind }: SceneItem): boolean {
  return kind === 'rect' || kind === 'circle' || kind === 'line' || kind === 'polygon'
}

function newShapes(): Layer {
  return { kind: 'shapes', node: new Graphics(), drawn: '' }
}

function drawShapes(layer: Layer & { kind: 'shapes' }, items: readonly SceneItem[]): void {
  const drawn = JSON.stringify(items)
  if (drawn === layer.drawn) return
  layer.drawn = drawn
  const g = layer.node.clear()
  for (const item of items) {
    switch (item.kind) {
      case 'rect': {
        const { x, y, width, height, cornerRadius = 0 } = item
        if (cornerRadius > 0) g.roundRect(x, y, width, height, Math.min(cornerRadius, width / 2, height / 2))
        else g.rect(x, y, width, height)
        paint(g, item.fill, item.stroke)
        break
      }
      case 'circle':
        g.circle(item.x, item.y, item.radius)
        paint(g, item.fill, item.stroke)
        break
      case 'polygon':
        g.poly([...item.points], true)
        paint(g, item.fill, item.stroke)
        break
      case 'line':
        if (item.points.length < 4) break
        g.moveTo(item.points[0]!, item.points[1]!)
        for (let k = 2; k + 1 < item.points.length; k += 2) g.lineTo(item.points[k]!, item.points[k + 1]!)
        paint(g, undefined, item.stroke)
    }
  }
}

function paint(g: Graphics, fill: string | undefined, stroke: Stroke | undefined): void {
  if (fill !== undefined) g.fill(fill)
  if (stroke !== undefined) g.stroke({ color: stroke.color, width: stroke.width, cap: 'round', join: 'round' })
}

function newPixels({ columns, rows }: Pixels): Layer {
  const rgba = new Uint8Array(columns * rows * 4)
  const source = new BufferImageSource({
    resource: rgba,
    width: columns,
    height: rows,
    scaleMode: 'nearest',
    alphaMode: 'no-premultiply-alpha',
  })
  return { kind: 'pixels', node: new Sprite(new Texture({ source })), source, rgba }
}

function fits(source: BufferImageSource, { columns, rows }: Pixels): boolean {
  return source.width === columns && source.height === rows
}

function drawPixels({ node, source, rgba }: Layer & { kind: 'pixels' }, item: Pixels): void {
  const { columns, rows, channels, data } = item
  for (let i = 0; i < columns * rows; i++) {
    // Colours come as they are, the renderer takes them multiplied by their alpha.
    const alpha = channels === 4 ? data[4 * i + 3]! : 255
    for (let k = 0; k < 3; k++) rgba[4 * i + k] = (data[channels === 1 ? i : i * channels + k]! * alpha) / 255
    rgba[4 * i + 3] = alpha
  }
  source.update()
  node.position.set(item.x, item.y)
  node.setSize(item.width, item.height)
}

function newText(): Layer {
  return { kind: 'text', node: new Text({ text: '', roundPixels: true }), drawn: '' }
}

function drawText(layer: Layer & { kind: 'text' }, item: TextItem, pixels: number): void {
  const { node } = layer
  const { text, size, color, align = 'left', baseline = 'top' } = item
  const drawn = JSON.stringify([text, size, color])
  if (drawn !== layer.drawn) {
    layer.drawn = drawn
    node.text = text
    node.style = { fontFamily: ['DejaVu Sans', 'sans-serif'], fontSize: size * pixels, fill: color }
    node.scale.set(1 / pixels)
  }
  node.anchor.set({ left: 0, center: 0.5, right: 1 }[align], { top: 0, middle: 0.5, bottom: 1 }[baseline])
  node.position.set(item.x, item.y)
}

function newSprite(pixels: number): Layer {
  const node = new Container()
  return { kind: 'sprite', node, inside: createLayers(node, pixels) }
}
