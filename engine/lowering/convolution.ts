import { tf } from '../tfjs.ts'
import type { Graph } from '../graph/graph.ts'
import type { Value } from '../graph/value.ts'
import { activate } from './elementwise.ts'
import { lower } from './registry.ts'

/** tfjs works on NHWC with filters HWIO, ONNX on NCHW with OIHW; the layouts are lazy, so most transposes cancel. */
const nchw = [0, 3, 1, 2]
const oihw = [3, 2, 0, 1]

interface ConvAttributes {
  strides: number | [number, number]
  pad: 'valid' | 'same' | number | tf.backend_util.ExplicitPadding
  dataFormat?: 'NHWC' | 'NCHW'
  dilations?: number | [number, number]
  dimRoundingMode?: 'floor' | 'round' | 'ceil'
}

lower<ConvAttributes>('Conv2D', (g, { x, filter }, attributes) => conv2d(g, x!, filter!, attributes))
lower<ConvAttributes & { activation?: string; leakyreluAlpha?: number }>(
  'FusedConv2D',
  (g, { x, filter, bias }, attributes) =>
    activate(g, conv2d(g, x!, filter!, attributes, bias), attributes.activation, attributes.leakyreluAlpha),
)

lower<ConvAttributes & { inputShape: [number, number, number, number] }>(
  'Conv2DBackpropInput',
  (g, { dy, filter }, attributes) => {
    const info = convInfo(attributes.inputShape, filter!.shape, attributes)
    const { top, bottom, left, right } = info.padInfo
    // What a strided convolution did not reach at the far edge.
    const unreached = (
      size: number,
      out: number,
      stride: number,
      kernel: number,
      before: number,
      after: number,
    ): number => size - ((out - 1) * stride + kernel - before - after)
    const outputPadding = [
      unreached(info.inHeight, info.outHeight, info.strideHeight, info.effectiveFilterHeight, top, bottom),
      unreached(info.inWidth, info.outWidth, info.strideWidth, info.effectiveFilterWidth, left, right),
    ]
    const out = g.node('ConvTranspose', [g.physical(dy!, nchw), g.physical(filter!, oihw)], {
      strides: [info.strideHeight, info.strideWidth],
      dilations: [info.dilationHeight, info.dilationWidth],
      pads: [top, left, bottom, right],
      output_padding: outputPadding,
      kernel_shape: [info.filterHeight, info.filterWidth],
    })
    return g.stored(out, 'float32', attributes.inputShape, nchw)
  },
)

lower<ConvAttributes & { filterShape: [number, number, number, number] }>(
  'Conv2DBackpropFilter',
  (g, { x, dy }, attributes) => {
    const { filterShape } = attributes
    const info = convInfo(x!.shape, filterShape, attributes)
    const { top, left } = info.padInfo
    // dW is a convolution of x (channels as batch) with dy (batch as channels), strided by the dilation and dilated by the
    // stride. The padding at the end makes the output exactly the filter's size; where it is negative, x is cut.
    const endPad = (size: number, out: number, stride: number, effectiveKernel: number, before: number): number =>
      (out - 1) * stride + effectiveKernel - before - size
    const bottom = endPad(info.inHeight, info.outHeight, info.strideHeight, info.effectiveFilterHeight, top)
    const right = endPad(info.inWidth, info.outWidth, info.strideWidth, info.effectiveFilterWidth, left)
    let image = g.physical(x!, [3, 0, 1, 2])
    if (bottom < 0 || right < 0) {
      const ends = g.int64([info.inHeight + Math.min(0, bottom), info.inWidth + Math.min(0, right)])
      image = g.node('Slice', [image, g.int64([0, 0]), ends, g.int64([2, 3])])
    }
    const gradient = g.node('Conv', [image, g.physical(dy!, [3, 0, 1, 2])], {
      strides: [info.dilationHeight, info.dilationWidth],
      dilations: [info.strideHeight, info.strideWidth],
      pads: [top, left, Math.max(0, bottom), Math.max(0, right)],
    })
    return { ...g.stored(gradient, 'float32', filterShape, [2, 3, 0, 1]), filterGradient: true }
  },
)

function conv2d(graph: Graph, x: Value, filter: Value, attributes: ConvAttributes, bias?: Value): Value {
  const info = convInfo(x.shape, filter.shape, attributes)
  const { top, bottom, left, right } = info.padInfo
  const inputs = [graph.physical(x, nchw), graph.physical(filter, oihw)]
  if (bias !== undefined) inputs.push(graph.physical(graph.reshape(bias, [info.outChannels])))
  const out = graph.node('Conv', inputs, {
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: [top, left, bottom, right],
    kernel_shape: [info.filterHeight, info.filterWidth],
  })
  return graph.stored(out, 'float32', info.outShape, nchw)
}

function convInfo(
  x: readonly number[],
  filter: readonly number[],
  attributes: ConvAttributes,
): tf.backend_util.Conv2DInfo {
  if ((attributes.dataFormat ?? 'NHWC') !== 'NHWC')
    throw new Error('convolutions are compiled in the NHWC format only; transpose around them')
  return tf.backend_util.computeConv2DInfo(
    [...x] as [number, number, number, number],
    [...filter] as [number, number, number, number],
    attributes.strides,
    attributes.dilations ?? 1,
    attributes.pad,
    attributes.dimRoundingMode,
    false,
    'channelsLast',
  )
}
