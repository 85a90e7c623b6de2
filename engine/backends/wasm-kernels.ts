import { cpuBackend, tf } from '../tfjs.ts'
import { mendCpuKernels } from './cpu-kernels.ts'

let registered = false

/**
 * The kernels that training needs and tfjs's wasm backend lacks: the heavy ones put together from those that it has, the
 * others borrowed from the cpu backend. Correct first: wasm is the fallback for machines without ONNX Runtime.
 */
export function registerWasmTrainingKernels(): void {
  if (registered) return
  registered = true
  mendCpuKernels()
  register('Conv2DBackpropFilter', filterGradient)
  register('UnsortedSegmentSum', segmentSum)
  for (const kernelName of ['Conv2D', 'FusedConv2D']) padFirst(kernelName)
  for (const kernelName of ['Conv2D', 'FusedConv2D', 'Conv2DBackpropInput', 'MaxPool', 'AvgPool'])
    borrow(kernelName, hasOddPadding)
  // The stock ones miss places: windows that overlap, centres of pixels, batches of single indices.
  borrow('MaxPoolGrad')
  borrow('ResizeNearestNeighborGrad', ({ halfPixelCenters }) => halfPixelCenters === true)
  borrow('GatherV2', ({ batchDims }) => (batchDims ?? 0) !== 0)
  for (const { kernelName } of tf.getKernelsForBackend('cpu')) {
    if (tf.getKernel(kernelName, 'wasm') === undefined) borrow(kernelName)
  }
}

/** The stock kernels read past the image where its edges are rounded otherwise, or tfjs takes a window's height for its width. */
function hasOddPadding(attributes: Record<string, unknown>, { filter }: Record<string, tf.TensorInfo>): boolean {
  const { pad, dimRoundingMode, filterSize } = attributes
  if (dimRoundingMode === 'ceil' || dimRoundingMode === 'round') return true
  const [height, width] = (filter?.shape ?? (Array.isArray(filterSize) ? filterSize : [1, 1])) as [number, number]
  return typeof pad === 'number' && height !== width
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
  dilations?: number | [number, number]
  dimRoundingMode?: 'floor' | 'round' | 'ceil'
  filterShape: Shape4
}

/** The stock convolutions give zeros for `same` padding where a filter is smaller than its stride: they get padded images. */
function padFirst(kernelName: string): void {
  const stock = tf.getKernel(kernelName, 'wasm')
  tf.unregisterKernel(kernelName, 'wasm')
  tf.registerKernel({
    ...stock,
    kernelFunc: (args) => {
      const { x, filter } = args.inputs as { x: tf.TensorInfo; filter: tf.TensorInfo }
      const { strides, pad, dilations, dimRoundingMode } = args.attrs as unknown as ConvFilterAttributes
      const info = tf.backend_util.computeConv2DInfo(
        x.shape as Shape4,
        filter.shape as Shape4,
        strides,
        dilations ?? 1,
        pad,
        dimRoundingMode,
      )
      const reaches = info.filterHeight >= info.strideHeight && info.filterWidth >= info.strideWidth
      if (pad !== 'same' || reaches) return stock.kernelFunc(args)
      const { top, bottom, left, right } = info.padInfo
      const paddings = [
        [0, 0],
        [top, bottom],
        [left, right],
        [0, 0],
      ]
      const padded = tf.getKernel('PadV2', 'wasm').kernelFunc({
        inputs: { x },
        attrs: { paddings, constantValue: 0 } as unknown as tf.NamedAttrMap,
        backend: args.backend,
      }) as tf.TensorInfo
      const out = stock.kernelFunc({
        ...args,
        inputs: { ...args.inputs, x: padded },
        attrs: { ...args.attrs, pad: 'valid' },
      })
      ;(args.backend as unknown as { disposeData(dataId: object): void }).disposeData(padded.dataId)
      return out
    },
  })
}

/** The sum over rows with one id is a row of one-hotᵀ · rows. */
const segmentSum: Composition = (call, { x, segmentIds }, attributes) => {
  const numSegments = attributes['numSegments'] as number
  const count = tf.util.sizeFromShape(segmentIds!.shape)
  const width = tf.util.sizeFromShape(x!.shape) / count
  const rows = call('Cast', { x: call('Reshape', { x: x! }, { shape: [1, count, width] }) }, { dtype: 'float32' })
  const ids = call('Reshape', { x: segmentIds! }, { shape: [count] })
  // The stock OneHot writes integers, whatever dtype it is asked for.
  const hotInt = call('OneHot', { indices: ids }, { depth: numSegments, onValue: 1, offValue: 0, dtype: 'int32' })
  const hot = call('Cast', { x: hotInt }, { dtype: 'float32' })
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

/** Runs the cpu backend's kernel on copies; `when` says for which attributes, if there is a stock one for the others. */
function borrow(
  kernelName: string,
  when?: (attributes: Record<string, unknown>, inputs: Record<string, tf.TensorInfo>) => boolean,
): void {
  const stock = tf.getKernel(kernelName, 'wasm')
  const lender = tf.getKernel(kernelName, 'cpu')
  if (stock !== undefined) tf.unregisterKernel(kernelName, 'wasm')
  tf.registerKernel({
    kernelName,
    backendName: 'wasm',
    kernelFunc: (args) => {
      const attributes = (args.attrs ?? {}) as Record<string, unknown>
      if (when !== undefined && !when(attributes, args.inputs as Record<string, tf.TensorInfo>))
        return stock.kernelFunc(args)
      const cpu = cpuBackend()
      const wasm = args.backend as unknown as Storage
      const lend = ({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo => ({
        dataId: cpu.write(wasm.readSync(dataId), shape, dtype),
        shape,
        dtype,
      })
      const back = ({ dataId, shape, dtype }: tf.TensorInfo): tf.TensorInfo => ({
        dataId: wasm.write(cpu.readSync(dataId), shape, dtype),
        shape,
        dtype,
      })
      // Kernels of any number of operands get a list, others names.
      const lent = (Array.isArray(args.inputs) ? [] : {}) as tf.NamedTensorInfoMap
      for (const [name, input] of Object.entries(args.inputs))
        if (input !== undefined && input !== null) lent[name] = lend(input)
      const out = lender.kernelFunc({ ...args, inputs: lent, backend: cpu })
      const all = Array.isArray(out) ? out : [out]
      const returned = all.map(back)
      for (const info of [...all, ...Object.values(lent)]) if (info !== undefined) cpu.disposeData(info.dataId, true)
      return Array.isArray(out) ? returned : returned[0]!
    },
  })
}

interface Storage {
  readSync(dataId: object): tf.BackendValues
  write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): object
}
