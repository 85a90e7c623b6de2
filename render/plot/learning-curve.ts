import { renderAsync } from '@resvg/resvg-js'
import { fontFamily, fontFiles } from '../fonts.ts'

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

/** SVG text and PNG bytes (at twice the size, for print) of a learning curve. */
export async function plotLearningCurve(curve: LearningCurve): Promise<{ svg: string; png: Uint8Array }> {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')])
  const { spec } = vegaLite.compile(describe(curve) as Parameters<typeof vegaLite.compile>[0])
  const svg = await new vega.View(vega.parse(spec), { renderer: 'none' }).toSVG()
  const rendered = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    background: 'white',
    font: { loadSystemFonts: false, fontFiles: fontFiles(), defaultFontFamily: fontFamily },
  })
  return { svg, png: rendered.asPng() }
}

const blue = '#0072b2'
const grey = '#8d8f96'

function describe({ title, subtitle, xTitle, yTitle, episodes, evaluations, threshold }: LearningCurve): object {
  const x = { field: 'x', type: 'quantitative', title: xTitle, axis: { format: '~s' } }
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
      mark: { type: 'rule', strokeDash: [6, 4], color: '#d55e00' },
      encoding: { y },
    })
  }
  return {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: 560,
    height: 320,
    background: 'white',
    title: {
      text: title,
      ...(subtitle !== undefined && { subtitle }),
      anchor: 'start',
      fontSize: 16,
      subtitleColor: grey,
    },
    layer: layers,
    config: {
      font: fontFamily,
      axis: { gridColor: '#eeeeee', labelFontSize: 12, titleFontSize: 13, titleFontWeight: 'normal' },
      view: { stroke: null },
    },
  }
}

/** At most `limit` points, evenly taken. */
function thin(points: readonly Point[], limit: number): readonly Point[] {
  const every = Math.ceil(points.length / limit)
  return every <= 1 ? points : points.filter((_, i) => i % every === 0)
}
