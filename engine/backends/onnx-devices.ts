import { createRequire } from 'node:module'
import { existsSync, readdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { messageOf, usageError } from '../../core/errors.ts'
import { encodeModel } from '../onnx/model.ts'
import { describeMissing, missingLibrary } from './libraries.ts'
import type { OnnxRuntime } from './load.ts'

/** Whether a device of ONNX Runtime works here; if not, why and what to do. */
export type DeviceReport =
  | { readonly device: string; readonly works: true }
  | { readonly device: string; readonly works: false; readonly why: string; readonly mend: string }

/** Opens a session of one addition on the device. */
export function probeOnnxDevice(runtime: OnnxRuntime, device: string): DeviceReport {
  try {
    const shape = [2]
    const port = (name: string) => ({ name, dtype: 'float32', shape }) as const
    const model = encodeModel({
      nodes: [{ op: 'Add', inputs: ['a', 'a'], outputs: ['b'], attributes: {} }],
      initializers: [],
      inputs: [port('a')],
      outputs: [port('b')],
    })
    const session = runtime.createSession(model, { device, threads: 1 })
    const out = new runtime.Tensor('float32', new Float32Array(2), shape)
    session.run({ a: new runtime.Tensor('float32', Float32Array.of(1, 2), shape) }, { b: out })
    session.dispose()
    return { device, works: true }
  } catch (error) {
    return { device, works: false, ...explain(device, messageOf(error).trim()) }
  }
}

/** Refuses a device that is not offered here or does not work, with the library that is missing and what to install. */
export function assertOnnxDevice(runtime: OnnxRuntime, device: string): void {
  if (device === 'cpu') return
  if (!runtime.devices.includes(device))
    throw usageError(`The engine onnx offers the devices ${runtime.devices.join(', ')} here, not "${device}".`)
  const report = probeOnnxDevice(runtime, device)
  if (!report.works) throw usageError(`The device ${device} cannot be used: ${report.why}. To mend it: ${report.mend}.`)
}

function explain(device: string, message: string): { why: string; mend: string } {
  if (device === 'cuda' || device === 'tensorrt') return explainCuda(device)
  if (device === 'webgpu' && /adapter/i.test(message)) {
    return {
      why: 'no graphics driver with Vulkan (Linux), Direct3D 12 (Windows) or Metal (macOS) answers',
      mend: 'install the driver of your graphics card; vulkaninfo should list it',
    }
  }
  return {
    why: message.split('\n').at(-1)!,
    mend: `--device cpu, or see what "${device}" needs in ONNX Runtime's documentation`,
  }
}

/** ONNX Runtime says only that a shared library failed to load; the loader itself says which one was missing. */
function explainCuda(device: string): { why: string; mend: string } {
  const folder = providerFolder()
  const install = 'ONNXRUNTIME_NODE_INSTALL=cuda12 node node_modules/onnxruntime-node/script/install.js'
  const file = `libonnxruntime_providers_${device}.so`
  if (folder === undefined || !existsSync(join(folder, file)))
    return {
      why: `${file} is not installed (its 300 MB are not in the npm package)`,
      mend: `${install} (it downloads them from NuGet)`,
    }
  try {
    process.dlopen({ exports: {} }, join(folder, file))
    return {
      why: `${file} loads, but finds no NVIDIA GPU or driver`,
      mend: 'install the NVIDIA driver; nvidia-smi should list the GPU',
    }
  } catch (error) {
    const missing = missingLibrary(messageOf(error))
    if (missing === undefined) {
      return {
        why: messageOf(error).split('\n')[0]!,
        mend: 'install the NVIDIA driver; nvidia-smi should list the GPU',
      }
    }
    const needs = missing.wanted.startsWith('libcudnn') ? 'cuDNN 9 for CUDA 12' : 'CUDA 12'
    return { why: describeMissing(missing), mend: `install ${needs}, and put its folder into LD_LIBRARY_PATH` }
  }
}

function providerFolder(): string | undefined {
  const root = dirname(createRequire(import.meta.url).resolve('onnxruntime-node/package.json'))
  const bin = join(root, 'bin')
  const version = readdirSync(bin).find((name) => name.startsWith('napi'))
  return version === undefined ? undefined : join(bin, version, process.platform, process.arch)
}
