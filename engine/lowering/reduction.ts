import { axesOf, cast, lower } from './registry.ts'

interface Reduction {
  axis?: number | number[]
  reductionIndices?: number | number[]
  keepDims?: boolean
}

for (const [kernel, op] of Object.entries({
  Sum: 'ReduceSum',
  Mean: 'ReduceMean',
  Prod: 'ReduceProd',
  Max: 'ReduceMax',
  Min: 'ReduceMin',
})) {
  lower<Reduction>(kernel, (g, { x }, { axis, reductionIndices, keepDims = false }) => {
    const countable = kernel === 'Mean' ? cast(g, x!, 'float32') : x!.dtype === 'bool' ? cast(g, x!, 'int32') : x!
    return g.reduce(op, countable, axesOf(axis ?? reductionIndices, x!), keepDims)
  })
}
for (const [kernel, op] of Object.entries({ All: 'ReduceMin', Any: 'ReduceMax' })) {
  lower<Reduction>(kernel, (g, { x }, { axis, keepDims = false }) =>
    cast(g, g.reduce(op, cast(g, x!, 'int32'), axesOf(axis, x!), keepDims), 'bool'),
  )
}
for (const kernel of ['ArgMax', 'ArgMin']) {
  lower<{ axis: number }>(kernel, (g, { x }, { axis }) => {
    const at = axesOf(axis, x!)[0]!
    const index = g.node(kernel, [g.physical(x!)], { axis: at, keepdims: 0 })
    const shape = x!.shape.filter((_, i) => i !== at)
    return g.value(g.node('Cast', [index], { to: 6 }), 'int32', shape)
  })
}
for (const kernel of ['Softmax', 'LogSoftmax']) {
  lower<{ dim?: number; axis?: number }>(kernel, (g, { logits }, { dim, axis }) => {
    const at = axesOf(dim ?? axis ?? -1, logits!)[0]!
    return g.value(g.node(kernel, [g.physical(logits!)], { axis: at }), 'float32', logits!.shape)
  })
}
lower<{ axis: number; exclusive?: boolean; reverse?: boolean }>('Cumsum', (g, { x }, { axis, exclusive, reverse }) => {
  const attributes = { exclusive: exclusive === true ? 1 : 0, reverse: reverse === true ? 1 : 0 }
  return g.value(g.node('CumSum', [g.physical(x!), g.int64([axis])], attributes), x!.dtype, x!.shape)
})
