import { colors, grey, renderPlot, shortNumbers, type Plot } from './render-plot.ts'

export interface Point {
  readonly x: number
  readonly y: number
}

export interface LearningCurve {
  readonly title: string
  readonly subtitle?: string
  readonly xTitle: string
  readonly yTitle: string
  /** Returns of single episodes while training: faint dots. */
  readonly episodes: readonly Point[]
  /** Mean returns of evaluations, with one standard deviation: a line in a band. */
  readonly evaluations: readonly (Point & { readonly deviation: number })[]
  /** The return at which the task counts as solved. */
  readonly threshold?: number
}

export function plotLearningCurve(curve: LearningCurve): Promise<Plot> {
  const { title, subtitle } = curve
  return renderPlot({ title, ...(subtitle !== undefined && { subtitle }), layers: layersOf(curve) })
}

const [blue, vermilion] = colors

function layersOf({ xTitle, yTitle, episodes, evaluations, threshold }: LearningCurve): object[] {
  const x = { field: 'x', type: 'quantitative', title: xTitle, axis: shortNumbers }
  const y = { field: 'y', type: 'quantitative', title: yTitle }
  const layers: object[] = [
    {
      data: { values: thin(episodes, 2000) },
      mark: { type: 'point', filled: true, size: 8, color: grey, opacity: 0.35 },
      encoding: { x, y },
    },
    {
      data: { values: evaluations.map((e) => ({ x: e.x, low: e.y - e.deviation, high: e.y + e.deviation })) },
      mark: { type: 'area', color: blue, opacity: 0.18 },
      encoding: { x, y: { field: 'low', type: 'quantitative', title: yTitle }, y2: { field: 'high' } },
    },
    {
      data: { values: evaluations.map((e) => ({ x: e.x, y: e.y })) },
      mark: { type: 'line', color: blue, strokeWidth: 2.5, point: { filled: true, color: blue, size: 30 } },
      encoding: { x, y },
    },
  ]
  if (threshold !== undefined) {
    layers.push({
      data: { values: [{ y: threshold }] },
      mark: { type: 'rule', strokeDash: [6, 4], color: vermilion },
      encoding: { y },
    })
    layers.push({
      data: { values: [{ y: threshold }] },
      mark: {
        ...{ type: 'text', text: `solved at ${threshold}`, align: 'right', baseline: 'bottom', dy: -3 },
        ...{ x: { expr: 'width' }, dx: -4, color: vermilion },
      },
      encoding: { y },
    })
  }
  return layers
}

/** At most `limit` points, evenly taken. */
export function thin<T>(points: readonly T[], limit: number): readonly T[] {
  const every = Math.ceil(points.length / limit)
  return every <= 1 ? points : points.filter((_, i) => i % every === 0)
}
