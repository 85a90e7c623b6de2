import type { Scene, SceneItem } from '../core/scene.ts'

/** What a film tells under its picture. */
export interface Overlay {
  readonly step: number
  readonly reward: number
  readonly return: number
  readonly action?: string
  /** One bar an action, of the values or the probabilities of the actions; the chosen one is marked. */
  readonly q?: ArrayLike<number>
  readonly policy?: ArrayLike<number>
  readonly chosen?: number
}

/** Of the strip under the picture, in units. */
const stripHeight = 56
/** Pixels of a picture on which letters of the wide strip, 600 units, would be too small: it gets a strip of 340. */
const narrowPixels = 420

/** Height of the strip under a picture of so many pixels across, as a share of its width. */
export function overlayShare(pixels: number): number {
  return stripHeight / unitsOf(pixels)
}

function unitsOf(pixels: number): number {
  return pixels < narrowPixels ? 340 : 600
}

/**
 * The scene with a strip under it: step, return, action, and the values of the actions as bars. `pixels`: how wide it will be
 * painted.
 */
export function withOverlay(scene: Scene, told: Overlay, pixels = scene.width): Scene {
  const { step, reward, return: total, action, q, policy, chosen } = told
  const units = unitsOf(pixels)
  const isNarrow = units < 600
  const unit = scene.width / units
  const top = scene.height
  const text = (x: number, y: number, content: string, color = '#2b2d33'): SceneItem => ({
    kind: 'text',
    x: x * unit,
    y: top + y * unit,
    text: content,
    size: (isNarrow ? 14 : 15) * unit,
    color,
    baseline: 'middle',
  })
  const [left, middle, right] = isNarrow ? [10, 130, 330] : [16, 150, 584]
  const items: SceneItem[] = [
    ...scene.items,
    { kind: 'rect', x: 0, y: top, width: scene.width, height: stripHeight * unit, fill: '#efece4' },
    text(left, 18, `step ${step}`),
    text(left, 39, `return ${format(total)}`),
    text(middle, 18, `reward ${format(reward)}`, '#6b6d74'),
    ...(action === undefined
      ? []
      : [text(middle, 39, isNarrow && action.length > 6 ? action : `action ${action}`, '#6b6d74')]),
  ]
  const bars = q ?? policy
  if (bars !== undefined && bars.length > 0) {
    const values = Array.from(bars)
    const [low, high] = [Math.min(...values), Math.max(...values)]
    const span = Math.max(high - low, 1e-9)
    const width = Math.min(isNarrow ? 20 : 26, (isNarrow ? 100 : 260) / values.length)
    values.forEach((value, i) => {
      const height = 6 + 32 * ((value - low) / span)
      const x = right - (values.length - i) * width
      const fill = i === chosen ? '#d9822b' : '#8fbfdc'
      items.push({
        kind: 'rect',
        x: x * unit,
        y: top + (48 - height) * unit,
        width: width * 0.85 * unit,
        height: height * unit,
        fill,
      })
    })
    const label = `max ${q === undefined ? 'π' : 'q'} ${format(high)}`
    if (!isNarrow)
      items.push({ ...text(right - values.length * width - 12, 29, label, '#6b6d74'), align: 'right' } as SceneItem)
  }
  return { ...scene, height: top + stripHeight * unit, items }
}

function format(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2)
}
