import type { Graph } from '../graph/graph.ts'
import type { Value } from '../graph/value.ts'
import { lower } from './registry.ts'

interface ResizeAttributes {
  alignCorners: boolean
  halfPixelCenters?: boolean
  size: [number, number]
}

type Method = 'bilinear' | 'nearest'

/**
 * Resizing is linear and the same along each axis: out = rows · image · columnsᵀ with two constant matrices. Its gradient
 * is the product with their transposes, which ONNX has no other name for.
 */
for (const [kernel, method] of [
  ['ResizeBilinear', 'bilinear'],
  ['ResizeNearestNeighbor', 'nearest'],
] as const) {
  lower<ResizeAttributes>(kernel, (g, { images }, attributes) => {
    const [, height, width] = images!.shape as [number, number, number]
    const rows = matrix(method, height, attributes.size[0], attributes)
    const columns = matrix(method, width, attributes.size[1], attributes)
    return product(g, images!, rows, columns, attributes.size)
  })
  lower<ResizeAttributes>(`${kernel}Grad`, (g, { images, dy }, attributes) => {
    const [, height, width] = images!.shape as [number, number, number]
    const [newHeight, newWidth] = dy!.shape.slice(1, 3) as [number, number]
    const rows = transposed(matrix(method, height, newHeight, attributes))
    const columns = transposed(matrix(method, width, newWidth, attributes))
    return product(g, dy!, rows, columns, [height, width])
  })
}

/** `to` × `from`: which share of each old row goes into each new one. */
function matrix(
  method: Method,
  from: number,
  to: number,
  { alignCorners, halfPixelCenters }: ResizeAttributes,
): number[][] {
  const scale = alignCorners && to > 1 ? (from - 1) / (to - 1) : from / to
  return Array.from({ length: to }, (_, i) => {
    const weights = new Array<number>(from).fill(0)
    const at = halfPixelCenters === true ? scale * (i + 0.5) - (method === 'bilinear' ? 0.5 : 0) : scale * i
    if (method === 'nearest') {
      const nearest = alignCorners ? Math.round(at) : Math.floor(at)
      weights[Math.max(0, Math.min(from - 1, nearest))] = 1
      return weights
    }
    const low = Math.max(0, Math.floor(at))
    const high = Math.min(from - 1, Math.ceil(at))
    const share = at - low
    weights[low]! += 1 - share
    weights[high]! += share
    return weights
  })
}

function transposed(rows: readonly number[][]): number[][] {
  return rows[0]!.map((_, column) => rows.map((row) => row[column]!))
}

function product(
  graph: Graph,
  images: Value,
  rows: readonly number[][],
  columns: readonly number[][],
  [height, width]: readonly [number, number],
): Value {
  const nchw = [0, 3, 1, 2]
  const constant = (values: readonly number[][]): string =>
    graph.physical(graph.constant(values.flat(), [values.length, values[0]!.length], 'float32'))
  const tall = graph.node('MatMul', [constant(rows), graph.physical(images, nchw)])
  const out = graph.node('MatMul', [tall, constant(transposed(columns))])
  return graph.stored(out, 'float32', [images.shape[0]!, height, width, images.shape[3]!], nchw)
}
