import { sizeOf } from '../core/dtype.ts'
import type { Parameters, Weights } from './layers/types.ts'
import { createVariables } from './layers/variables.ts'
import { traceBackend, type KernelCall } from './trace/trace-backend.ts'
import { trace } from './trace/trace.ts'
import { tf } from './tfjs.ts'
import type { Variables } from './types.ts'

/** A network by itself, as a pure function: what inspecting and checking gradients start from. */
export interface NetworkView {
  readonly name: string
  readonly parameters: Parameters
  /** What to call a layer, by its path, that is more than its product. */
  readonly kinds?: Readonly<Record<string, string>>
  /** Shapes of one application, all sides known; `uint8` arrives as int32. */
  readonly inputs: Readonly<
    Record<string, { readonly shape: readonly number[]; readonly dtype: 'float32' | 'int32' | 'uint8' }>
  >
  apply(weights: Weights, inputs: Readonly<Record<string, tf.Tensor>>): Readonly<Record<string, tf.Tensor>>
}

/** One layer: a product with weights, a pooling, or weights that stand by themselves (a scale, a deviation). */
export interface LayerRow {
  /** Path of its weights without their own names: `torso/0`; the kind for a layer without weights. */
  readonly path: string
  /** `convolution 8×8/4 same`, `dense`, `maximum 3×3/2`, … */
  readonly kind: string
  /** Of one application: batch first; images as height × width × depth. */
  readonly output: readonly number[]
  readonly parameters: number
  readonly multiplyAdds: number
}

export interface NetworkReport {
  readonly name: string
  readonly layers: readonly LayerRow[]
  readonly parameters: number
  /** Products that are added up, of one application; element-wise work is not counted. */
  readonly multiplyAdds: number
}

/**
 * What a network does, layer by layer, read off the kernels that it runs: whatever code it is made of. Nothing is computed.
 * A layer that is applied twice has its parameters counted once and its work twice.
 */
export function inspectNetwork(view: NetworkView): NetworkReport {
  const variables = createVariables(view.parameters)
  const backend = traceBackend()
  const calls: KernelCall[] = []
  const paths = new Map<object, string>(Object.entries(variables).map(([path, { dataId }]) => [dataId, path]))
  backend.watcher = (call) => calls.push(call)
  try {
    const specs = Object.entries(view.inputs).map(([name, { shape, dtype }]) => ({ name, shape, dtype }))
    trace((inputs) => ({ ...view.apply(variables, inputs) }), view.name, specs, variables, new Set())
  } finally {
    backend.watcher = undefined
    for (const variable of Object.values(variables)) variable.dispose()
  }
  const rows = readRows(calls, paths).map((row) => ({ ...row, kind: view.kinds?.[row.path] ?? row.kind }))
  const layers = withParameters(rows, variables)
  const sum = (of: (row: LayerRow) => number): number => layers.reduce((total, row) => total + of(row), 0)
  return {
    name: view.name,
    layers,
    parameters: sum((row) => row.parameters),
    multiplyAdds: sum((row) => row.multiplyAdds),
  }
}

interface Row {
  path: string
  readonly kind: string
  readonly output: readonly number[]
  readonly multiplyAdds: number
}

/** Kernels that pass a weight on as it is, in another shape. */
const carriers = ['Identity', 'Reshape', 'Transpose', 'Cast', 'ExpandDims', 'Slice']

function readRows(calls: readonly KernelCall[], paths: Map<object, string>): Row[] {
  const rows: Row[] = []
  // A weight that was made of several (noisy ones) carries the name of the first.
  const weightOf = (info: tf.TensorInfo | undefined): string | undefined => info && paths.get(info.dataId)
  for (const { kernel, inputs, outputs, attributes } of calls) {
    const [out] = outputs
    const weights = Object.values(inputs).map(weightOf)
    const allWeights = weights.length > 0 && weights.every((path) => path !== undefined)
    const isCarried = carriers.includes(kernel) && weights.length === 1 && weights[0] !== undefined
    if (isCarried || (allWeights && elementwise.includes(kernel)))
      for (const o of outputs) paths.set(o.dataId, weights[0]!)
    const shape = out!.shape
    const found = weights.find((path) => path !== undefined)
    const path = found === undefined ? undefined : folderOf(found)
    switch (kernel) {
      case 'Conv2D':
      case 'FusedConv2D':
      case 'DepthwiseConv2dNative':
      case 'FusedDepthwiseConv2D': {
        const filter = inputs['filter']!.shape as [number, number, number, number]
        const [height, width, depth, many] = filter
        const each = kernel.includes('Depthwise') ? height * width : height * width * depth
        const outputDepth = kernel.includes('Depthwise') ? depth * many : many
        const kind = `${kernel.includes('Depthwise') ? 'depthwise ' : ''}convolution ${windowOf([height, width], attributes)}`
        const multiplyAdds = each * outputDepth * sizeOf(shape.slice(0, 3))
        rows.push({ path: path ?? kind, kind, output: shape, multiplyAdds })
        break
      }
      case 'Conv2DBackpropInput': {
        const filter = inputs['filter']!.shape as [number, number, number, number]
        const kind = `transposed convolution ${windowOf([filter[0], filter[1]], attributes)}`
        const multiplyAdds = filter[0] * filter[1] * filter[2] * sizeOf(inputs['dy']!.shape)
        rows.push({ path: path ?? kind, kind, output: shape, multiplyAdds })
        break
      }
      case 'BatchMatMul':
      case '_FusedMatMul': {
        // A product of matrices that are stacked is one of their rows.
        const rowsOf = [sizeOf(shape.slice(0, -1)), shape.at(-1)!]
        const inner = inputs['a']!.shape.at(attributes['transposeA'] === true ? -2 : -1)!
        rows.push({
          path: path ?? 'product',
          kind: path === undefined ? 'product' : 'dense',
          output: rowsOf,
          multiplyAdds: inner * sizeOf(shape),
        })
        break
      }
      case 'MaxPool':
      case 'AvgPool': {
        const size = attributes['filterSize'] as number | [number, number]
        const side = typeof size === 'number' ? [size, size] : size
        const kind = `${kernel === 'MaxPool' ? 'maximum' : 'mean'} ${windowOf(side, attributes)}`
        rows.push({ path: kind, kind, output: shape, multiplyAdds: 0 })
        break
      }
      default:
    }
  }
  return rows
}

const elementwise = ['Add', 'Multiply', 'Sub']

function windowOf([height, width]: readonly number[], { strides, pad }: Readonly<Record<string, unknown>>): string {
  const stride = Array.isArray(strides) ? strides.join('×') : String(strides ?? 1)
  const same = Array.isArray(strides) && strides[0] === strides[1] ? String(strides[0]) : stride
  return `${height}×${width}/${same} ${typeof pad === 'string' ? pad : `padded by ${JSON.stringify(pad)}`}`
}

function folderOf(path: string): string {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : path
}

/** Each weight is counted at the first layer that lies in its folder; those of no layer's get rows of their own. */
function withParameters(rows: readonly Row[], variables: Variables): LayerRow[] {
  const left = new Map(Object.entries(variables).map(([path, { size }]) => [path, size]))
  const take = (folder: string): number => {
    let sum = 0
    for (const [path, size] of left) {
      if (folderOf(path) !== folder) continue
      sum += size
      left.delete(path)
    }
    return sum
  }
  // Recurrent layers keep the weights of their two products in folders below their own.
  const layers = rows.map((row): LayerRow => ({ ...row, parameters: take(row.path) }))
  const alone = new Map<string, number>()
  for (const [path, size] of left) alone.set(folderOf(path), (alone.get(folderOf(path)) ?? 0) + size)
  for (const [path, parameters] of alone) {
    const output = [parameters]
    layers.push({ path, kind: 'weights by themselves', output, parameters, multiplyAdds: 0 })
  }
  return layers
}
