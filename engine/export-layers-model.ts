import { RingsideError, usageError } from '../core/errors.ts'
import { sameShape } from './graph/value.ts'
import type { NetworkView } from './inspect.ts'
import { leadingTo, record, type Fixed, type Recording } from './layers-model/record.ts'
import { sampleOf, stockLayers, takesBias } from './layers-model/stock-layers.ts'
import type { KernelCall } from './trace/trace-backend.ts'
import { internals, tf, withBackend } from './tfjs.ts'

/** The two files that `tf.loadLayersModel` reads. */
export interface LayersModelFiles {
  /** `model.json`. */
  readonly topology: string
  /** `weights.bin`, beside it. */
  readonly weights: Uint8Array
  /** Of one example, by name; the batch is free. */
  readonly inputs: Readonly<Record<string, readonly number[]>>
  readonly output: readonly number[]
}

/**
 * A network with its weights as a LayersModel of stock tf.layers, read off the kernels that it runs, whatever code it is made
 * of: a mean along an axis is a dense layer of equal weights, and so on. Throws a usage error that names the first thing no
 * layer does. `outputs`: the first of these that the view has is the model's; `values`: the weights by path; `metadata` goes into the model.
 */
export async function exportLayersModel(
  view: NetworkView,
  outputs: readonly string[],
  values: Readonly<Record<string, Float32Array>>,
  metadata: Readonly<Record<string, unknown>> = {},
): Promise<LayersModelFiles> {
  const recording = record(view, values)
  const built = withBackend('cpu', () => build(view, outputs, recording))
  try {
    built.setUserDefinedMetadata(metadata)
    let saved: tf.io.ModelArtifacts | undefined
    const keep = tf.io.withSaveHandler((artifacts) => {
      saved = artifacts
      return Promise.resolve({ modelArtifactsInfo: { dateSaved: new Date(0), modelTopologyType: 'JSON' as const } })
    })
    await built.save(keep)
    const { modelTopology, weightSpecs, weightData, format, generatedBy, userDefinedMetadata } = saved!
    const manifest = [{ paths: ['weights.bin'], weights: weightSpecs }]
    const file = { format, generatedBy, convertedBy: 'ringside', modelTopology, weightsManifest: manifest }
    return {
      topology: `${JSON.stringify({ ...file, userDefinedMetadata }, null, 1)}\n`,
      weights: new Uint8Array(tf.io.concatenateArrayBuffers([weightData as ArrayBuffer].flat())),
      inputs: Object.fromEntries(built.inputs.map((each, i) => [built.inputNames[i]!, sampleOf(each.shape)])),
      output: sampleOf(built.outputs[0]!.shape),
    }
  } finally {
    built.dispose()
  }
}

function build(view: NetworkView, outputs: readonly string[], recording: Recording): tf.LayersModel {
  let model: tf.LayersModel | undefined
  tf.tidy(() => {
    model = modelOf(view, outputs, recording)
  })
  return model!
}

function modelOf(view: NetworkView, outputs: readonly string[], recording: Recording): tf.LayersModel {
  const output = outputs.find((name) => recording.outputs.has(name))
  const wanted = output === undefined ? undefined : recording.outputs.get(output)
  if (wanted === undefined)
    throw new RingsideError(
      `"${view.name}" has no output "${outputs.join('" or "')}": it has ${[...recording.outputs.keys()].join(', ')}.`,
    )
  const calls = leadingTo(recording, wanted)
  const known = new Map<object, tf.SymbolicTensor | tf.Tensor>()
  const inputs = [...recording.inputs].map(([dataId, name]) => {
    const input = tf.input({ shape: sampleOf(view.inputs[name]!.shape), name, dtype: 'float32' })
    known.set(dataId, input)
    return input
  })
  const paths = new Map([...recording.fixed].map(([dataId, { path }]) => [dataId, path]))
  for (const [dataId, fixed] of recording.fixed) known.set(dataId, tensorOf(fixed))
  const find: Find = ({ dataId }) => known.get(dataId)
  const named = names()
  for (const call of calls) {
    const [out] = call.outputs
    if (known.has(out!.dataId)) continue
    const given = Object.entries(call.inputs).filter(([, info]) => info !== undefined && info !== null)
    const operands = given.map(([slot, info]) => [slot, find(info)!] as const)
    const path = given.map(([, { dataId }]) => paths.get(dataId)).find((each) => each !== undefined)
    if (operands.every(([, operand]) => operand instanceof tf.Tensor)) {
      known.set(out!.dataId, compute(call, Object.fromEntries(operands) as Record<string, tf.Tensor>))
      paths.set(out!.dataId, path)
      continue
    }
    const after = takesBias.has(call.kernel) ? biasAfter(call, calls, find) : undefined
    const made = stockLayers({
      kernel: call.kernel,
      attributes: call.attributes,
      operands: operands.map(([, operand]) => operand),
      symbols: only(operands, (operand) => !(operand instanceof tf.Tensor)) as Record<string, tf.SymbolicTensor>,
      numbers: only(operands, (operand) => operand instanceof tf.Tensor) as Record<string, tf.Tensor>,
      shape: out!.shape,
      name: named(path, call.kernel),
      bias: after?.bias,
    })
    if (made === undefined || !sameShape(sampleOf(made.shape), sampleOf(out!.shape))) throw refusal(view, call, path)
    known.set(out!.dataId, made)
    if (after !== undefined) known.set(after.call.outputs[0]!.dataId, made)
  }
  const last = known.get(wanted)
  if (last === undefined || last instanceof tf.Tensor)
    throw new RingsideError(`"${output}" of "${view.name}" asks none of its inputs.`)
  return tf.model({ inputs, outputs: last, name: view.name.replaceAll(/\W+/g, '_') })
}

type Find = (info: tf.TensorInfo) => tf.SymbolicTensor | tf.Tensor | undefined

function tensorOf({ values, shape, dtype }: Fixed): tf.Tensor {
  return tf.tensor(values as tf.TensorLike, [...shape], dtype)
}

/** What needs no input is computed here and now. */
function compute({ kernel, attributes }: KernelCall, inputs: Record<string, tf.Tensor>): tf.Tensor {
  const engine = internals() as unknown as ReturnType<typeof tf.engine>
  return engine.runKernel(kernel, inputs, attributes as tf.NamedAttrMap) as tf.Tensor
}

/** The one addition that follows a product, where it is of as many numbers as the last axis is long. */
function biasAfter(
  { outputs: [product] }: KernelCall,
  calls: readonly KernelCall[],
  find: Find,
): { bias: tf.Tensor; call: KernelCall } | undefined {
  const readers = calls.filter((call) => Object.values(call.inputs).some(({ dataId }) => dataId === product!.dataId))
  const [call, ...others] = readers
  if (call?.kernel !== 'Add' || others.length > 0) return undefined
  const other = Object.values(call.inputs).find(({ dataId }) => dataId !== product!.dataId)
  const last = product!.shape.at(-1)!
  if (other === undefined || other.shape.reduce((a, b) => a * b, 1) !== last) return undefined
  // Of layers that come later nothing is known yet.
  const bias = find(other)
  return bias instanceof tf.Tensor ? { bias: tf.reshape(bias, [last]), call } : undefined
}

function only<T>(pairs: readonly (readonly [string, T])[], keep: (value: T) => boolean): Record<string, T> {
  return Object.fromEntries(pairs.filter(([, value]) => keep(value)))
}

/** `torso/0/kernel` → `torso_0`; the kernel's own name where it has no weights. */
function names(): (path: string | undefined, kernel: string) => string {
  const used = new Map<string, number>()
  return (path, kernel) => {
    const folder = path?.replace(/\/[^/]*$/, '') ?? kernel.toLowerCase()
    const name = folder.replaceAll(/\W+/g, '_').replace(/^_+/, '')
    const count = used.get(name) ?? 0
    used.set(name, count + 1)
    return count === 0 ? name : `${name}_${count}`
  }
}

function refusal(view: NetworkView, { kernel }: KernelCall, path: string | undefined): RingsideError {
  const where = path === undefined ? '' : ` of "${path}"`
  return usageError(
    `The ${view.name} cannot be written as stock tf.layers: none of them does the ${kernel}${where} that it needs. ` +
      'An ONNX file holds any network: --format onnx.',
  )
}
