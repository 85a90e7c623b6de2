import { tf } from './tfjs.ts'
import { messageOf } from '../core/errors.ts'
import { createRng } from '../core/rng.ts'
import { loadOnnxRuntime, loadTensorFlow, loadWasm } from './backends/load.ts'
import { probeOnnxDevice, type DeviceReport } from './backends/onnx-devices.ts'
import { adam } from './optimizers/adam.ts'
import { gradientsOf } from './optimizers/optimizer.ts'
import { heNormal } from './initializers.ts'
import { openEngine } from './open.ts'
import type { BackendName } from './types.ts'

/** What `ringside doctor` tells of one engine. */
export interface EngineReport {
  readonly engine: BackendName
  readonly works: boolean
  /** Library and version, or why it cannot be used. */
  readonly detail: string
  /** Each tried, with the reason where it does not work. */
  readonly devices: readonly DeviceReport[]
  /** What to type, where something is missing. */
  readonly mend?: string
  /** A convolutional training step compared with plain JavaScript: the largest difference of a weight, and one step's time. */
  readonly smoke?: { readonly difference: number; readonly milliseconds: number }
}

/** Tries every engine: loads it, trains a small convolutional network on it, and compares the weights with cpu's. */
export async function probeEngines(): Promise<EngineReport[]> {
  const reference = await smokeTest('cpu')
  const reports: EngineReport[] = []
  for (const engine of ['onnx', 'tensorflow', 'wasm', 'cpu'] as const)
    reports.push(await probe(engine, reference.weights))
  return reports
}

async function probe(engine: BackendName, reference: Float32Array): Promise<EngineReport> {
  const loaded =
    engine === 'onnx'
      ? loadOnnxRuntime()
      : engine === 'tensorflow'
        ? await loadTensorFlow()
        : engine === 'wasm'
          ? await loadWasm(1)
          : undefined
  if (loaded !== undefined && !loaded.ok)
    return { engine, works: false, detail: loaded.why, mend: loaded.mend, devices: [] }
  try {
    const { weights, milliseconds, description, device } = await smokeTest(engine)
    const difference = weights.reduce((max, w, i) => Math.max(max, Math.abs(w - reference[i]!)), 0)
    const works = difference < 1e-3
    const detail = works
      ? description
      : `${description}, but its weights differ from plain JavaScript's by ${difference.toExponential(1)}`
    const onnx = engine === 'onnx' ? loadOnnxRuntime() : undefined
    const devices: DeviceReport[] =
      onnx?.ok === true
        ? onnx.value.devices.map((name) => probeOnnxDevice(onnx.value, name))
        : [{ device, works: true }]
    return { engine, works, detail, devices, smoke: { difference, milliseconds } }
  } catch (error) {
    return { engine, works: false, detail: messageOf(error).split('\n')[0]!, devices: [] }
  }
}

/** Five Adam steps of a convolution and a dense layer on fixed data; the weights afterwards and the time of the last step. */
async function smokeTest(
  backend: BackendName,
): Promise<{ weights: Float32Array; milliseconds: number; description: string; device: string }> {
  const engine = await openEngine({ engine: backend })
  const rng = createRng(1, 'smoke test')
  const batch = 4
  const kernel = tf.variable(tf.tensor4d(heNormal(rng, [3, 3, 2, 4], 18), [3, 3, 2, 4]))
  const dense = tf.variable(tf.tensor2d(heNormal(rng, [64, 3], 64), [64, 3]))
  const variables = { kernel, dense }
  const optimizer = adam(variables)
  const step = engine.compile(
    ({ x, y, learningRate }) => {
      const { value, gradients } = gradientsOf(() => {
        const features = tf.relu(tf.conv2d(x as tf.Tensor4D, kernel as tf.Tensor4D, 2, 'same'))
        const out = tf.matMul(tf.reshape(features, [batch, 64]), dense as tf.Tensor2D)
        return tf.mean(tf.square(tf.sub(out, y!)))
      }, variables)
      optimizer.apply(gradients, learningRate!)
      return { loss: value }
    },
    {
      name: 'smoke test',
      state: { ...variables, ...optimizer.state },
      inputs: {
        x: { shape: [batch, 8, 8, 2], dtype: 'float32' },
        y: { shape: [batch, 3], dtype: 'float32' },
        learningRate: { shape: [], dtype: 'float32' },
      },
    },
  )
  const inputs = {
    x: Float32Array.from({ length: batch * 128 }, () => rng.normal()),
    y: Float32Array.from({ length: batch * 3 }, () => rng.normal()),
    learningRate: 0.01,
  }
  let milliseconds = 0
  for (let i = 0; i < 5; i++) {
    const at = performance.now()
    step(inputs)
    milliseconds = performance.now() - at
  }
  const weights = Float32Array.from([...engine.read(kernel), ...engine.read(dense)])
  step.dispose()
  for (const variable of [kernel, dense, ...Object.values(optimizer.state)]) variable.dispose()
  const { description, device } = engine
  engine.dispose()
  return { weights, milliseconds, description, device }
}
