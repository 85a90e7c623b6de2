import { colors, renderPlot, type Plot } from './render-plot.ts'

export interface IntervalPlot {
  readonly title: string
  readonly subtitle?: string
  readonly xTitle: string
  readonly rows: readonly {
    readonly name: string
    readonly value: number
    readonly low: number
    readonly high: number
  }[]
  /** A line to compare with. */
  readonly reference?: number
}

/** One value a row with its interval, best above. */
export function plotIntervals({ title, subtitle, xTitle, rows, reference }: IntervalPlot): Promise<Plot> {
  const y = { field: 'name', type: 'nominal', title: null, sort: null, axis: { labelLimit: 260 } }
  const x = { type: 'quantitative', title: xTitle, scale: { zero: false } }
  const values = [...rows].sort((a, b) => b.value - a.value)
  const layers = [
    ...(reference === undefined
      ? []
      : [
          {
            data: { values: [{ x: reference }] },
            mark: { type: 'rule', strokeDash: [5, 4], color: '#8d8f96' },
            encoding: { x: { ...x, field: 'x' } },
          },
        ]),
    {
      data: { values },
      mark: { type: 'bar', height: 10, color: colors[5], opacity: 0.7 },
      encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' } },
    },
    {
      data: { values },
      mark: { type: 'tick', thickness: 3, size: 18, color: colors[0] },
      encoding: { y, x: { ...x, field: 'value' } },
    },
  ]
  return renderPlot({ title, ...(subtitle !== undefined && { subtitle }), layers })
}
