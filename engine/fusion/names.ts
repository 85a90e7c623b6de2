import { sizeOf } from '../graph/value.ts'
import type { GraphModel, GraphNode, GraphPort } from '../onnx/model.ts'

export interface StatePorts {
  readonly input: string | undefined
  readonly output: string | undefined
}

/** What the names in a graph stand for. */
export interface Names {
  readonly stateInputs: ReadonlySet<string>
  /** With the sizes of their variables. */
  readonly stateOutputs: ReadonlyMap<string, number>
  /** State inputs by the state outputs of the same variable. */
  readonly replaced: ReadonlyMap<string, string | undefined>
  readonly inputs: ReadonlyMap<string, GraphPort>
  readonly outputs: ReadonlyMap<string, GraphPort>
  readonly constants: ReadonlyMap<string, number | undefined>
  readonly producers: ReadonlyMap<string, GraphNode>
  readonly consumers: ReadonlyMap<string, readonly GraphNode[]>
  /** What is squared and summed to one number, by the name of the sum. */
  readonly squared: ReadonlyMap<string, { readonly name: string; readonly shape: readonly number[] }>
  /** Scalars that are sums of squares or made of them. */
  readonly norms: ReadonlySet<string>
}

export function namesOf(model: GraphModel, state: readonly StatePorts[]): Names {
  const outputs = new Map(model.outputs.map((port) => [port.name, port]))
  const producers = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  const squared = sumsOfSquares(model, producers)
  return {
    squared,
    norms: normsOf(model, squared),
    stateInputs: new Set(state.flatMap(({ input }) => input ?? [])),
    stateOutputs: new Map(
      state.flatMap(({ output }) => (output === undefined ? [] : [[output, sizeOf(outputs.get(output)!.shape)]])),
    ),
    replaced: new Map(state.flatMap(({ input, output }) => (output === undefined ? [] : [[output, input]]))),
    inputs: new Map(model.inputs.map((port) => [port.name, port])),
    outputs,
    constants: new Map(
      model.initializers.map(({ name, data }) => [name, data.length === 1 ? Number(data[0]) : undefined]),
    ),
    producers,
    consumers: consumersOf(model),
  }
}

function consumersOf({ nodes }: GraphModel): Names['consumers'] {
  const consumers = new Map<string, GraphNode[]>()
  for (const node of nodes) {
    for (const name of node.inputs) {
      const list = consumers.get(name)
      if (list === undefined) consumers.set(name, [node])
      else list.push(node)
    }
  }
  return consumers
}

function sumsOfSquares(model: GraphModel, producers: Names['producers']): Names['squared'] {
  const squared = new Map<string, { name: string; shape: readonly number[] }>()
  for (const { op, inputs, outputs } of model.nodes) {
    const square = producers.get(inputs[0] ?? '')
    if (op !== 'ReduceSum' || square?.op !== 'Mul' || square.extents?.dtype !== 'float32') continue
    const [name, other] = square.inputs
    const sum = model.shapes?.get(outputs[0]!)
    if (name === other && sum !== undefined && sizeOf(sum.shape) === 1 && producers.has(name!))
      squared.set(outputs[0]!, { name: name!, shape: square.extents.output })
  }
  return squared
}

function normsOf(model: GraphModel, squared: Names['squared']): Names['norms'] {
  const norms = new Set(squared.keys())
  for (const { inputs, outputs, extents } of model.nodes) {
    if (extents !== undefined && sizeOf(extents.output) === 1 && inputs.some((name) => norms.has(name)))
      norms.add(outputs[0]!)
  }
  return norms
}
