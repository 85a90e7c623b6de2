import { color, el, setText } from '../dom.ts'
import { format } from '../numbers.ts'
import type { FrameMessage, Hello, ObservationLayout, SaliencyMessage } from '../protocol.ts'
import { panel } from './panel.ts'

export interface ObservationPanel {
  readonly element: HTMLElement
  show(frame: FrameMessage): void
  /** Undefined: none is asked for. */
  showSaliency(map: SaliencyMessage | undefined): void
}

/** The observation as the network gets it: planes and pictures pixel by pixel, vectors as bars around nought. */
export function createObservationPanel({ layout, names, canExplain }: Hello, toggle: HTMLElement): ObservationPanel {
  const note = el('p', { class: 'note' })
  const content =
    layout?.kind === 'vector' ? vector(layout.length, names) : layout === null ? plain() : pictures(layout, names)
  const element = panel('observation', 'What it sees', content.element, ...(canExplain ? [toggle, note] : []))
  return {
    element,
    show: (frame) => content.show(frame.observation),
    showSaliency(map) {
      content.mark(map)
      setText(note, map === undefined ? '' : `orange moves max q by up to ${format(map.largest)}`)
    },
  }
}

interface Content {
  readonly element: HTMLElement
  show(observation: ArrayLike<number>): void
  mark(map: SaliencyMessage | undefined): void
}

/** Longer vectors are drawn without their numbers. */
const longest = 64

function vector(length: number, names: readonly string[] | null): Content {
  const element = el('ol', { class: 'vector' })
  const largest = new Float64Array(length).fill(1e-6)
  const rows = Array.from({ length: Math.min(length, longest) }, (_, i) => {
    const [bar, number] = [el('span', { class: 'bar' }), el('output')]
    const row = el(
      'li',
      {},
      el('span', { class: 'name' }, names?.[i] ?? `x${i}`),
      el('span', { class: 'track' }, bar),
      number,
    )
    element.append(row)
    return { row, bar, number }
  })
  return {
    element,
    show(observation) {
      rows.forEach(({ bar, number }, i) => {
        const value = observation[i]!
        largest[i] = Math.max(largest[i]! * 0.999, Math.abs(value))
        bar.style.transform = `scaleX(${value / largest[i]!})`
        setText(number, format(value))
        number.dataset['value'] = String(value)
      })
    },
    mark(map) {
      rows.forEach(({ row, bar }, i) => {
        const share = map === undefined || map.largest === 0 ? 0 : map.values[i]! / map.largest
        bar.style.opacity = map === undefined ? '1' : String(0.25 + 0.75 * share)
        row.classList.toggle('salient', share > 0.5)
      })
    },
  }
}

function plain(): Content {
  const element = el('p', { class: 'plain' })
  return { element, show: (observation) => setText(element, `state ${Array.from(observation).join(', ')}`), mark() {} }
}

interface Plane {
  readonly canvas: HTMLCanvasElement
  readonly overlay: HTMLCanvasElement
  readonly image: ImageData
}

function pictures(layout: Exclude<ObservationLayout, { kind: 'vector' }>, names: readonly string[] | null): Content {
  const { rows, columns, top } = layout
  const [planes, channels] = layout.kind === 'planes' ? [layout.planes, 1] : [layout.pictures, layout.channels]
  const isStack = layout.kind === 'pixels' || layout.stacked
  const element = el('div', { class: 'planes' })
  const all = Array.from({ length: planes }, (_, i): Plane => {
    const canvas = el('canvas', { width: String(columns), height: String(rows), 'aria-hidden': 'true' })
    const overlay = el('canvas', { class: 'overlay', width: '1', height: '1', 'aria-hidden': 'true' })
    const title = names?.[i] ?? (planes === 1 ? '' : isStack ? moment(planes - 1 - i) : `plane ${i}`)
    element.append(el('figure', {}, el('div', {}, canvas, overlay), el('figcaption', {}, title)))
    return { canvas, overlay, image: new ImageData(columns, rows) }
  })
  return {
    element,
    show(observation) {
      all.forEach(({ canvas, image }, plane) => {
        const from = plane * rows * columns * channels
        for (let i = 0; i < rows * columns; i++) {
          for (let k = 0; k < 3; k++)
            image.data[4 * i + k] = (observation[from + i * channels + (channels >= 3 ? k : 0)]! * 255) / top
          image.data[4 * i + 3] = 255
        }
        canvas.getContext('2d')!.putImageData(image, 0, 0)
      })
    },
    mark(map) {
      const [r, g, b] = rgb(color('salient'))
      for (const { overlay } of all) {
        if (map === undefined) {
          overlay.width = 1
          continue
        }
        if (overlay.width !== map.columns || overlay.height !== map.rows)
          [overlay.width, overlay.height] = [map.columns, map.rows]
        const image = new ImageData(map.columns, map.rows)
        map.values.forEach((value, i) =>
          image.data.set([r, g, b, map.largest > 0 ? 215 * (value / map.largest) : 0], 4 * i),
        )
        overlay.getContext('2d')!.putImageData(image, 0, 0)
      }
    },
  }
}

function moment(stepsAgo: number): string {
  return stepsAgo === 0 ? 'now' : `${stepsAgo} before`
}

function rgb(hex: string): [number, number, number] {
  const value = Number.parseInt(hex.slice(1), 16)
  return [value >> 16, (value >> 8) & 255, value & 255]
}
