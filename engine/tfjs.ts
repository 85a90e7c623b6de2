import * as tf from '@tensorflow/tfjs'
import type { TypedArray } from '../core/dtype.ts'

export { tf }

/** What the engine needs of tfjs beyond its public types (4.22.0, pinned): its global engine's bookkeeping. */
export interface TfInternals {
  backendName: string
  backendInstance: tf.KernelBackend
  readonly registry: Record<string, tf.KernelBackend>
  readonly state: TfState
  findBackend(name: string): tf.KernelBackend | null
  makeTensor(values: TypedArray, shape: number[], dtype: tf.DataType, backend: tf.KernelBackend): tf.Tensor
  makeTensorFromTensorInfo(info: tf.TensorInfo, backend: tf.KernelBackend): tf.Tensor
  startScope(name?: string): void
  makeVariable(initial: tf.Tensor, trainable?: boolean, name?: string, dtype?: tf.DataType): tf.Variable
  trackTensor(tensor: tf.Tensor, backend: tf.KernelBackend): void
  disposeTensor(tensor: tf.Tensor): void
  readSync(dataId: object): TypedArray
  read(dataId: object): Promise<TypedArray>
  tidy<T extends tf.TensorContainer>(fn: () => T): T
}

export interface TfState {
  registeredVariables: Record<string, tf.Variable>
  tensorInfo: { get(dataId: object): { backend: tf.KernelBackend } | undefined }
  numTensors: number
  numDataBuffers: number
  numBytes: number
}

/** The cpu backend, whose typed arrays are where variables live between compiled calls. */
export interface CpuBackend extends tf.KernelBackend {
  data: { has(dataId: object): boolean; get(dataId: object): { values: TypedArray; refCount: number } }
  refCount(dataId: object): number
  incRef(dataId: object): void
}

export function internals(): TfInternals {
  return tf.engine() as unknown as TfInternals
}

export function cpuBackend(): CpuBackend {
  return internals().findBackend('cpu') as unknown as CpuBackend
}

/** Runs `fn` with another backend current, synchronously, and puts the old one back however it ends. */
export function withBackend<T>(name: string, fn: () => T): T {
  const engine = internals()
  const backend = engine.findBackend(name)
  if (backend === null) throw new Error(`the tfjs backend "${name}" is not initialised`)
  const { backendName, backendInstance } = engine
  engine.backendName = name
  engine.backendInstance = backend
  try {
    return fn()
  } finally {
    engine.backendName = backendName
    engine.backendInstance = backendInstance
  }
}

// Variables are made on the cpu backend: the compiled engine works on its arrays, and the eager ones move them once.
// `enableProdMode` also silences the advice to install tfjs-node.
tf.enableProdMode()
void tf.setBackend('cpu')
