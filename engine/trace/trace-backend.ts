import { internals, tf } from '../tfjs.ts'
import { messageOf, RingsideError } from '../../core/errors.ts'
import type { TypedArray } from '../../core/dtype.ts'
import { Graph } from '../graph/graph.ts'
import { sizeOf, type Value } from '../graph/value.ts'
import { findLowering, loweredKernels } from '../lowering/index.ts'
import type { KernelInputs, Lowering } from '../lowering/registry.ts'
import type { OnnxType } from '../onnx/model.ts'
import { Origin } from './origin.ts'
import { atUserLine } from './user-line.ts'

export const traceBackendName = 'ringside-trace'

type DataId = object

/** One kernel as tfjs asked for it. */
export interface KernelCall {
  readonly kernel: string
  readonly inputs: Readonly<Record<string, tf.TensorInfo>>
  readonly attributes: Readonly<Record<string, unknown>>
  readonly outputs: readonly tf.TensorInfo[]
}

/** A tfjs backend that computes nothing: each kernel that runs on it is written into a graph. */
export class TraceBackend extends tf.KernelBackend {
  graph = new Graph()
  /** Variables the function may touch, by the data they held when the trace began. */
  readonly variables = new Map<DataId, tf.Variable>()
  /** Variables that were read: they are inputs of the graph. */
  readonly stateInputs = new Map<tf.Variable, Value>()
  /** Every other variable of the process, to name it when it is touched. */
  readonly foreign = new Map<DataId, tf.Variable>()
  name = 'compiled function'
  /** Told every kernel, in order, while it is set. */
  watcher: ((kernel: KernelCall) => void) | undefined
  private readonly values = new Map<DataId, Value>()
  private readonly references = new Map<DataId, number>()

  begin(name: string): void {
    this.end()
    this.name = name
  }

  /** Lets go of the graph and of every variable. */
  end(): void {
    this.graph = new Graph()
    for (const map of [this.variables, this.stateInputs, this.foreign, this.values, this.references]) map.clear()
  }

  dataIdOf(value: Value): DataId {
    const dataId = {}
    this.values.set(dataId, value)
    this.references.set(dataId, 1)
    return dataId
  }

  adopt(dataId: DataId, variable: tf.Variable): void {
    this.variables.set(dataId, variable)
    this.references.set(dataId, 1)
  }

  /** The symbolic value of a tensor: computed here, a variable's, or a constant read from where it lives. */
  resolve(tensor: tf.TensorInfo): Value {
    const own = this.values.get(tensor.dataId)
    if (own !== undefined) return own
    const variable = this.variables.get(tensor.dataId)
    if (variable !== undefined) {
      let value = this.stateInputs.get(variable)
      if (value === undefined) {
        value = this.graph.input(`state${this.stateInputs.size}`, variable.dtype as OnnxType, variable.shape)
        this.stateInputs.set(variable, value)
      }
      return value
    }
    const undeclared = this.foreign.get(tensor.dataId)
    if (undeclared !== undefined) {
      throw this.refuse(`reads the variable "${undeclared.name}", which is not declared in its state`)
    }
    const info = internals().state.tensorInfo.get(tensor.dataId)
    if (info === undefined) throw this.refuse('uses a tensor that was disposed')
    const data = info.backend.readSync(tensor.dataId) as TypedArray
    const value = this.graph.constant(data, tensor.shape, tensor.dtype as 'float32' | 'int32' | 'bool')
    this.values.set(tensor.dataId, value)
    return value
  }

  /** The first refusal that could not be thrown at once. */
  refused: unknown

  refuse(what: string): RingsideError {
    return new RingsideError(atUserLine(`"${this.name}" cannot be compiled: it ${what}`))
  }

  /** Writes one kernel into the graph; what goes wrong is told with its name and the line that called it. */
  lower(kernel: string, lowering: Lowering, inputs: KernelInputs, attributes: object): Value | Value[] {
    let origin: Origin | undefined
    this.graph.origin = () => (origin ??= new Origin(kernel))
    try {
      return lowering(this.graph, inputs, attributes as Readonly<Record<string, unknown>>)
    } catch (error) {
      if (error instanceof RingsideError) throw error
      const where = (origin ?? new Origin(kernel)).describe()
      throw new RingsideError(`"${this.name}" cannot be compiled: ${where}: ${messageOf(error)}`, { cause: error })
    } finally {
      this.graph.origin = undefined
    }
  }

  override write(values: tf.BackendValues, shape: number[], dtype: tf.DataType): DataId {
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool')
      throw this.refuse(`makes a tensor of dtype ${dtype}`)
    return this.dataIdOf(this.graph.constant(values as TypedArray, shape, dtype))
  }

  override readSync(dataId: DataId): tf.BackendValues {
    const value = this.values.get(dataId)
    if (value?.constant !== undefined && value.constant.length === sizeOf(value.shape))
      return value.constant as TypedArray as tf.BackendValues
    throw this.refuse(
      'reads a value (dataSync, arraySync, print, …) while it is traced, and values are not known then. Return the tensor and ' +
        'read it outside, or express the choice with tf.where',
    )
  }

  /** Nobody may be waiting for the promise: what is refused is kept, and thrown when the function has returned. */
  override read(dataId: DataId): Promise<tf.BackendValues> {
    try {
      return Promise.resolve(this.readSync(dataId))
    } catch (error) {
      this.refused ??= error
      return new Promise(() => {})
    }
  }

  override incRef(dataId: DataId): void {
    this.references.set(dataId, (this.references.get(dataId) ?? 0) + 1)
  }

  override refCount(dataId: DataId): number {
    return this.references.get(dataId) ?? 0
  }

  override disposeData(dataId: DataId, force = false): boolean {
    const left = (this.references.get(dataId) ?? 1) - 1
    this.references.set(dataId, left)
    return force || left <= 0
  }

  override numDataIds(): number {
    return this.references.size
  }

  override memory(): { unreliable: boolean } {
    return { unreliable: true }
  }

  override floatPrecision(): 16 | 32 {
    return 32
  }

  override dispose(): void {}
}

let backend: TraceBackend | undefined

/** The one tracing backend, registered with tfjs on first use, with a kernel for every lowering. */
export function traceBackend(): TraceBackend {
  if (backend !== undefined) return backend
  const made = new TraceBackend()
  backend = made
  tf.registerBackend(traceBackendName, () => made, 0)
  internals().registry[traceBackendName] = made
  for (const kernelName of loweredKernels()) {
    const lowering = findLowering(kernelName)!
    tf.registerKernel({
      kernelName,
      backendName: traceBackendName,
      kernelFunc: ({ inputs, attrs }) => {
        const resolved: Record<string, Value> = {}
        for (const [name, tensor] of Object.entries(inputs)) {
          if (tensor !== undefined && tensor !== null) resolved[name] = made.resolve(tensor)
        }
        const out = made.lower(kernelName, lowering, resolved, attrs ?? {})
        const info = (value: Value): tf.TensorInfo => ({
          dataId: made.dataIdOf(value),
          shape: [...value.shape],
          dtype: value.dtype as tf.DataType,
        })
        const outputs = Array.isArray(out) ? out.map(info) : [info(out)]
        made.watcher?.({
          kernel: kernelName,
          inputs: inputs as Record<string, tf.TensorInfo>,
          attributes: (attrs ?? {}) as Record<string, unknown>,
          outputs,
        })
        return Array.isArray(out) ? outputs : outputs[0]!
      },
    })
  }
  return made
}
