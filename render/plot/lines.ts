import { thin, type Point } from './learning-curve.ts'
import { colors, renderPlot, shortNumbers, type Plot } from './render-plot.ts'

export interface LinePlot {
  readonly title: string
  readonly subtitle?: string
  readonly xTitle: string
  readonly yTitle: string
  /** At most seven, told apart by colour and by dashes. */
  readonly series: readonly { readonly name: string; readonly points: readonly Point[] }[]
}

const dashes = [
  [1, 0],
  [6, 3],
  [2, 2],
  [8, 3, 2, 3],
  [4, 4],
  [1, 3],
  [10, 4],
]

/** Lines over one axis, with a legend. */
export function plotLines({ title, subtitle, xTitle, yTitle, series }: LinePlot): Promise<Plot> {
  const values = series.flatMap(({ name, points }) => thin(points, 1000).map(({ x, y }) => ({ x, y, name })))
  const names = series.map(({ name }) => name)
  const layer = {
    data: { values },
    mark: { type: 'line', strokeWidth: 2, interpolate: 'linear' },
    encoding: {
      x: { field: 'x', type: 'quantitative', title: xTitle, axis: shortNumbers },
      y: { field: 'y', type: 'quantitative', title: yTitle, scale: { zero: false } },
      color: { field: 'name', type: 'nominal', scale: { domain: names, range: colors.slice(0, names.length) } },
      strokeDash: { field: 'name', type: 'nominal', scale: { domain: names, range: dashes.slice(0, names.length) } },
    },
  }
  return renderPlot({ title, ...(subtitle !== undefined && { subtitle }), layers: [layer] })
}
