import type { Scene, SceneItem } from '../../core/scene.ts'
import { palette } from '../palette.ts'
import { at, cells, size, type Channel } from './game.ts'

const cell = 32
const legend = 230

/** The board, a square in its channel's colour for every one; where several meet, later ones are drawn smaller. */
export function drawScene(channels: readonly Channel[], planes: Uint8Array): Scene {
  const items: SceneItem[] = []
  for (let y = 0; y < size; y++)
    for (let x = 0; x < size; x++) {
      items.push(square(x * cell, y * cell, cell, '#ffffff'))
      let inset = 0
      for (const [i, { color }] of channels.entries()) {
        if (planes[i * cells + at(x, y)] !== 1) continue
        items.push(square(x * cell + inset, y * cell + inset, cell - 2 * inset, color))
        inset += 6
      }
    }
  for (const [i, { name, color }] of channels.entries()) {
    const y = 10 + i * 30
    items.push(square(size * cell + 16, y, 20, color), {
      kind: 'text',
      x: size * cell + 46,
      y: y + 10,
      text: name,
      size: 15,
      color: palette.ink,
      baseline: 'middle',
    })
  }
  return { width: size * cell + legend, height: size * cell, background: palette.paper, fps: 10, items }
}

function square(x: number, y: number, side: number, fill: string): SceneItem {
  return { kind: 'rect', x: x + 1, y: y + 1, width: side - 2, height: side - 2, cornerRadius: 3, fill }
}
