import { RingsideError } from '../core/errors.ts'
import { encodeModel, type GraphModel } from './onnx/model.ts'
import type { NetworkView } from './inspect.ts'
import { tf } from './tfjs.ts'
import { trace } from './trace/trace.ts'

/**
 * A network with its weights as one ONNX file (opset 18) that needs nothing of ours: inputs and outputs have the names of the
 * view's, shapes are fixed. `values`: the weights by path; `metadata`: texts that the file carries.
 */
export function exportOnnx(
  view: NetworkView,
  values: Readonly<Record<string, Float32Array>>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const weights = Object.fromEntries(
    Object.entries(view.parameters).map(([path, { shape }]) => {
      const own = values[path]
      if (own === undefined) throw new RingsideError(`The weights of "${view.name}" have no "${path}".`)
      return [path, tf.tensor(own, [...shape])]
    }),
  )
  try {
    const specs = Object.entries(view.inputs).map(([name, { shape, dtype }]) => ({ name, shape, dtype }))
    // Tensors that no state declares are constants of the graph.
    const { model, inputs, results } = trace(
      (given) => ({ ...view.apply(weights, given) }),
      view.name,
      specs,
      {},
      new Set(),
    )
    const names = new Map([
      ...Object.entries(inputs).map(([name, port]) => [port, name] as const),
      ...Object.entries(results).map(([name, port]) => [port.name, name] as const),
    ])
    return encodeModel(renamed(model, names), 'ringside', metadata)
  } finally {
    for (const tensor of Object.values(weights)) tensor.dispose()
  }
}

function renamed(model: GraphModel, names: ReadonlyMap<string, string>): GraphModel {
  const of = (name: string): string => names.get(name) ?? name
  return {
    nodes: model.nodes.map((node) => ({ ...node, inputs: node.inputs.map(of), outputs: node.outputs.map(of) })),
    initializers: model.initializers.map((each) => ({ ...each, name: of(each.name) })),
    inputs: model.inputs.map((port) => ({ ...port, name: of(port.name) })),
    outputs: model.outputs.map((port) => ({ ...port, name: of(port.name) })),
  }
}
