import uPlot from 'uplot'
import 'uplot/dist/uPlot.min.css'
import { color, el } from '../dom.ts'
import { format, shortly } from '../numbers.ts'

export interface Line {
  readonly name: string
  /** A colour of the style sheet. */
  readonly color: string
  readonly x: ArrayLike<number>
  readonly y: ArrayLike<number>
  /** Thin and pale: what a clearer line is drawn over. */
  readonly pale?: boolean
}

export interface Chart {
  readonly element: HTMLElement
  set(lines: readonly Line[]): void
}

/**
 * A chart of lines over their own x; its legend tells the values at the pointer. `label` is for those who do not see it;
 * one that stands under a title needs no legend for a single line.
 */
export function createChart(label: string, height: number, isTitled = false): Chart {
  const plot = el('div', { class: 'plot', role: 'img', 'aria-label': label })
  const legend = el('p', { class: 'legend' })
  const element = el('div', { class: 'chart' }, plot, legend)
  let lines: readonly Line[] = []
  let chart: uPlot | undefined
  let made = ''

  const build = (): void => {
    chart?.destroy()
    legend.replaceChildren(
      ...lines.map((line) => {
        const key = el('span', { class: 'key' }, line.name, ' ', el('b'))
        key.style.setProperty('--key', `var(--${line.color})`)
        key.classList.toggle('pale', line.pale === true)
        return key
      }),
    )
    const numbers = [...legend.querySelectorAll('b')]
    const axis = { stroke: color('soft'), grid: { stroke: color('line'), width: 1 }, ticks: { show: false }, font }
    const short = (_: uPlot, values: number[]): string[] => values.map(shortly)
    chart = new uPlot(
      {
        width: Math.max(200, plot.clientWidth),
        height,
        padding: [8, 18, 0, 0],
        legend: { show: false },
        cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
        scales: { x: { time: false }, y: { range: rangeOf } },
        axes: [
          { ...axis, size: 30, gap: 6, values: short, incrs: wholeSteps },
          { ...axis, size: 52, gap: 4, values: short, space: 22 },
        ],
        series: [
          {},
          ...lines.map((line) => ({
            label: line.name,
            stroke: color(line.color) + (line.pale === true ? '66' : ''),
            width: line.pale === true ? 1 : 2,
            spanGaps: true,
            points: { show: line.x.length <= 1 },
          })),
        ],
        hooks: {
          setCursor: [
            (self) => {
              const i = self.cursor.idx
              lines.forEach((_, k) => {
                const value = i === null || i === undefined ? undefined : self.data[k + 1]?.[i]
                numbers[k]!.textContent = value === null || value === undefined ? '' : format(value)
              })
            },
          ],
        },
      },
      dataOf(lines),
      plot,
    )
  }
  new ResizeObserver(() => {
    if (chart !== undefined && plot.clientWidth > 0 && chart.width !== plot.clientWidth)
      chart.setSize({ width: plot.clientWidth, height })
  }).observe(plot)
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    if (chart !== undefined) build()
  })

  return {
    element,
    set(next) {
      lines = next
      legend.hidden = lines.length < 2 && isTitled
      element.hidden = lines.every((line) => line.x.length === 0)
      if (element.hidden) return
      const wanted = JSON.stringify(lines.map(({ name, x }) => [name, x.length <= 1]))
      if (wanted === made && chart !== undefined) chart.setData(dataOf(lines))
      else if (plot.isConnected) {
        made = wanted
        build()
      }
    },
  }
}

/** Between ticks of steps: there are no halves of them. */
const wholeSteps = Array.from({ length: 12 }, (_, i) => [1, 2, 5].map((k) => k * 10 ** i)).flat()

/** uPlot's own, but for a level line, which it would put at the bottom of a hundred. */
function rangeOf(_: uPlot, low: number | null, high: number | null): uPlot.Range.MinMax {
  if (low === null || high === null) return [null, null]
  return low === high ? [low - 1, high + 1] : uPlot.rangeNum(low, high, 0.1, true)
}

const font = '11px system-ui, sans-serif'

function dataOf(lines: readonly Line[]): uPlot.AlignedData {
  const [first] = lines
  if (lines.every((line) => line.x === first?.x)) return [Array.from(first?.x ?? []), ...lines.map(yOf)]
  return uPlot.join(lines.map((line) => [Array.from(line.x), yOf(line)]))
}

function yOf({ y }: Line): (number | null)[] {
  return Array.from(y, (value) => (Number.isFinite(value) ? value : null))
}
