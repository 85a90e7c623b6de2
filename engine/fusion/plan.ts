import type { GraphModel, GraphNode, GraphPort } from '../onnx/model.ts'
import { sizeOf } from '../graph/value.ts'

/** Element-wise ops with one WebAssembly instruction each (or two). */
export const fusedOps = [
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Max',
  'Min',
  'Sqrt',
  'Neg',
  'Abs',
  'Relu',
  'Reciprocal',
  'Identity',
] as const
export type FusedOp = (typeof fusedOps)[number]

/** Where an operand of a fused step comes from. Scalars have size 1, vectors the size of the step. */
export type Operand =
  | { readonly from: 'constant'; readonly value: number }
  /** A variable's value before the update. */
  | { readonly from: 'state'; readonly name: string; readonly size: number }
  /** A scalar input of the compiled function. */
  | { readonly from: 'input'; readonly name: string; readonly size: number }
  /** An output of the graph: a gradient, a norm. */
  | { readonly from: 'graph'; readonly name: string; readonly size: number }
  | { readonly from: 'step'; readonly index: number; readonly size: number }

export interface FusedStep {
  readonly op: FusedOp
  readonly operands: readonly Operand[]
  /** Elements. */
  readonly size: number
  /** The graph's name of the state output that this is, if it is one. */
  readonly next: string | undefined
  /** The graph's name of the state input whose place that output takes, if the variable is read at all. */
  readonly replaces: string | undefined
}

/** What is left for ONNX Runtime, and what the state goes through afterwards, element by element. */
export interface FusionPlan {
  readonly graph: GraphModel
  /** In an order in which each comes after its operands. */
  readonly steps: readonly FusedStep[]
  /** Outputs of the graph that the steps read. */
  readonly handedOver: readonly GraphPort[]
}

export interface StatePorts {
  readonly input: string | undefined
  readonly output: string | undefined
}

/**
 * Finds the largest part of a graph that (a) is element-wise on float32, (b) leads to nothing but new values of the
 * state, and (c) reads only the state, scalars and outputs of the rest: optimizers, moving averages, target syncs. One
 * loop over memory does all of a variable's ops there, where a graph makes one pass for each. Undefined when there is none.
 */
export function planFusion(model: GraphModel, state: readonly StatePorts[]): FusionPlan | undefined {
  const names = namesOf(model, state)
  const barred = new Set<string>()
  for (;;) {
    const fused = fusedNodes(model, names, barred)
    if (fused.size === 0) return undefined
    // A variable that the graph rewrites moves from array to array, so that the fused steps cannot read it in place.
    const made = new Set([...fused].flatMap((node) => node.outputs))
    const moving = state.filter(
      ({ input, output }) =>
        input !== undefined &&
        output !== undefined &&
        !made.has(output) &&
        !barred.has(input) &&
        [...fused].some((node) => node.inputs.includes(input)),
    )
    if (moving.length === 0) return assemble(model, names, fused)
    for (const { input } of moving) barred.add(input!)
  }
}

interface Names {
  readonly stateInputs: ReadonlySet<string>
  /** With the sizes of their variables. */
  readonly stateOutputs: ReadonlyMap<string, number>
  /** State inputs by the state outputs of the same variable. */
  readonly replaced: ReadonlyMap<string, string | undefined>
  readonly inputs: ReadonlyMap<string, GraphPort>
  readonly constants: ReadonlyMap<string, number | undefined>
}

function namesOf(model: GraphModel, state: readonly StatePorts[]): Names {
  const sizes = new Map(model.outputs.map(({ name, shape }) => [name, sizeOf(shape)]))
  return {
    stateInputs: new Set(state.flatMap(({ input }) => input ?? [])),
    stateOutputs: new Map(state.flatMap(({ output }) => (output === undefined ? [] : [[output, sizes.get(output)!]]))),
    replaced: new Map(state.flatMap(({ input, output }) => (output === undefined ? [] : [[output, input]]))),
    inputs: new Map(model.inputs.map((port) => [port.name, port])),
    constants: new Map(
      model.initializers.map(({ name, data }) => [name, data.length === 1 ? Number(data[0]) : undefined]),
    ),
  }
}

function fusedNodes(model: GraphModel, names: Names, barred: ReadonlySet<string>): Set<GraphNode> {
  const results = new Set(model.outputs.map(({ name }) => name).filter((name) => !names.stateOutputs.has(name)))
  const consumers = new Map<string, GraphNode[]>()
  for (const node of model.nodes) {
    for (const name of node.inputs) {
      const list = consumers.get(name)
      if (list === undefined) consumers.set(name, [node])
      else list.push(node)
    }
  }
  const fused = new Set<GraphNode>()
  for (const node of model.nodes.toReversed()) {
    const name = node.outputs[0]!
    const readers = consumers.get(name) ?? []
    const leadsToStateOnly = !results.has(name) && readers.every((reader) => fused.has(reader))
    if (leadsToStateOnly && canFuse(node, names, barred)) fused.add(node)
  }
  return fused
}

function canFuse(node: GraphNode, names: Names, barred: ReadonlySet<string>): boolean {
  const { extents } = node
  if (extents === undefined || extents.dtype !== 'float32' || !(fusedOps as readonly string[]).includes(node.op))
    return false
  const size = sizeOf(extents.output)
  const variable = names.stateOutputs.get(node.outputs[0]!)
  if (variable !== undefined && variable !== size) return false
  return node.inputs.every((name, i) => {
    const operand = sizeOf(extents.operands[i]!)
    if (barred.has(name) || (operand !== 1 && operand !== size)) return false
    if (names.constants.has(name)) return names.constants.get(name) !== undefined
    const port = names.inputs.get(name)
    if (port === undefined || names.stateInputs.has(name)) return true
    return port.dtype === 'float32' && operand === 1
  })
}

function assemble(model: GraphModel, names: Names, fused: ReadonlySet<GraphNode>): FusionPlan {
  const steps: FusedStep[] = []
  const indexes = new Map<string, number>()
  const handedOver = new Map<string, GraphPort>()
  for (const node of model.nodes) {
    if (!fused.has(node)) continue
    const { operands: shapes, output } = node.extents!
    const operands = node.inputs.map((name, i): Operand => {
      const size = sizeOf(shapes[i]!)
      const constant = names.constants.get(name)
      if (constant !== undefined) return { from: 'constant', value: constant }
      if (names.stateInputs.has(name)) return { from: 'state', name, size }
      if (names.inputs.has(name)) return { from: 'input', name, size }
      const index = indexes.get(name)
      if (index !== undefined) return { from: 'step', index, size }
      handedOver.set(name, { name, dtype: 'float32', shape: shapes[i]! })
      return { from: 'graph', name, size }
    })
    const name = node.outputs[0]!
    indexes.set(name, steps.length)
    steps.push({
      op: node.op as FusedOp,
      operands,
      size: sizeOf(output),
      next: names.stateOutputs.has(name) ? name : undefined,
      replaces: names.replaced.get(name),
    })
  }

  const nodes = model.nodes.filter((node) => !fused.has(node))
  const kept = model.outputs.filter(({ name }) => !indexes.has(name))
  const known = new Set(kept.map(({ name }) => name))
  const outputs = [...kept]
  for (const port of handedOver.values()) {
    if (known.has(port.name)) {
      // A result too: results have arrays of their own.
      const copy = `${port.name}_handed_over`
      nodes.push({ op: 'Identity', inputs: [port.name], outputs: [copy], attributes: {} })
      handedOver.set(port.name, { ...port, name: copy })
      outputs.push({ ...port, name: copy })
    } else outputs.push(port)
  }
  const renamed = steps.map((step) => ({
    ...step,
    operands: step.operands.map((operand) =>
      operand.from === 'graph' ? { ...operand, name: handedOver.get(operand.name)!.name } : operand,
    ),
  }))
  const read = new Set([...nodes.flatMap((node) => node.inputs), ...outputs.map(({ name }) => name)])
  return {
    graph: {
      nodes,
      initializers: model.initializers.filter(({ name }) => read.has(name)),
      inputs: model.inputs.filter(({ name }) => read.has(name)),
      outputs,
    },
    steps: renamed,
    handedOver: [...handedOver.values()],
  }
}
