import { tf } from '../tfjs.ts'
import type { Graph } from '../graph/graph.ts'
import { range, type Value } from '../graph/value.ts'
import { activate } from './elementwise.ts'
import { lower } from './registry.ts'
import { assertForward, padsOf, reachOf } from './windows.ts'

/** tfjs works on NHWC with filters HWIO, ONNX on NCHW with OIHW; the layouts are lazy, so most transposes cancel. */
const nchw = [0, 3, 1, 2]
const oihw = [3, 2, 0, 1]
const farBefore = -(2 ** 31)

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
    assertForward(dy!, info)
    const out = bySubPixels(info) ? subPixelConvolutions(g, dy!, filter!, info) : convTranspose(g, dy!, filter!, info)
    return g.stored(out, 'float32', attributes.inputShape, nchw)
  },
)

function convTranspose(graph: Graph, dy: Value, filter: Value, info: tf.backend_util.Conv2DInfo): string {
  const reach = reachOf(info)
  // What a strided convolution did not reach at the far edge.
  const unreached = [Math.max(0, -reach.bottom), Math.max(0, -reach.right)] as const
  const isShort = unreached[0] < info.strideHeight && unreached[1] < info.strideWidth
  const image = graph.node('ConvTranspose', [graph.physical(dy, nchw), graph.physical(filter, oihw)], {
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: padsOf(reach),
    output_padding: isShort ? unreached : [0, 0],
    kernel_shape: [info.filterHeight, info.filterWidth],
  })
  return isShort ? image : graph.node('Pad', [image, graph.int64([0, 0, 0, 0, 0, 0, ...unreached])])
}

/** Where many channels come out, convolutions run at twice the speed of ONNX Runtime's ConvTranspose. */
function bySubPixels(info: tf.backend_util.Conv2DInfo): boolean {
  const { strideHeight: stride, dilationHeight, dilationWidth, inChannels } = info
  const square = stride === info.strideWidth && info.filterHeight >= stride && info.filterWidth >= stride
  return square && dilationHeight === 1 && dilationWidth === 1 && inChannels >= 16
}

/**
 * A transposed convolution of stride s as s² plain ones, one for each place of a pixel among s × s, put together at the
 * end (Shi et al. 2016, "Is the deconvolution layer the same as a convolutional layer?"). In one dimension, output
 * y = s·t + u takes Σⱼ x[t + q − j] · w[r + s·j] with u + padding = s·q + r: every s-th tap from r on, backwards.
 */
function subPixelConvolutions(graph: Graph, dy: Value, filter: Value, info: tf.backend_util.Conv2DInfo): string {
  const stride = info.strideHeight
  const [tall, wide] = [Math.ceil(info.inHeight / stride), Math.ceil(info.inWidth / stride)]
  const rows = phases(stride, info.filterHeight, info.padInfo.top, tall, info.outHeight)
  const columns = phases(stride, info.filterWidth, info.padInfo.left, wide, info.outWidth)
  const image = graph.physical(dy, nchw)
  // Input channels of the forward convolution come out here.
  const taps = graph.physical(filter, [2, 3, 0, 1])
  const parts = rows.flatMap((row) =>
    columns.map((column) => {
      const kernel = graph.node('Slice', [
        taps,
        graph.int64([row.last, column.last]),
        graph.int64([farBefore, farBefore]),
        graph.int64([2, 3]),
        graph.int64([-stride, -stride]),
      ])
      const cut = [row.before, column.before, row.after, column.after].map((pad) => Math.max(0, -pad))
      const seen = cut.some((n) => n > 0)
        ? graph.node('Slice', [
            image,
            graph.int64([cut[0]!, cut[1]!]),
            graph.int64([info.outHeight - cut[2]!, info.outWidth - cut[3]!]),
            graph.int64([2, 3]),
          ])
        : image
      graph.value(kernel, 'float32', [info.inChannels, info.outChannels, row.taps, column.taps])
      graph.value(seen, 'float32', [
        info.batchSize,
        info.outChannels,
        info.outHeight - cut[0]! - cut[2]!,
        info.outWidth - cut[1]! - cut[3]!,
      ])
      const part = graph.node('Conv', [seen, kernel], {
        pads: [row.before, column.before, row.after, column.after].map((pad) => Math.max(0, pad)),
        kernel_shape: [row.taps, column.taps],
      })
      graph.value(part, 'float32', [info.batchSize, info.inChannels, tall, wide])
      return part
    }),
  )
  if (parts.length === 1) return parts[0]!
  const woven = graph.node('DepthToSpace', [graph.node('Concat', parts, { axis: 1 })], {
    blocksize: stride,
    mode: 'DCR',
  })
  if (tall * stride === info.inHeight && wide * stride === info.inWidth) return woven
  const ends = graph.int64([info.inHeight, info.inWidth])
  return graph.node('Slice', [woven, graph.int64([0, 0]), ends, graph.int64([2, 3])])
}

interface Phase {
  /** The last of the filter's taps that count, and how many there are, a stride apart. */
  readonly last: number
  readonly taps: number
  /** Padding of the image; negative: so much is cut. */
  readonly before: number
  readonly after: number
}

function phases(stride: number, filter: number, padding: number, outputs: number, inputs: number): Phase[] {
  return range(stride).map((u) => {
    const first = (u + padding) % stride
    const moved = Math.floor((u + padding) / stride)
    const taps = Math.ceil((filter - first) / stride)
    return {
      last: first + stride * (taps - 1),
      taps,
      before: taps - 1 - moved,
      after: outputs + moved - inputs,
    }
  })
}

lower<ConvAttributes & { filterShape: [number, number, number, number] }>(
  'Conv2DBackpropFilter',
  (g, { x, dy }, attributes) => {
    const { filterShape } = attributes
    const info = convInfo(x!.shape, filterShape, attributes)
    assertForward(dy!, info)
    const { bottom, right, ...before } = reachOf(info)
    // dW is a convolution of x (channels as batch) with dy (batch as channels), strided by the dilation and dilated by the
    // stride. The padding at the end makes the output exactly the filter's size; where it is negative, x is cut.
    let image = g.physical(x!, [3, 0, 1, 2])
    if (bottom < 0 || right < 0) image = seenPart(g, image, info)
    const gradient = g.node('Conv', [image, g.physical(dy!, [3, 0, 1, 2])], {
      strides: [info.dilationHeight, info.dilationWidth],
      dilations: [info.strideHeight, info.strideWidth],
      pads: padsOf({ ...before, bottom, right }),
    })
    return { ...g.stored(gradient, 'float32', filterShape, [2, 3, 0, 1]), filterGradient: true }
  },
)

function conv2d(graph: Graph, x: Value, filter: Value, attributes: ConvAttributes, bias?: Value): Value {
  const info = convInfo(x.shape, filter.shape, attributes)
  const reach = reachOf(info)
  // Rows and columns that would make more outputs than tfjs gives.
  const isCut = -reach.bottom >= info.strideHeight || -reach.right >= info.strideWidth
  const image = graph.physical(x, nchw)
  const inputs = [isCut ? seenPart(graph, image, info) : image, graph.physical(filter, oihw)]
  if (bias !== undefined) inputs.push(graph.physical(graph.reshape(bias, [info.outChannels])))
  const out = graph.node('Conv', inputs, {
    strides: [info.strideHeight, info.strideWidth],
    dilations: [info.dilationHeight, info.dilationWidth],
    pads: padsOf(reach),
    kernel_shape: [info.filterHeight, info.filterWidth],
  })
  return graph.stored(out, 'float32', info.outShape, nchw)
}

/** Images, height and width last, without the rows and columns that no window reaches. */
function seenPart(graph: Graph, image: string, info: tf.backend_util.Conv2DInfo): string {
  const { bottom, right } = reachOf(info)
  const ends = graph.int64([info.inHeight + Math.min(0, bottom), info.inWidth + Math.min(0, right)])
  return graph.node('Slice', [image, graph.int64([0, 0]), ends, graph.int64([2, 3])])
}

function convInfo(
  x: readonly number[],
  filter: readonly number[],
  attributes: ConvAttributes,
): tf.backend_util.Conv2DInfo {
  if ((attributes.dataFormat ?? 'NHWC') !== 'NHWC')
    throw new Error('the format NCHW has no lowering to ONNX; transpose to NHWC and back')
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
