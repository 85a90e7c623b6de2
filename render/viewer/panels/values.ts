import { color, el, fitCanvas, setText } from '../dom.ts'
import { format } from '../numbers.ts'
import type { FrameMessage, Hello } from '../protocol.ts'
import { panel } from './panel.ts'
import { densities } from './densities.ts'

export interface ValuesPanel {
  readonly element: HTMLElement
  show(frame: FrameMessage): void
}

interface Row {
  readonly row: HTMLElement
  readonly bar: HTMLElement
  readonly number: HTMLElement
  readonly mark: HTMLElement
  readonly canvas: HTMLCanvasElement
}

/** Heights of the bars' scale follow what was seen, and come back slowly. */
const forgetting = 0.002

/** Each action's value as a bar, or its probability; distributions over the same scale; V and A of dueling heads. */
export function createValuesPanel({ actions }: Hello): ValuesPanel {
  const names = actions ?? []
  const list = el('ol', { class: 'bars' })
  const scale = el('p', { class: 'scale', 'aria-hidden': 'true' })
  const [lowText, highText] = [el('span'), el('span')]
  scale.append(lowText, highText)
  const streams = el('p', { class: 'streams' })
  const element = panel('values', 'What it thinks', list, scale, streams)
  const heading = element.querySelector('h2')!
  const rows = names.map((name): Row => {
    const [bar, number, mark] = [el('span', { class: 'bar' }), el('output'), el('span', { class: 'mark' })]
    const canvas = el('canvas', { class: 'density', 'aria-hidden': 'true' })
    const row = el('li')
    row.append(
      mark,
      el('span', { class: 'name', title: name }, name),
      el('span', { class: 'track' }, canvas, bar),
      number,
    )
    list.append(row)
    return { row, bar, number, mark, canvas }
  })
  let low = Infinity
  let high = -Infinity

  return {
    element,
    show({ q, policy, value, advantage, distribution, support, action }) {
      const shown = q ?? policy
      element.hidden = shown === null && value === null
      if (shown === null) {
        setText(heading, 'What it thinks this is worth')
        const does = Array.isArray(action) ? `   does ${action.map(format).join('  ')}` : ''
        setText(streams, value === null ? '' : `V ${format(value[0]!)}${does}`)
        list.hidden = scale.hidden = true
        return
      }
      setText(heading, q === null ? 'What it is likely to do' : 'What each action is worth')
      const values = Array.from(shown)
      const density = distribution === null ? undefined : densities(distribution, values.length, support)
      const [least, most] = q === null ? [0, 1] : (density?.range ?? [Math.min(...values), Math.max(...values)])
      if (q === null || support !== null) [low, high] = [least, most]
      else {
        // Bars of values that are close together still differ in length.
        const give = forgetting * (high - low)
        low = Math.min(least, Number.isFinite(low) ? low + give : least)
        high = Math.max(most, Number.isFinite(high) ? high - give : most)
      }
      const span = Math.max(high - low, 1e-9)
      const base = q === null || support !== null || density !== undefined ? low : low - 0.12 * span
      const chosen = typeof action === 'number' ? action : -1
      rows.forEach(({ row, bar, number, mark, canvas }, i) => {
        const share = Math.min(1, Math.max(0.004, (values[i]! - base) / (high - base || 1)))
        bar.style.transform = `scaleX(${share})`
        setText(number, format(values[i]!))
        number.dataset['value'] = String(values[i]!)
        row.classList.toggle('chosen', i === chosen)
        setText(mark, i === chosen ? '▸' : '')
        row.classList.toggle('dense', density !== undefined)
        if (density !== undefined) drawDensity(canvas, density.of(i), density.tallest, i === chosen)
      })
      setText(lowText, format(base))
      setText(highText, format(high))
      setText(
        streams,
        value === null || advantage === null
          ? ''
          : `V ${format(value[0]!)}   A ${Array.from(advantage, (a) => format(a)).join('  ')}`,
      )
    },
  }
}

function drawDensity(canvas: HTMLCanvasElement, heights: Float32Array, tallest: number, chosen: boolean): void {
  const fitted = fitCanvas(canvas)
  if (fitted === undefined) return
  const { c, width, height } = fitted
  const step = width / heights.length
  c.fillStyle = color(chosen ? 'accent' : 'second')
  c.globalAlpha = chosen ? 0.85 : 0.7
  heights.forEach((value, i) => {
    // Square roots, so that unlikely outcomes are still seen.
    const tall = Math.sqrt(value / tallest) * (height - 1)
    c.fillRect(i * step, height - tall, Math.max(1, step - 0.5), tall)
  })
}
