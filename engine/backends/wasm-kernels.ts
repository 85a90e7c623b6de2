import { tf } from '../tfjs.ts'

let registered = false

/**
 * The kernels that training needs and tfjs's wasm backend lacks, put together from those that it has. Correct first:
 * wasm is the fallback for machines without ONNX Runtime.
 */
export function registerWasmTrainingKernels(): void {
  if (registered) return
  registered = true
  register('Conv2DBackpropFilter', filterGradient)
  register('UnsortedSegmentSum', segmentSum)
}

/** Calls a stock kernel; what it makes on the way is freed when the whole is done. */
type Call = (
  kernel: string,
  inputs: Record<string, tf.TensorInfo>,
  attributes?: Record<string, unknown>,
) => tf.TensorInfo
type Composition = (
  call: Call,
  inputs: Record<string, tf.TensorInfo>,
  attributes: Record<string, unknown>,
) => tf.TensorInfo

/**
 * dW[k, l, i, o] = Σ over batch and output positions of x[b, s·h + k, s·w + l, i] · dy[b, h, w, o]: a convolution of x with
 * batch and channels swapped by dy as its filter, dilated by the stride.
 */
const filterGradient: Composition = (call, { x, dy }, attributes) => {
  const { strides, pad, dimRoundingMode, filterShape } = attributes as unknown as ConvFilterAttributes
  const info = tf.backend_util.computeConv2DInfo(x!.shape as Shape4, filterShape, strides, 1, pad, dimRoundingMode)
  const { top, left } = info.padInfo
  const endPad = (size: number, out: number, stride: number, kernel: number, before: number): number =>
    (out - 1) * stride + kernel - before - size
  const bottom = endPad(info.inHeight, info.outHeight, info.strideHeight, info.filterHeight, top)
  const right = endPad(info.inWidth, info.outWidth, info.strideWidth, info.filterWidth, left)
  const size = [info.batchSize, info.inHeight + Math.min(0, bottom), info.inWidth + Math.min(0, right), info.inChannels]
  const reached = call('Slice', { x: x! }, { begin: [0, 0, 0, 0], size })
  const paddings = [
    [0, 0],
    [top, Math.max(0, bottom)],
    [left, Math.max(0, right)],
    [0, 0],
  ]
  const padded = call('PadV2', { x: reached }, { paddings, constantValue: 0 })
  const image = call('Transpose', { x: padded }, { perm: [3, 1, 2, 0] })
  const filter = call('Transpose', { x: dy! }, { perm: [1, 2, 0, 3] })
  const dilations = [info.strideHeight, info.strideWidth]
  const gradient = call('Conv2D', { x: image, filter }, { strides: 1, pad: 'valid', dataFormat: 'NHWC', dilations })
  return call('Transpose', { x: gradient }, { perm: [1, 2, 0, 3] })
}

type Shape4 = [number, number, number, number]

interface ConvFilterAttributes {
  strides: number | [number, number]
  pad: 'valid' | 'same' | number
  dimRoundingMode?: 'floor' | 'round' | 'ceil'
  filterShape: Shape4
}

/** The sum over rows with one id is a row of one-hotᵀ · rows. */
const segmentSum: Composition = (call, { x, segmentIds }, attributes) => {
  const numSegments = attributes['numSegments'] as number
  const count = tf.util.sizeFromShape(segmentIds!.shape)
  const width = tf.util.sizeFromShape(x!.shape) / count
  const rows = call('Cast', { x: call('Reshape', { x: x! }, { shape: [1, count, width] }) }, { dtype: 'float32' })
  const ids = call('Reshape', { x: segmentIds! }, { shape: [count] })
  const hot = call('OneHot', { indices: ids }, { depth: numSegments, onValue: 1, offValue: 0, dtype: 'float32' })
  const columns = call('Transpose', { x: hot }, { perm: [1, 0] })
  const a = call('Reshape', { x: columns }, { shape: [1, numSegments, count] })
  const sums = call('BatchMatMul', { a, b: rows }, { transposeA: false, transposeB: false })
  const cast = call('Cast', { x: sums }, { dtype: x!.dtype })
  return call('Reshape', { x: cast }, { shape: [numSegments, ...x!.shape.slice(1)] })
}

function register(kernelName: string, compose: Composition): void {
  if (tf.getKernel(kernelName, 'wasm') !== undefined) return
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }) => {
      const made: tf.TensorInfo[] = []
      const call: Call = (kernel, kernelInputs, attributes = {}) => {
        const out = tf
          .getKernel(kernel, 'wasm')
          .kernelFunc({ inputs: kernelInputs, attrs: attributes as tf.NamedAttrMap, backend }) as tf.TensorInfo
        made.push(out)
        return out
      }
      const out = compose(call, inputs as Record<string, tf.TensorInfo>, (attrs ?? {}) as Record<string, unknown>)
      const storage = backend as unknown as { disposeData(dataId: object): void }
      made.pop()
      for (const { dataId } of made) storage.disposeData(dataId)
      return out
    },
  })
}
