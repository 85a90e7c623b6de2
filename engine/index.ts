import { defaultEngine } from './open.ts'
import type { Compiled, CompileOptions, Engine, TensorFunction } from './types.ts'

export { openEngine } from './open.ts'
export { tf } from './tfjs.ts'
export { adam, type AdamOptions } from './optimizers/adam.ts'
export { rmsprop, type RmspropOptions } from './optimizers/rmsprop.ts'
export { sgd, type SgdOptions } from './optimizers/sgd.ts'
export { clipByGlobalNorm, globalNorm, gradientsOf, type Gradients, type Optimizer } from './optimizers/optimizer.ts'
export { exportLayersModel, type LayersModelFiles } from './export-layers-model.ts'
export { exportOnnx } from './export-onnx.ts'
export { inspectNetwork, type LayerRow, type NetworkReport, type NetworkView } from './inspect.ts'
export { checkGradients, type GradientCheck, type GradientFinding } from './check-gradients.ts'
export { glorotUniform, heNormal, uniformFanIn, zeros, type Initializer } from './initializers.ts'
export { probeEngines, type EngineReport } from './report.ts'
export { libraryFolders, renamedLibraries } from './backends/libraries.ts'
export { linkTensorFlow, type LinkOptions } from './backends/link-tensorflow.ts'
export type { DeviceReport } from './backends/onnx-devices.ts'
export type {
  BackendName,
  Compiled,
  CompiledInput,
  CompiledInputs,
  CompileOptions,
  Engine,
  EngineOptions,
  ShapedArray,
  TensorDType,
  TensorFunction,
  TensorSpec,
  Variables,
} from './types.ts'

/**
 * `tf.function` for TensorFlow.js: runs `fn` once to see what it does, and from then on runs that as one native graph.
 *
 *     const w = tf.variable(tf.tensor1d([0]))
 *     const step = compile(({ x, y }) => { … w.assign(…); return { loss } }, { state: { w } })
 *     const { loss } = step({ x: Float32Array.of(1, 2), y: Float32Array.of(2, 4) })
 *
 * `state` names every variable that it reads or assigns. Runs on `engine`, else on the one that was opened last, else on
 * ONNX Runtime where it is installed, else in plain JavaScript.
 */
export function compile(fn: TensorFunction, options: CompileOptions & { readonly engine?: Engine } = {}): Compiled {
  return (options.engine ?? defaultEngine()).compile(fn, options)
}
