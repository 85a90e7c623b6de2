import { renderAsync } from '@resvg/resvg-js'
import { fontFamily, fontFiles } from '../fonts.ts'

export interface Plot {
  readonly svg: string
  /** At twice the size, for print. */
  readonly png: Uint8Array
}

/** Okabe and Ito's colours, told apart by everybody, darkest first; grey for what stands behind. */
export const colors = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#000000'] as const
export const grey = '#8d8f96'

export interface PlotFrame {
  readonly title: string
  readonly subtitle?: string
  /** vega-lite layers. */
  readonly layers: readonly object[]
}

/** A vega-lite plot in the look that all of ours have. */
export async function renderPlot({ title, subtitle, layers }: PlotFrame): Promise<Plot> {
  const [vega, vegaLite] = await Promise.all([import('vega'), import('vega-lite')])
  const description = {
    $schema: 'https://vega.github.io/schema/vega-lite/v6.json',
    width: 560,
    height: 320,
    background: 'white',
    title: {
      text: title,
      ...(subtitle !== undefined && { subtitle: lines(subtitle) }),
      anchor: 'start',
      fontSize: 16,
      subtitleColor: grey,
    },
    layer: layers,
    config: {
      font: fontFamily,
      axis: { gridColor: '#eeeeee', labelFontSize: 12, titleFontSize: 13, titleFontWeight: 'normal' },
      legend: { labelFontSize: 12, titleFontSize: 12, orient: 'bottom', title: null },
      view: { stroke: null },
    },
  }
  const { spec } = vegaLite.compile(description as unknown as Parameters<typeof vegaLite.compile>[0])
  const svg = await new vega.View(vega.parse(spec), { renderer: 'none' }).toSVG()
  const rendered = await renderAsync(svg, {
    fitTo: { mode: 'zoom', value: 2 },
    background: 'white',
    font: { loadSystemFonts: false, fontFiles: fontFiles(), defaultFontFamily: fontFamily },
  })
  return { svg, png: rendered.asPng() }
}

/** An axis of steps, seconds or epochs: 40k, 2M, and nought and parts of one without a unit. */
export const shortNumbers = { labelExpr: "format(datum.value, abs(datum.value) < 1 ? '~g' : '~s')", tickCount: 8 }

/** Vega reckons texts wider than they are, and would widen the plot for a longer line. */
const lineLength = 62

function lines(text: string): string[] {
  const out = ['']
  for (const word of text.split(' ')) {
    const last = out.at(-1)!
    if (last === '') out[out.length - 1] = word
    else if (last.length + 1 + word.length <= lineLength) out[out.length - 1] = `${last} ${word}`
    else out.push(word)
  }
  return out
}
