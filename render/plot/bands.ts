import { thin } from './learning-curve.ts'
import { colors, renderPlot, shortNumbers, type Plot } from './render-plot.ts'

export interface BandPlot {
  readonly title: string
  readonly subtitle?: string
  readonly xTitle: string
  readonly yTitle: string
  /** At most seven. */
  readonly series: readonly {
    readonly name: string
    readonly points: readonly { readonly x: number; readonly y: number; readonly low: number; readonly high: number }[]
  }[]
}

/** Lines in bands of uncertainty, told apart by colour and by the marks on them. */
export function plotBands({ title, subtitle, xTitle, yTitle, series }: BandPlot): Promise<Plot> {
  const names = series.map(({ name }) => name)
  const values = named(series, mostPoints)
  const x = { field: 'x', type: 'quantitative', title: xTitle, axis: shortNumbers }
  const scale = { domain: names, range: colors.slice(0, names.length) }
  // Not as faint as the bands.
  const color = { field: 'name', type: 'nominal', scale, legend: { symbolOpacity: 1 } }
  const y = { type: 'quantitative', title: yTitle, scale: { zero: false } }
  const layers = [
    {
      data: { values },
      mark: { type: 'area', opacity: 0.15 },
      encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
    },
    {
      data: { values },
      mark: { type: 'line', strokeWidth: 2 },
      encoding: { x, y: { ...y, field: 'y' }, color },
    },
    {
      data: { values: named(series, mostMarks) },
      mark: { type: 'point', size: 30, filled: true, opacity: 1 },
      encoding: {
        x,
        y: { ...y, field: 'y' },
        color,
        shape: { field: 'name', type: 'nominal', scale: { domain: names } },
      },
    },
  ]
  return renderPlot({ title, ...(subtitle !== undefined && { subtitle }), layers })
}

/** Of each line. */
const mostPoints = 300
const mostMarks = 30

function named(series: BandPlot['series'], most: number): object[] {
  return series.flatMap(({ name, points }) => thin(points, most).map((point) => ({ ...point, name })))
}
