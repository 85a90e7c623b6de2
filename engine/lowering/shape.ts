import { tf } from '../tfjs.ts'
import type { Graph } from '../graph/graph.ts'
import { range, sizeOf, type Value } from '../graph/value.ts'
import type { OnnxType } from '../onnx/model.ts'
import { axesOf, input, lower } from './registry.ts'

const farBefore = -(2 ** 31)

lower<{ shape: number[] }>('Reshape', (g, { x }, { shape }) =>
  g.reshape(x!, tf.util.inferFromImplicitShape(shape, sizeOf(x!.shape))),
)
lower<{ dim: number }>('ExpandDims', (g, x, { dim }) => expandDims(g, input(x, 'input'), dim))
lower<{ perm: number[] }>('Transpose', (g, { x }, { perm }) => g.transpose(x!, perm))
lower<{ reps: number[] }>('Tile', (g, { x }, { reps }) => {
  const shape = x!.shape.map((size, i) => size * reps[i]!)
  const onlyOnes = x!.shape.every((size, i) => size === 1 || reps[i] === 1)
  return onlyOnes ? g.broadcast(x!, shape) : g.value(g.node('Tile', [g.physical(x!), g.int64(reps)]), x!.dtype, shape)
})

lower<{ begin: number | number[]; size: number | number[] }>('Slice', (g, { x }, { begin, size }) => {
  const like = { shape: [...x!.shape] } as unknown as tf.Tensor
  const [from, sizes] = tf.slice_util.parseSliceParams(like, begin, size) as [number[], number[]]
  tf.slice_util.assertParamsValid({ ...like, rank: sizes.length } as tf.Tensor, from, sizes)
  const axes = range(x!.shape.length).filter((i) => from[i] !== 0 || sizes[i] !== x!.shape[i])
  if (axes.length === 0) return x!
  const starts = axes.map((i) => from[i]!)
  const ends = axes.map((i) => from[i]! + sizes[i]!)
  return g.value(g.node('Slice', [g.physical(x!), g.int64(starts), g.int64(ends), g.int64(axes)]), x!.dtype, sizes)
})

interface StridedSlice {
  begin: number[]
  end: number[]
  strides: number[]
  beginMask: number
  endMask: number
  ellipsisMask: number
  newAxisMask: number
  shrinkAxisMask: number
}
lower<StridedSlice>('StridedSlice', (g, { x }, a) => {
  const info = tf.slice_util.sliceInfo(
    [...x!.shape],
    a.begin,
    a.end,
    a.strides,
    a.beginMask,
    a.endMask,
    a.ellipsisMask,
    a.newAxisMask,
    a.shrinkAxisMask,
  )
  if (info.isIdentity) return g.reshape(x!, info.finalShape)
  // Walking backwards to the first element ends before index 0, which −1 would not say.
  const ends = info.end.map((end, i) => (info.strides[i]! < 0 && end < 0 ? farBefore : end))
  const axes = g.int64(range(x!.shape.length))
  const sliced = g.node('Slice', [g.physical(x!), g.int64(info.begin), g.int64(ends), axes, g.int64(info.strides)])
  return g.reshape(g.value(sliced, x!.dtype, info.finalShapeSparse), info.finalShape)
})
lower<{ dims: number | number[] }>('Reverse', (g, { x }, { dims }) => {
  const axes = axesOf(dims, x!)
  if (axes.length === 0) return x!
  const every = (n: number): string => g.int64(axes.map(() => n))
  return g.value(
    g.node('Slice', [g.physical(x!), every(-1), every(farBefore), g.int64(axes), every(-1)]),
    x!.dtype,
    x!.shape,
  )
})
lower<{ paddings: [number, number][]; constantValue: number }>('PadV2', (g, { x }, { paddings, constantValue }) => {
  if (paddings.length !== x!.shape.length)
    throw new Error(`${paddings.length} paddings for the shape [${x!.shape}], expected one pair for each dimension`)
  const pads = g.int64([...paddings.map(([before]) => before), ...paddings.map(([, after]) => after)])
  const shape = x!.shape.map((size, i) => size + paddings[i]![0] + paddings[i]![1])
  return g.value(g.node('Pad', [g.physical(x!), pads, g.scalar(constantValue, x!.dtype).name]), x!.dtype, shape)
})

lower<{ axis: number }>('Concat', (g, x, { axis }) => concat(g, Object.values(x), axis))
lower<{ axis: number }>('Pack', (g, x, { axis }) => {
  const values = Object.values(x)
  const at = axis < 0 ? axis + values[0]!.shape.length + 1 : axis
  return concat(
    g,
    values.map((value) => expandDims(g, value, at)),
    at,
  )
})
lower<{ numOrSizeSplits: number | number[]; axis: number }>('SplitV', (g, { x }, { numOrSizeSplits, axis }) =>
  split(g, x!, numOrSizeSplits, axis),
)
lower<{ axis: number }>('Unpack', (g, { value }, { axis }) => {
  const at = axesOf(axis, value!)[0]!
  const shape = value!.shape.filter((_, i) => i !== at)
  return split(g, value!, value!.shape[at]!, at).map((part) => g.reshape(part, shape))
})

lower<{ start: number; stop: number; step: number; dtype: OnnxType }>('Range', (g, _, { start, stop, step, dtype }) => {
  const count = Math.max(0, Math.ceil((stop - start) / step))
  const values = range(count).map((i) => start + i * step)
  return g.constant(values, [count], dtype === 'int32' ? 'int32' : 'float32')
})
lower<{ start: number; stop: number; num: number }>('LinSpace', (g, _, { start, stop, num }) => {
  const step = (stop - start) / Math.max(1, num - 1)
  return g.constant(
    range(num).map((i) => start + i * step),
    [num],
    'float32',
  )
})

function expandDims(graph: Graph, value: Value, dim: number): Value {
  const shape = [...value.shape]
  shape.splice(dim < 0 ? shape.length + 1 + dim : dim, 0, 1)
  return graph.reshape(value, shape)
}

function concat(graph: Graph, all: readonly Value[], axis: number): Value {
  const values = all.filter((value) => sizeOf(value.shape) > 0)
  const first = values[0] ?? all[0]!
  if (values.length <= 1) return first
  const at = axesOf(axis, first)[0]!
  tf.backend_util.assertParamsConsistent(
    values.map((value) => [...value.shape]),
    at,
  )
  const shape = [...first.shape]
  shape[at] = values.reduce((sum, value) => sum + value.shape[at]!, 0)
  const names = values.map((value) => graph.physical(value))
  return graph.value(graph.node('Concat', names, { axis: at }), first.dtype, shape)
}

function split(graph: Graph, value: Value, numOrSizeSplits: number | number[], axis: number): Value[] {
  const at = axesOf(axis, value)[0]!
  const sizes = tf.backend_util.prepareSplitSize({ shape: value.shape } as unknown as tf.Tensor, numOrSizeSplits, at)
  if (sizes.length === 1) return [value]
  const names = graph.nodeOutputs('Split', [graph.physical(value), graph.int64(sizes)], { axis: at }, sizes.length)
  return names.map((name, i) => {
    const shape = value.shape.map((size, k) => (k === at ? sizes[i]! : size))
    return graph.value(name, value.dtype, shape)
  })
}
