import type { Graph } from '../graph/graph.ts'
import { range, sizeOf, type Value } from '../graph/value.ts'
import type { OnnxType } from '../onnx/model.ts'
import { axesOf, cast, castTarget, lower } from './registry.ts'

lower<{ depth: number; onValue?: number; offValue?: number; dtype?: OnnxType }>(
  'OneHot',
  (g, { indices }, { depth, onValue = 1, offValue = 0, dtype = 'float32' }) => {
    const rows = g.reshape(cast(g, indices!, 'int32'), [...indices!.shape, 1])
    const hot = g.elementwise('Equal', [rows, g.constant(range(depth), [depth], 'int32')], 'bool')
    if (onValue === 1 && offValue === 0) return cast(g, hot, dtype)
    return g.elementwise('Where', [hot, g.scalar(onValue, dtype), g.scalar(offValue, dtype)], dtype)
  },
)

lower<{ axis: number; batchDims?: number }>('GatherV2', (g, { x, indices }, { axis, batchDims = 0 }) => {
  const at = axesOf(axis, x!)[0]!
  const plainIndices = cast(g, indices!, 'int32')
  if (batchDims === 0) {
    const shape = [...x!.shape.slice(0, at), ...indices!.shape, ...x!.shape.slice(at + 1)]
    return g.value(g.node('Gather', [g.physical(x!), g.physical(plainIndices)], { axis: at }), x!.dtype, shape)
  }
  if (at !== batchDims)
    throw new Error(`with batchDims ${batchDims}, axis ${at} has no lowering to ONNX, only axis ${batchDims}`)
  const wide = toInt64(g, g.reshape(plainIndices, [...indices!.shape, 1]))
  const shape = [...indices!.shape, ...x!.shape.slice(at + 1)]
  return g.value(g.node('GatherND', [g.physical(x!), wide], { batch_dims: batchDims }), x!.dtype, shape)
})

lower('GatherNd', (g, { params, indices }) => {
  const depth = indices!.shape.at(-1)!
  const shape = [...indices!.shape.slice(0, -1), ...params!.shape.slice(depth)]
  return g.value(g.node('GatherND', [g.physical(params!), toInt64(g, indices!)]), params!.dtype, shape)
})

lower<{ k: number; sorted: boolean }>('TopK', (g, { x }, { k }) => {
  const [values, indices] = g.nodeOutputs('TopK', [g.physical(x!), g.int64([k])], { axis: -1 }, 2)
  const shape = [...x!.shape.slice(0, -1), k]
  return [
    g.value(values!, x!.dtype, shape),
    g.value(g.node('Cast', [indices!], { to: castTarget.int32 }), 'int32', shape),
  ]
})

lower('TensorScatterUpdate', (g, { tensor, indices, updates }) =>
  g.value(
    g.node('ScatterND', [g.physical(tensor!), toInt64(g, indices!), g.physical(updates!)]),
    tensor!.dtype,
    tensor!.shape,
  ),
)

lower<{ numSegments: number }>('UnsortedSegmentSum', (g, { x, segmentIds }, { numSegments }) => {
  // Rows of other segments count for none, as in tfjs; ONNX would take −1 for the last.
  const ids = g.reshape(segmentIds!, [sizeOf(segmentIds!.shape), 1])
  const isFrom = g.elementwise('GreaterOrEqual', [ids, g.scalar(0, 'int32')], 'bool')
  const isBelow = g.elementwise('Less', [ids, g.scalar(numSegments, 'int32')], 'bool')
  const counts = g.elementwise('And', [isFrom, isBelow], 'bool')
  const rows = g.elementwise('Where', [counts, ids, g.scalar(0, 'int32')], 'int32')
  const ofRows = g.reshape(counts, [x!.shape[0]!, ...x!.shape.slice(1).map(() => 1)])
  const updates = g.elementwise('Where', [ofRows, x!, g.scalar(0, x!.dtype)], x!.dtype)
  return scatterAdd(g, rows, updates, [numSegments, ...x!.shape.slice(1)])
})
lower<{ shape: number[] }>('ScatterNd', (g, { indices, updates }, { shape }) =>
  scatterAdd(g, indices!, updates!, shape),
)

function scatterAdd(graph: Graph, indices: Value, updates: Value, shape: readonly number[]): Value {
  const zeros = graph.physical(graph.fill(0, shape, updates.dtype))
  const sum = graph.node('ScatterND', [zeros, toInt64(graph, indices), graph.physical(updates)], { reduction: 'add' })
  return graph.value(sum, updates.dtype, shape)
}

function toInt64(graph: Graph, value: Value): string {
  return graph.node('Cast', [graph.physical(value)], { to: 7 })
}
