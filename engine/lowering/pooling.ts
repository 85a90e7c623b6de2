import { tf } from '../tfjs.ts'
import { sizeOf, type Value } from '../graph/value.ts'
import { lower } from './registry.ts'
import { assertForward, padsOf, reachOf } from './windows.ts'

const nchw = [0, 3, 1, 2]

interface PoolAttributes {
  filterSize: number | [number, number]
  strides: number | [number, number]
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding
  dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

lower<PoolAttributes>('MaxPool', (g, { x }, attributes) => {
  const { attributes: pool, outShape } = poolInfo(x!, attributes)
  return g.stored(g.node('MaxPool', [g.physical(x!, nchw)], pool), x!.dtype, outShape, nchw)
})

lower<PoolAttributes>('AvgPool', (g, { x }, attributes) => {
  const { attributes: pool, outShape } = poolInfo(x!, attributes)
  const out = g.node('AveragePool', [g.physical(x!, nchw)], { ...pool, count_include_pad: 0 })
  return g.stored(out, 'float32', outShape, nchw)
})

/** Each dy goes to the place that was largest, the first of equals: the indices are those that MaxPool itself gives. */
lower<PoolAttributes>('MaxPoolGrad', (g, { dy, input }, attributes) => {
  const { attributes: pool, info } = poolInfo(input!, attributes)
  assertForward(dy!, info)
  const [, indices] = g.nodeOutputs('MaxPool', [g.physical(input!, nchw)], pool, 2)
  const size = sizeOf(input!.shape)
  const flat = [sizeOf(dy!.shape)]
  const zeros = g.physical(g.fill(0, [size], 'float32'))
  const updates = g.node('Reshape', [g.physical(dy!, nchw), g.int64(flat)])
  const places = g.node('Reshape', [indices!, g.int64(flat)])
  const sums = g.node('ScatterElements', [zeros, places, updates], { axis: 0, reduction: 'add' })
  const stored = g.node('Reshape', [sums, g.int64(nchw.map((i) => input!.shape[i]!))])
  return g.stored(stored, 'float32', input!.shape, nchw)
})

/** As tfjs does, which divides by the whole window at the borders too: its padded average's gradient is not quite its derivative. */
lower<PoolAttributes>('AvgPoolGrad', (g, { dy, input }, attributes) => {
  const { attributes: pool, info } = poolInfo(input!, attributes)
  assertForward(dy!, info)
  const planes = info.batchSize * info.inChannels
  const image = g.node('Reshape', [g.physical(dy!, nchw), g.int64([planes, 1, info.outHeight, info.outWidth])])
  const window = [info.filterHeight, info.filterWidth]
  const share = g.constant(new Float32Array(sizeOf(window)).fill(1 / sizeOf(window)), [1, 1, ...window], 'float32')
  const { bottom, right } = reachOf(info)
  const unreached = [Math.max(0, -bottom), Math.max(0, -right)]
  const spread = g.node('ConvTranspose', [image, g.physical(share)], {
    strides: pool.strides,
    pads: pool.pads,
    output_padding: unreached,
  })
  const stored = g.node('Reshape', [spread, g.int64(nchw.map((i) => input!.shape[i]!))])
  return g.stored(stored, 'float32', input!.shape, nchw)
})

function poolInfo(x: Value, { filterSize, strides, pad, dimRoundingMode }: PoolAttributes) {
  const shape = [...x.shape] as [number, number, number, number]
  const info = tf.backend_util.computePool2DInfo(shape, filterSize, strides, 1, pad, dimRoundingMode)
  const reach = reachOf(info)
  const pads = padsOf(reach)
  const [height, width] = [info.filterHeight, info.filterWidth]
  if (pads.some((pad, i) => pad >= (i % 2 === 0 ? height : width)))
    throw new Error(`padding [${pads}] that is as large as the window ${height}×${width} has no lowering to ONNX`)
  if (-reach.bottom >= info.strideHeight || -reach.right >= info.strideWidth)
    throw new Error(`a window ${height}×${width} with a number as padding has no lowering to ONNX`)
  const attributes = {
    kernel_shape: [height, width],
    strides: [info.strideHeight, info.strideWidth],
    pads,
  }
  return { info, attributes, outShape: info.outShape }
}
