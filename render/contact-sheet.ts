import type { Scene, SceneItem } from '../core/scene.ts'

export interface Picture {
  readonly title: string
  readonly scene: Scene
}

/** Many scenes on one, in rows of boxes of one size with their titles below; each keeps its proportions. */
export function contactSheet(pictures: readonly Picture[], columns = 6): Scene {
  const [width, height, gap, label] = [180, 150, 12, 22]
  const rows = Math.ceil(pictures.length / columns)
  const items = pictures.flatMap(({ title, scene }, i): SceneItem[] => {
    const x = gap + (i % columns) * (width + gap)
    const y = gap + Math.floor(i / columns) * (height + label + gap)
    const scale = Math.min(width / scene.width, height / scene.height)
    const size = { width: scene.width * scale, height: scene.height * scale }
    const [left, top] = [x + (width - size.width) / 2, y + (height - size.height) / 2]
    return [
      { kind: 'rect', x: left, y: top, ...size, fill: scene.background },
      { kind: 'sprite', x: left, y: top, scale, items: scene.items },
      ...outside(x, y, width, height, { left, top, ...size }),
      {
        ...{ kind: 'text', x: x + width / 2, y: y + height + 4, text: title, size: 11 },
        ...{ color: '#2b2d33', align: 'center', baseline: 'top' },
      },
    ]
  })
  return {
    width: gap + columns * (width + gap),
    height: gap + rows * (height + label + gap),
    background: '#ffffff',
    items,
  }
}

/** Scenes may draw beyond their edges: what of that lies in the sheet's boxes is covered. */
function outside(
  x: number,
  y: number,
  width: number,
  height: number,
  inner: { readonly left: number; readonly top: number; readonly width: number; readonly height: number },
): SceneItem[] {
  const cover = (x: number, y: number, width: number, height: number): SceneItem => ({
    ...{ kind: 'rect', x, y, width, height, fill: '#ffffff' },
  })
  const [right, bottom] = [inner.left + inner.width, inner.top + inner.height]
  const margin = 6
  return [
    cover(x - margin, y - margin, inner.left - x + margin, height + 2 * margin),
    cover(right, y - margin, x + width + margin - right, height + 2 * margin),
    cover(x - margin, y - margin, width + 2 * margin, inner.top - y + margin),
    cover(x - margin, bottom, width + 2 * margin, y + height + margin - bottom),
  ]
}
