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

const barHeight = 56

/** The scene with a strip under it: step, return, action, and the values of the actions as bars. */
export function withOverlay(scene: Scene, { step, reward, return: total, action, q, policy, chosen }: Overlay): Scene {
  const unit = scene.width / 600
  const top = scene.height
  const text = (x: number, y: number, content: string, color = '#2b2d33', size = 15): SceneItem => ({
    kind: 'text',
    x: x * unit,
    y: top + y * unit,
    text: content,
    size: size * unit,
    color,
    baseline: 'middle',
  })
  const items: SceneItem[] = [
    ...scene.items,
    { kind: 'rect', x: 0, y: top, width: scene.width, height: barHeight * unit, fill: '#efece4' },
    text(16, 18, `step ${step}`),
    text(16, 39, `return ${format(total)}`),
    text(150, 18, `reward ${format(reward)}`, '#6b6d74'),
    ...(action === undefined ? [] : [text(150, 39, `action ${action}`, '#6b6d74')]),
  ]
  const bars = q ?? policy
  if (bars !== undefined && bars.length > 0) {
    const values = Array.from(bars)
    const [low, high] = [Math.min(...values), Math.max(...values)]
    const span = Math.max(high - low, 1e-9)
    const width = Math.min(26, 260 / values.length)
    values.forEach((value, i) => {
      const height = 6 + 32 * ((value - low) / span)
      const x = 584 - (values.length - i) * width
      const fill = i === chosen ? '#d9822b' : '#8fbfdc'
      items.push({
        kind: 'rect',
        x: x * unit,
        y: top + (48 - height) * unit,
        width: (width - 4) * unit,
        height: height * unit,
        fill,
      })
    })
    const label = text(
      584 - values.length * width - 12,
      29,
      `max ${q === undefined ? 'π' : 'q'} ${format(high)}`,
      '#6b6d74',
    )
    items.push({ ...label, align: 'right' } as SceneItem)
  }
  return { ...scene, height: top + barHeight * unit, items }
}

function format(value: number): string {
  return Number.isInteger(value) ? String(value) : value.toFixed(2)
}
