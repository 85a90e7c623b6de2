import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import util from 'node:util'
import type { TypedArray } from '../../core/dtype.ts'
import { messageOf, RingsideError } from '../../core/errors.ts'
import { internals, tf } from '../tfjs.ts'
import { registerWasmTrainingKernels } from './wasm-kernels.ts'

const require = createRequire(import.meta.url)

/** Each optional package is loaded here and nowhere else: what it offers, or why it cannot be had. */
export type Loaded<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string; readonly mend: string }

export interface OrtTensor {
  readonly data: TypedArray
}

export interface OrtSession {
  /** Fills the fetches in place, synchronously. */
  run(feeds: Readonly<Record<string, OrtTensor>>, fetches: Readonly<Record<string, OrtTensor>>): void
  dispose(): void
}

export interface OnnxRuntime {
  readonly version: string
  readonly devices: readonly string[]
  readonly Tensor: new (dtype: string, data: TypedArray, shape: readonly number[]) => OrtTensor
  createSession(model: Uint8Array, options: { device: string; threads: number }): OrtSession
}

const onnxVersion = '1.30.0'
/** What `npm install` of the package alone does not settle: its install script downloads CUDA from elsewhere and may fail. */
export const onnxMend = `npm install onnxruntime-node@${onnxVersion} --ignore-scripts`

interface OrtBinding {
  initOrt(): void
  binding: {
    InferenceSession: new () => {
      loadModel(buffer: ArrayBufferLike, offset: number, length: number, options: object): void
      run(feeds: object, fetches: object, options: object): unknown
      dispose(): void
    }
    listSupportedBackends(): { name: string; bundled: boolean }[]
  }
}

let onnx: Loaded<OnnxRuntime> | undefined

/**
 * ONNX Runtime through its synchronous native binding. The package's public `run` waits for the event loop at every call;
 * the binding is internal to it, hence the pinned version.
 */
export function loadOnnxRuntime(): Loaded<OnnxRuntime> {
  onnx ??= tryLoad(onnxMend, () => {
    const { version } = require('onnxruntime-node/package.json') as { version: string }
    const common = createRequire(require.resolve('onnxruntime-node'))('onnxruntime-common') as {
      Tensor: OnnxRuntime['Tensor']
      env: { logLevel: string }
    }
    // What fails is thrown; the native library would print it a second time.
    common.env.logLevel = 'fatal'
    const { binding, initOrt } = require('onnxruntime-node/dist/binding') as OrtBinding
    initOrt()
    const devices = binding.listSupportedBackends().map(({ name }) => name)
    return {
      version,
      devices,
      Tensor: common.Tensor,
      createSession(model, { device, threads }) {
        const session = new binding.InferenceSession()
        session.loadModel(model.buffer, model.byteOffset, model.byteLength, {
          executionProviders: device === 'cpu' ? ['cpu'] : [device, 'cpu'],
          intraOpNumThreads: threads,
          interOpNumThreads: 1,
          executionMode: 'sequential',
          graphOptimizationLevel: 'all',
          logSeverityLevel: 4,
          // Threads that spin while they wait double the CPU time and win nothing.
          ...(threads > 1 && { extra: { session: { intra_op: { allow_spinning: '0' } } } }),
        })
        const options = {}
        return {
          run: (feeds, fetches) => void session.run(feeds, fetches, options),
          dispose: () => session.dispose(),
        }
      },
    }
  })
  return onnx
}

let wasm: Promise<Loaded<string>> | undefined

/** tfjs's WebAssembly backend, its files taken from the package itself; the value is its version. */
export function loadWasm(threads: number): Promise<Loaded<string>> {
  wasm ??= tryLoadAsync('npm install @tensorflow/tfjs-backend-wasm@4.22.0', async () => {
    const backend = await import('@tensorflow/tfjs-backend-wasm')
    const main = require.resolve('@tensorflow/tfjs-backend-wasm')
    backend.setWasmPaths(join(dirname(main), '/'))
    backend.setThreadsCount(threads)
    await initialise('wasm')
    registerWasmTrainingKernels()
    return backend.version_wasm
  })
  return wasm
}

export interface TensorFlowBackend {
  /** The package that was found. */
  readonly name: string
  readonly version: string
  readonly gpu: boolean
}

let tensorflow: Promise<Loaded<TensorFlowBackend>> | undefined

/** @tensorflow/tfjs-node-gpu, else @tensorflow/tfjs-node. */
export function loadTensorFlow(): Promise<Loaded<TensorFlowBackend>> {
  tensorflow ??= tryLoadAsync('npx ringside doctor --link-tensorflow', async () => {
    restoreUtil()
    // TensorFlow greets on stderr.
    process.env['TF_CPP_MIN_LOG_LEVEL'] ??= '2'
    let why: unknown
    for (const name of ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node']) {
      try {
        require(name)
        await initialise('tensorflow')
        const backend = internals().findBackend('tensorflow') as unknown as {
          isUsingGpuDevice: boolean
          binding: { TF_Version: string }
        }
        return { name, version: backend.binding.TF_Version, gpu: backend.isUsingGpuDevice }
      } catch (error) {
        // A package that is there and fails says more than one that is missing.
        if (why === undefined || !/Cannot find module/.test(messageOf(error))) why = error
      }
    }
    throw why
  })
  return tensorflow
}

/** Initialises a tfjs backend and leaves the current one current. */
async function initialise(name: string): Promise<void> {
  const engine = internals()
  const { backendName, backendInstance } = engine
  try {
    const ok = await tf.setBackend(name)
    if (!ok) throw new RingsideError(`tfjs could not initialise its backend ${name}`)
  } finally {
    engine.backendName = backendName
    engine.backendInstance = backendInstance
  }
}

/** tfjs-node 4.22 calls two functions that Node 23 took away. */
function restoreUtil(): void {
  const old = util as unknown as Record<string, unknown>
  old['isNullOrUndefined'] ??= (value: unknown) => value === null || value === undefined
  old['isArray'] ??= Array.isArray
}

function tryLoad<T>(mend: string, load: () => T): Loaded<T> {
  try {
    return { ok: true, value: load() }
  } catch (error) {
    return { ok: false, why: firstLine(error), mend }
  }
}

async function tryLoadAsync<T>(mend: string, load: () => Promise<T>): Promise<Loaded<T>> {
  try {
    return { ok: true, value: await load() }
  } catch (error) {
    return { ok: false, why: firstLine(error), mend }
  }
}

function firstLine(error: unknown): string {
  return messageOf(error).split('\n')[0]!
}
