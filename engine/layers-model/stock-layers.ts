import { tf } from '../tfjs.ts'

/** One kernel with what is known of its inputs: layers' outputs, or numbers of the network. */
export interface Asked {
  readonly kernel: string
  readonly attributes: Readonly<Record<string, unknown>>
  /** Every input in order. */
  readonly operands: readonly (tf.SymbolicTensor | tf.Tensor)[]
  /** Those that layers give, by the kernel's own names. */
  readonly symbols: Readonly<Record<string, tf.SymbolicTensor>>
  readonly numbers: Readonly<Record<string, tf.Tensor>>
  /** Of the result, batch first. */
  readonly shape: readonly number[]
  /** A name that no other layer has. */
  readonly name: string
  /** What is added to the result right after, along its last axis. */
  readonly bias: tf.Tensor | undefined
}

/** The same by layers that every tf.layers has; undefined where there are none. */
export function stockLayers(asked: Asked): tf.SymbolicTensor | undefined {
  return kernels[asked.kernel]?.(asked)
}

/** Kernels that can take a bias along. */
export const takesBias: ReadonlySet<string> = new Set(['BatchMatMul', 'Conv2D', 'Conv2DBackpropInput'])

/** Shape of one example. A batch of single numbers is a column here. */
export function sampleOf(shape: readonly (number | null)[]): number[] {
  return shape.length <= 1 ? [1] : (shape.slice(1) as number[])
}

type Made = tf.SymbolicTensor | undefined

const passes = ({ symbols: { x } }: Asked): Made => x
const activation =
  (kind: 'relu' | 'tanh' | 'sigmoid' | 'elu' | 'relu6' | 'selu' | 'softplus' | 'softsign') =>
  ({ symbols: { x }, name }: Asked): Made =>
    x && through(tf.layers.activation({ activation: kind, name }), x)

const kernels: Readonly<Record<string, (asked: Asked) => Made>> = {
  Identity: passes,
  // All numbers are floats in such a model.
  Cast: passes,
  Relu: activation('relu'),
  Tanh: activation('tanh'),
  Sigmoid: activation('sigmoid'),
  Elu: activation('elu'),
  Relu6: activation('relu6'),
  Selu: activation('selu'),
  Softplus: activation('softplus'),
  LeakyRelu: ({ symbols: { x }, attributes, name }) =>
    x && through(tf.layers.leakyReLU({ alpha: attributes['alpha'] as number, name }), x),
  Softmax: ({ symbols: { logits }, attributes, name }) =>
    logits && isLast(attributes['dim'] as number, logits.shape.length)
      ? through(tf.layers.softmax({ axis: -1, name }), logits)
      : undefined,
  Reshape: ({ symbols: { x }, shape, name }) => x && (shape[0] === 1 ? reshaped(x, sampleOf(shape), name) : undefined),
  ExpandDims: ({ symbols: { input }, shape, name }) => input && reshaped(input, sampleOf(shape), name),
  Transpose({ symbols: { x }, attributes, name }) {
    const [first, ...dims] = attributes['perm'] as number[]
    return x && first === 0 ? through(tf.layers.permute({ dims, name }), x) : undefined
  },
  Slice({ symbols: { x }, attributes, shape, name }) {
    const begin = attributes['begin'] as number[]
    if (x?.shape.length !== 4 || begin[0] !== 0 || begin[3] !== 0 || shape[3] !== x.shape[3]) return undefined
    const sides = [1, 2].map((axis): [number, number] => [
      begin[axis]!,
      x.shape[axis]! - begin[axis]! - shape[axis]!,
    ]) as [[number, number], [number, number]]
    return through(tf.layers.cropping2D({ cropping: sides, name }), x)
  },
  Concat: ({ operands, attributes, name }) =>
    joined(operands, (given) => tf.layers.concatenate({ axis: attributes['axis'] as number, name }).apply(given)),
  OneHot({ symbols: { indices }, attributes, shape, name }) {
    const { depth, onValue = 1, offValue = 0 } = attributes as { depth: number; onValue?: number; offValue?: number }
    if (indices === undefined || onValue !== 1 || offValue !== 0) return undefined
    const weights = [tf.eye(depth)]
    const rows = tf.layers.embedding({ inputDim: depth, outputDim: depth, weights, name, ...untold })
    return reshaped(through(rows, indices), sampleOf(shape), `${name}_row`)
  },
  BatchMatMul({ symbols: { a }, numbers: { b }, attributes, bias, name }) {
    if (a === undefined || b?.shape.length !== 2 || attributes['transposeA'] === true) return undefined
    const kernel = attributes['transposeB'] === true ? tf.transpose(b) : b
    return dense(a, kernel, bias, name)
  },
  _FusedMatMul({ symbols: { a }, numbers: { b, bias }, attributes, name }) {
    if (a === undefined || b?.shape.length !== 2 || attributes['transposeA'] === true) return undefined
    const kernel = attributes['transposeB'] === true ? tf.transpose(b) : b
    return activated(dense(a, kernel, bias, name), attributes, name)
  },
  Conv2D: ({ symbols: { x }, numbers: { filter }, attributes, bias, name }) =>
    x && filter && convolved(x, filter, bias, attributes, name),
  FusedConv2D({ symbols: { x }, numbers: { filter, bias }, attributes, name }) {
    const out = x && filter && convolved(x, filter, bias, attributes, name)
    return out && activated(out, attributes, name)
  },
  Conv2DBackpropInput({ symbols: { dy }, numbers: { filter }, attributes, bias, name }) {
    const { strides, padding } = window(attributes)
    if (dy === undefined || filter === undefined || padding === undefined) return undefined
    const [height, width, filters] = filter.shape as [number, number, number]
    const weights = bias === undefined ? [filter] : [filter, bias]
    const options = { filters, kernelSize: [height, width], strides, padding, useBias: bias !== undefined, weights }
    return through(tf.layers.conv2dTranspose({ ...options, name, kernelInitializer: 'zeros' }), dy)
  },
  FusedBatchNorm({ symbols: { x }, numbers: { mean, variance, offset, scale }, attributes, name }) {
    if (x === undefined || mean === undefined || variance === undefined) return undefined
    const epsilon = attributes['varianceEpsilon'] as number
    const weights = [scale ?? tf.onesLike(mean), offset ?? tf.zerosLike(mean), mean, variance]
    return through(tf.layers.batchNormalization({ axis: -1, epsilon, weights, name }), x)
  },
  MaxPool: (asked) => pooled(asked, tf.layers.maxPooling2d),
  AvgPool: (asked) => pooled(asked, tf.layers.averagePooling2d),
  Mean: (asked) => reduced(asked, tf.layers.globalAveragePooling1d, (count) => 1 / count),
  Sum: (asked) => reduced(asked, undefined, () => 1),
  Max: (asked) => reduced(asked, tf.layers.globalMaxPooling1d, undefined),
  Add: ({ operands, name }) =>
    withNumber(operands, (x, number) => affine(x, undefined, number, name)) ??
    joined(operands, (given) => tf.layers.add({ name }).apply(given)),
  AddN: ({ operands, name }) => joined(operands, (given) => tf.layers.add({ name }).apply(given)),
  Sub({ operands, symbols: { a, b }, name }) {
    if (a !== undefined) {
      const taken = b === undefined ? undefined : rescaled(b, -1, 0, `${name}_negative`)
      if (taken !== undefined) return joined([a, taken], (given) => tf.layers.add({ name }).apply(given))
      return withNumber(operands, (x, number) => affine(x, undefined, tf.neg(number), name))
    }
    return withNumber(operands, (x, number) => affine(x, tf.scalar(-1), number, name))
  },
  Multiply: ({ operands, name }) =>
    withNumber(operands, (x, number) => affine(x, number, undefined, name)) ??
    joined(operands, (given) => tf.layers.multiply({ name }).apply(given)),
  RealDiv: ({ symbols: { a }, numbers: { b }, name }) =>
    a && b && affine(a, tf.reciprocal(tf.cast(b, 'float32')), undefined, name),
  Maximum: ({ operands, name }) => joined(operands, (given) => tf.layers.maximum({ name }).apply(given)),
  Minimum: ({ operands, name }) => joined(operands, (given) => tf.layers.minimum({ name }).apply(given)),
}

/** The weights follow: nothing is drawn. */
const untold = { embeddingsInitializer: 'zeros' } as const

function through(layer: tf.layers.Layer, x: tf.SymbolicTensor): tf.SymbolicTensor {
  return layer.apply(x) as tf.SymbolicTensor
}

function isLast(axis: number, rank: number): boolean {
  return axis === -1 || axis === rank - 1
}

function reshaped(x: tf.SymbolicTensor, targetShape: number[], name: string): tf.SymbolicTensor {
  const same = x.shape.length === targetShape.length + 1 && targetShape.every((n, i) => n === x.shape[i + 1])
  return same ? x : through(tf.layers.reshape({ targetShape, name }), x)
}

function dense(x: tf.SymbolicTensor, kernel: tf.Tensor, bias: tf.Tensor | undefined, name: string): tf.SymbolicTensor {
  const weights = bias === undefined ? [kernel] : [kernel, bias]
  const options = { units: kernel.shape[1]!, useBias: bias !== undefined, weights, name }
  return through(tf.layers.dense({ ...options, kernelInitializer: 'zeros' }), x)
}

/** Strides and padding of a window, of those that layers know. */
function window({ strides, pad, dilations = 1, dataFormat = 'NHWC' }: Readonly<Record<string, unknown>>): {
  strides: [number, number]
  padding: 'same' | 'valid' | undefined
} {
  const both = (sides: unknown): [number, number] => (Array.isArray(sides) ? sides : [sides, sides]) as [number, number]
  const plain = dataFormat === 'NHWC' && both(dilations).every((n) => n === 1)
  const known = pad === 'same' || pad === 'valid' ? pad : pad === 0 ? 'valid' : undefined
  return { strides: both(strides), padding: plain ? known : undefined }
}

function convolved(
  x: tf.SymbolicTensor,
  filter: tf.Tensor,
  bias: tf.Tensor | undefined,
  attributes: Readonly<Record<string, unknown>>,
  name: string,
): Made {
  const { strides, padding } = window(attributes)
  if (padding === undefined) return undefined
  const [height, width, , filters] = filter.shape as [number, number, number, number]
  const weights = bias === undefined ? [filter] : [filter, bias]
  const options = { filters, kernelSize: [height, width], strides, padding, useBias: bias !== undefined, weights, name }
  return through(tf.layers.conv2d({ ...options, kernelInitializer: 'zeros' }), x)
}

function activated(x: tf.SymbolicTensor, { activation: kind }: Readonly<Record<string, unknown>>, name: string): Made {
  if (kind === undefined || kind === null || kind === 'linear') return x
  const known = ['relu', 'elu', 'relu6', 'sigmoid'].find((each) => each === kind) as 'relu' | undefined
  return known && through(tf.layers.activation({ activation: known, name: `${name}_${known}` }), x)
}

type Pooling = (options: Parameters<typeof tf.layers.maxPooling2d>[0]) => tf.layers.Layer

function pooled({ symbols: { x }, attributes, name }: Asked, layer: Pooling): Made {
  const { strides, padding } = window(attributes)
  const size = attributes['filterSize'] as number | [number, number]
  return x && padding && through(layer({ poolSize: size, strides, padding, name }), x)
}

/** A mean, sum or maximum over one axis: along the last by a product with equal weights, along the first by pooling. */
function reduced(
  { symbols: { x }, attributes, shape, name }: Asked,
  pooling: typeof tf.layers.globalMaxPooling1d | undefined,
  weight: ((count: number) => number) | undefined,
): Made {
  const told = (attributes['axis'] ?? attributes['reductionIndices']) as number | number[]
  const [axis, ...others] = Array.isArray(told) ? told : [told]
  if (x === undefined || axis === undefined || others.length > 0) return undefined
  const rank = x.shape.length
  const finished = (out: tf.SymbolicTensor): tf.SymbolicTensor => reshaped(out, sampleOf(shape), `${name}_shape`)
  if (pooling !== undefined && axis === 1 && rank === 3) return finished(through(pooling({ name }), x))
  if (!isLast(axis, rank)) return undefined
  const count = x.shape.at(-1)!
  if (weight !== undefined) return finished(dense(x, tf.fill([count, 1], weight(count)), undefined, name))
  const column = pooling && rank === 2 ? reshaped(x, [count, 1], `${name}_column`) : undefined
  return column && finished(through(pooling!({ name }), column))
}

function withNumber(
  operands: readonly (tf.SymbolicTensor | tf.Tensor)[],
  make: (x: tf.SymbolicTensor, number: tf.Tensor) => Made,
): Made {
  const number = operands.find((each) => each instanceof tf.Tensor)
  const x = operands.find((each) => !(each instanceof tf.Tensor))
  return number === undefined || x === undefined ? undefined : make(x as tf.SymbolicTensor, number)
}

function joined(
  operands: readonly (tf.SymbolicTensor | tf.Tensor)[],
  join: (given: tf.SymbolicTensor[]) => tf.Tensor | tf.Tensor[] | tf.SymbolicTensor | tf.SymbolicTensor[],
): Made {
  const symbols = operands.filter((each) => !(each instanceof tf.Tensor)) as tf.SymbolicTensor[]
  const sameRank = symbols.every(({ shape }) => shape.length === symbols[0]!.shape.length)
  return symbols.length === operands.length && sameRank ? (join(symbols) as tf.SymbolicTensor) : undefined
}

function rescaled(x: tf.SymbolicTensor, scale: number, offset: number, name: string): tf.SymbolicTensor {
  return scale === 1 && offset === 0 ? x : through(tf.layers.rescaling({ scale, offset, name }), x)
}

/** scale · x + offset: two numbers, or one of each for every place of the last axis. */
function affine(x: tf.SymbolicTensor, scale: tf.Tensor | undefined, offset: tf.Tensor | undefined, name: string): Made {
  const uniform = (given: tf.Tensor | undefined, otherwise: number): number | undefined => {
    if (given === undefined) return otherwise
    const all = given.dataSync()
    return all.every((n) => n === all[0]) ? all[0] : undefined
  }
  const [factor, addend] = [uniform(scale, 1), uniform(offset, 0)]
  if (factor !== undefined && addend !== undefined) return rescaled(x, factor, addend, name)
  const count = x.shape.at(-1)!
  const row = (given: tf.Tensor | undefined, otherwise: number): tf.Tensor | undefined => {
    if (given === undefined || given.size === 1) return tf.fill([count], uniform(given, otherwise)!)
    return given.size === count && given.shape.at(-1) === count
      ? tf.cast(tf.reshape(given, [count]), 'float32')
      : undefined
  }
  const [factors, addends] = [row(scale, 1), row(offset, 0)]
  if (factors === undefined || addends === undefined) return undefined
  // A batch normalisation whose averages change nothing.
  const epsilon = 1e-3
  const weights = [factors, addends, tf.zeros([count]), tf.fill([count], 1 - epsilon)]
  return through(tf.layers.batchNormalization({ axis: -1, epsilon, weights, name }), x)
}
