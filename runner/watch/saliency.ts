import type { TypedArray } from '../../core/dtype.ts'
import type { ObservationLayout } from '../../render/viewer/protocol.ts'

/**
 * How much each part of an observation moves what the agent thinks it is worth, by perturbing one part after another, as
 * Greydanus et al. 2018 ("Visualizing and Understanding Atari Agents", equation 2) do: parts of large images are blurred,
 * cells of small ones emptied, elements of a vector moved half their standard deviation either way.
 */
export interface SaliencyJob {
  /** Asks about a few more perturbations; true when all are asked. */
  go(): boolean
  readonly rows: number
  readonly columns: number
  readonly values: Float32Array
}

export interface SaliencyOptions {
  readonly layout: ObservationLayout
  readonly observation: TypedArray
  /** One standard deviation of each element, for vectors. */
  readonly spread: Float32Array
  /** What each of `lanes` observations is worth. */
  worth(observations: TypedArray, lanes: number): Float32Array
}

/** Observations asked about at once: one shape, so that one graph serves them all. */
export const saliencyLanes = 8
/** Sides of the grid over a large image. */
const gridSide = 14
/** Sides up to this are looked at pixel by pixel. */
const smallSide = 24

export function createSaliency({ layout, observation, spread, worth }: SaliencyOptions): SaliencyJob {
  const { rows, columns } = gridOf(layout)
  const isVector = layout.kind === 'vector'
  const cells = rows * columns
  const values = new Float32Array(cells)
  const batch = observation.slice(0, 0).constructor as new (length: number) => TypedArray
  const inputs = new batch(saliencyLanes * observation.length)
  /** Vectors are moved up and down; images are changed once and compared with the whole. */
  const perCell = isVector ? 2 : 1
  const cellsAtOnce = saliencyLanes / perCell
  let whole: number | undefined
  let next = 0
  return {
    rows,
    columns,
    values,
    go() {
      if (whole === undefined && !isVector) {
        for (let lane = 0; lane < saliencyLanes; lane++) inputs.set(observation, lane * observation.length)
        whole = worth(inputs, saliencyLanes)[0]!
      }
      const count = Math.min(cellsAtOnce, cells - next)
      for (let lane = 0; lane < saliencyLanes; lane++) {
        const at = lane * observation.length
        inputs.set(observation, at)
        const cell = Math.min(next + Math.floor(lane / perCell), cells - 1)
        const own = inputs.subarray(at, at + observation.length)
        if (isVector) own[cell] = own[cell]! + (lane % 2 === 0 ? 0.5 : -0.5) * spread[cell]!
        else perturb(own, observation, layout, Math.floor(cell / columns), cell % columns, { rows, columns })
      }
      const out = worth(inputs, saliencyLanes)
      for (let k = 0; k < count; k++)
        values[next + k] = isVector ? Math.abs(out[2 * k]! - out[2 * k + 1]!) : Math.abs(whole! - out[k]!)
      next += count
      return next >= cells
    },
  }
}

function gridOf(layout: ObservationLayout): { rows: number; columns: number } {
  if (layout.kind === 'vector') return { rows: 1, columns: layout.length }
  const side = (length: number): number => (length <= smallSide ? length : gridSide)
  return { rows: side(layout.rows), columns: side(layout.columns) }
}

/** One cell of the grid, in all planes: emptied where it is a pixel, else replaced by the mean of it and its neighbours. */
function perturb(
  out: TypedArray,
  from: TypedArray,
  layout: Exclude<ObservationLayout, { kind: 'vector' }>,
  row: number,
  column: number,
  grid: { readonly rows: number; readonly columns: number },
): void {
  const { rows, columns } = layout
  const [pictures, channels] = layout.kind === 'planes' ? [layout.planes, 1] : [layout.pictures, layout.channels]
  const edge = (i: number, length: number, parts: number): number =>
    Math.round((Math.min(Math.max(i, 0), parts) * length) / parts)
  const [top, bottom] = [edge(row, rows, grid.rows), edge(row + 1, rows, grid.rows)]
  const [left, right] = [edge(column, columns, grid.columns), edge(column + 1, columns, grid.columns)]
  const isPixel = bottom - top === 1 && right - left === 1
  const [above, below] = [edge(row - 1, rows, grid.rows), edge(row + 2, rows, grid.rows)]
  const [before, after] = [edge(column - 1, columns, grid.columns), edge(column + 2, columns, grid.columns)]
  for (let picture = 0; picture < pictures; picture++)
    for (let channel = 0; channel < channels; channel++) {
      const at = (y: number, x: number): number => ((picture * rows + y) * columns + x) * channels + channel
      let sum = 0
      if (!isPixel) for (let y = above; y < below; y++) for (let x = before; x < after; x++) sum += from[at(y, x)]!
      const mean = isPixel ? 0 : sum / ((below - above) * (after - before))
      for (let y = top; y < bottom; y++) for (let x = left; x < right; x++) out[at(y, x)] = mean
    }
}
