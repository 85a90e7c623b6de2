import { sizeOf, type Value } from '../graph/value.ts'
import { axesOf, cast, lower } from './registry.ts'

interface Reduction {
  axis?: number | number[]
  reductionIndices?: number | number[]
  keepDims?: boolean
}

/** With what comes of no elements at all. */
for (const [kernel, op, ofNone] of [
  ['Sum', 'ReduceSum', 0],
  ['Mean', 'ReduceMean', NaN],
  ['Prod', 'ReduceProd', 1],
  ['Max', 'ReduceMax', -Infinity],
  ['Min', 'ReduceMin', Infinity],
] as const) {
  lower<Reduction>(kernel, (g, { x }, { axis, reductionIndices, keepDims = false }) => {
    const countable = kernel === 'Mean' ? cast(g, x!, 'float32') : x!.dtype === 'bool' ? cast(g, x!, 'int32') : x!
    const axes = axesOf(axis ?? reductionIndices, x!)
    if (sizeOf(x!.shape) === 0) return g.fill(ofNone, remaining(x!, axes, keepDims), countable.dtype)
    return g.reduce(op, countable, axes, keepDims)
  })
}
for (const [kernel, op, ofNone] of [
  ['All', 'ReduceMin', 1],
  ['Any', 'ReduceMax', 0],
] as const) {
  lower<Reduction>(kernel, (g, { x }, { axis, keepDims = false }) => {
    const axes = axesOf(axis, x!)
    if (sizeOf(x!.shape) === 0) return g.fill(ofNone, remaining(x!, axes, keepDims), 'bool')
    return cast(g, g.reduce(op, cast(g, x!, 'int32'), axes, keepDims), 'bool')
  })
}

function remaining({ shape }: Value, axes: readonly number[], keepDims: boolean): number[] {
  return keepDims ? shape.map((size, i) => (axes.includes(i) ? 1 : size)) : shape.filter((_, i) => !axes.includes(i))
}

for (const kernel of ['ArgMax', 'ArgMin']) {
  lower<{ axis: number }>(kernel, (g, { x }, { axis }) => {
    const at = axesOf(axis, x!)[0]!
    const index = g.node(kernel, [g.physical(x!)], { axis: at, keepdims: 0 })
    const shape = x!.shape.filter((_, i) => i !== at)
    return g.value(g.node('Cast', [index], { to: 6 }), 'int32', shape)
  })
}
lower<{ dim: number }>('Softmax', (g, { logits }, { dim }) => {
  const at = axesOf(dim, logits!)[0]!
  return g.value(g.node('Softmax', [g.physical(logits!)], { axis: at }), 'float32', logits!.shape)
})
lower<{ axis: number; exclusive?: boolean; reverse?: boolean }>('Cumsum', (g, { x }, { axis, exclusive, reverse }) => {
  const attributes = { exclusive: exclusive === true ? 1 : 0, reverse: reverse === true ? 1 : 0 }
  return g.value(g.node('CumSum', [g.physical(x!), g.int64([axis])], attributes), x!.dtype, x!.shape)
})

/** By doubling: after k rounds each element holds the product of the 2ᵏ elements that end with it. */
lower<{ axis: number; exclusive?: boolean; reverse?: boolean }>('Cumprod', (g, { x }, { axis, exclusive, reverse }) => {
  const { shape } = x!
  const at = axesOf(axis, x!)[0]!
  const size = shape[at]!
  /** Everything moved on by `by` places, ones coming in, nothing going out. */
  const moved = (value: Value, by: number): Value => {
    const before = shape.map((_, i) => (i === at && reverse !== true ? by : 0))
    const after = shape.map((_, i) => (i === at && reverse === true ? by : 0))
    const padded = g.node('Pad', [g.physical(value), g.int64([...before, ...after]), g.scalar(1).name])
    const from = reverse === true ? by : 0
    const kept = g.node('Slice', [padded, g.int64([from]), g.int64([from + size]), g.int64([at])])
    return g.value(kept, 'float32', shape)
  }
  let product = exclusive === true ? moved(x!, 1) : x!
  for (let by = 1; by < size; by *= 2) product = g.elementwise('Mul', [product, moved(product, by)])
  return product
})
