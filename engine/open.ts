import { usageError, unknownName } from '../core/errors.ts'
import { mendCpuKernels } from './backends/cpu-kernels.ts'
import { makeOnnxProgram } from './backends/onnx.ts'
import { assertOnnxDevice } from './backends/onnx-devices.ts'
import { makeEagerProgram, readVariable, writeVariable } from './backends/eager.ts'
import { loadOnnxRuntime, loadTensorFlow, loadWasm } from './backends/load.ts'
import type { ProgramMaker } from './backends/program.ts'
import { createCompiled } from './compile.ts'
import { createStateMemory } from './fusion/memory.ts'
import { tf } from './tfjs.ts'
import type { BackendName, Engine, EngineOptions } from './types.ts'

const backends: readonly (BackendName | 'auto')[] = ['auto', 'onnx', 'tensorflow', 'wasm', 'cpu']

/**
 * Opens an engine. `auto` takes tensorflow where it sees a GPU, else onnx, else wasm, and says so in `notice` where it
 * had to fall back. Throws a usage error for an unknown name or device, and for a backend asked for that is not there.
 */
export async function openEngine({
  engine: wanted = 'auto',
  device = 'cpu',
  threads = 1,
}: EngineOptions = {}): Promise<Engine> {
  if (!backends.includes(wanted)) throw unknownName('engine', String(wanted), backends)
  if (!Number.isInteger(threads) || threads < 1)
    throw usageError(`threads expects a whole number of at least 1, got ${threads}.`)
  lastOpened = wanted === 'auto' ? await openBest(device, threads) : await open(wanted, device, threads)
  return lastOpened
}

let lastOpened: Engine | undefined

/** For `compile` without an engine: the one opened last, else what can be opened without waiting. */
export function defaultEngine(): Engine {
  lastOpened ??= loadOnnxRuntime().ok ? openOnnx('cpu', 1) : openCpu()
  return lastOpened
}

async function openBest(device: string, threads: number): Promise<Engine> {
  if (await hasTensorFlowGpu()) return open('tensorflow', device === 'cpu' ? 'gpu' : device, threads)
  const onnx = loadOnnxRuntime()
  if (onnx.ok) return open('onnx', device, threads)
  const notice = `The native engine is not here (${onnx.why}), so this runs on WebAssembly, many times slower. To mend it: ${onnx.mend}`
  const wasm = await loadWasm(threads)
  return { ...(await open(wasm.ok ? 'wasm' : 'cpu', 'cpu', threads)), notice }
}

async function open(backend: BackendName, device: string, threads: number): Promise<Engine> {
  switch (backend) {
    case 'onnx':
      return openOnnx(device, threads)
    case 'tensorflow': {
      const tensorflow = await loadTensorFlow()
      if (!tensorflow.ok) throw missing('tensorflow', tensorflow)
      const { name, version, gpu } = tensorflow.value
      return createEngine(
        'tensorflow',
        `TensorFlow ${version} (${name})`,
        gpu ? 'gpu' : 'cpu',
        threads,
        eager('tensorflow'),
      )
    }
    case 'wasm': {
      const wasm = await loadWasm(threads)
      if (!wasm.ok) throw missing('wasm', wasm)
      assertCpu('wasm', device)
      return createEngine('wasm', `TensorFlow.js ${wasm.value} (WebAssembly)`, 'cpu', threads, eager('wasm'))
    }
    case 'cpu':
      assertCpu('cpu', device)
      return openCpu()
  }
}

function openOnnx(device: string, threads: number): Engine {
  const onnx = loadOnnxRuntime()
  if (!onnx.ok) throw missing('onnx', onnx)
  assertOnnxDevice(onnx.value, device)
  const options = { runtime: onnx.value, device, threads, memory: createStateMemory() }
  const makeProgram: ProgramMaker = (request) => makeOnnxProgram(options, request)
  return createEngine('onnx', `ONNX Runtime ${onnx.value.version}`, device, threads, makeProgram)
}

function openCpu(): Engine {
  mendCpuKernels()
  return createEngine('cpu', `TensorFlow.js ${tf.version_core} (plain JavaScript)`, 'cpu', 1, eager('cpu'))
}

function createEngine(
  backend: BackendName,
  library: string,
  device: string,
  threads: number,
  makeProgram: ProgramMaker,
): Engine {
  return {
    backend,
    device,
    threads,
    description: `${backend}: ${library} on ${device}, ${threads} ${threads === 1 ? 'thread' : 'threads'}`,
    compile: (fn, options = {}) => createCompiled(fn, options, makeProgram),
    read: readVariable,
    write: writeVariable,
    dispose() {},
  }
}

function eager(name: string): ProgramMaker {
  return (request) => makeEagerProgram(name, request)
}

/** Asked only where a package is there: loading TensorFlow takes seconds. */
async function hasTensorFlowGpu(): Promise<boolean> {
  const tensorflow = await loadTensorFlow()
  return tensorflow.ok && tensorflow.value.gpu
}

function missing(engine: BackendName, { why, mend }: { why: string; mend: string }): Error {
  return usageError(
    `The engine ${engine} cannot be used here: ${why}. To mend it: ${mend}. Or let --engine auto choose.`,
  )
}

function assertCpu(engine: BackendName, device: string): void {
  if (device !== 'cpu') throw usageError(`The engine ${engine} offers the device cpu only, not "${device}".`)
}
