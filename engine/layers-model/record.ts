import type { TypedArray } from '../../core/dtype.ts'
import { RingsideError } from '../../core/errors.ts'
import { sizeOf } from '../graph/value.ts'
import type { NetworkView } from '../inspect.ts'
import { traceBackend, type KernelCall } from '../trace/trace-backend.ts'
import { trace } from '../trace/trace.ts'
import { tf } from '../tfjs.ts'

/** A number of the network itself: a weight, by its path, or a constant. */
export interface Fixed {
  readonly values: TypedArray
  readonly shape: readonly number[]
  readonly dtype: tf.DataType
  readonly path?: string
}

/** What a network does, kernel by kernel; tensors are told by their data. */
export interface Recording {
  readonly calls: readonly KernelCall[]
  readonly inputs: ReadonlyMap<object, string>
  readonly outputs: ReadonlyMap<string, object>
  readonly fixed: ReadonlyMap<object, Fixed>
}

/** Runs a view once without computing anything and writes down its kernels. `values`: the weights by path. */
export function record(view: NetworkView, values: Readonly<Record<string, Float32Array>>): Recording {
  const backend = traceBackend()
  const calls: KernelCall[] = []
  const computed = new Set<object>()
  const fixed = new Map<object, Fixed>()
  const inputs = new Map<object, string>()
  const outputs = new Map<string, object>()
  const weights = Object.fromEntries(
    Object.entries(view.parameters).map(([path, { shape }]) => {
      const own = values[path]
      if (own === undefined) throw new RingsideError(`The weights of "${view.name}" have no "${path}".`)
      const tensor = tf.tensor(own, [...shape])
      fixed.set(tensor.dataId, { values: own, shape, dtype: 'float32', path })
      return [path, tensor]
    }),
  )
  const note = (info: tf.TensorInfo): void => {
    if (computed.has(info.dataId) || inputs.has(info.dataId) || fixed.has(info.dataId)) return
    const { constant } = backend.resolve(info)
    if (constant === undefined) return
    const all = constant as TypedArray
    // A repeated number is kept once.
    const own = all.length === 1 ? Float32Array.from({ length: sizeOf(info.shape) }, () => all[0]!) : all.slice()
    fixed.set(info.dataId, { values: own, shape: info.shape, dtype: info.dtype })
  }
  backend.watcher = (call) => {
    Object.values(call.inputs).forEach(note)
    for (const { dataId } of call.outputs) computed.add(dataId)
    calls.push(call)
  }
  try {
    const specs = Object.entries(view.inputs).map(([name, { shape, dtype }]) => ({ name, shape, dtype }))
    const apply = (given: Readonly<Record<string, tf.Tensor>>): Record<string, tf.Tensor> => {
      for (const [name, { dataId }] of Object.entries(given)) inputs.set(dataId, name)
      const out = { ...view.apply(weights, given) }
      for (const [name, { dataId }] of Object.entries(out)) outputs.set(name, dataId)
      return out
    }
    trace(apply, view.name, specs, {}, new Set())
  } finally {
    backend.watcher = undefined
    for (const tensor of Object.values(weights)) tensor.dispose()
  }
  return { calls, inputs, outputs, fixed }
}

/** The kernels that lead to one of the outputs, in order. */
export function leadingTo({ calls }: Recording, output: object): KernelCall[] {
  const wanted = new Set([output])
  const kept: KernelCall[] = []
  for (const call of [...calls].reverse()) {
    if (!call.outputs.some(({ dataId }) => wanted.has(dataId))) continue
    for (const { dataId } of Object.values(call.inputs)) wanted.add(dataId)
    kept.push(call)
  }
  return kept.reverse()
}
