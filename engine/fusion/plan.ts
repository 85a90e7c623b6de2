import type { GraphModel, GraphNode, GraphPort } from '../onnx/model.ts'
import { sizeOf } from '../graph/value.ts'
import { broadcastLoops, filledBy, findBroadcasts, type BroadcastLoop } from './broadcasts.ts'
import { fusedNodes, residents } from './fused-nodes.ts'
import { namesOf, type Names, type StatePorts } from './names.ts'
import type { FusedOp } from './ops.ts'
import { stagesOf } from './stages.ts'

/** Where an operand of a fused step comes from. Scalars have size 1, vectors the size of the step (but for sums of squares). */
export type Operand =
  | { readonly from: 'constant'; readonly value: number }
  /** A variable's value before the update. */
  | { readonly from: 'state'; readonly name: string; readonly size: number }
  /** A scalar input of the compiled function. */
  | { readonly from: 'input'; readonly name: string; readonly size: number }
  /** An output of the graph: a gradient, a norm; or what a broadcast loop made of one. */
  | { readonly from: 'graph'; readonly name: string; readonly size: number }
  | { readonly from: 'step'; readonly index: number; readonly size: number }

export interface FusedStep {
  /** The sum of a vector's squares is one too: a gradient's part of the global norm. */
  readonly op: FusedOp | 'SumOfSquares'
  readonly operands: readonly Operand[]
  /** Elements. */
  readonly size: number
  /** The graph's name of the state output that this is, if it is one. */
  readonly next: string | undefined
  /** The name of the result of the compiled function that this scalar is, if it is one. */
  readonly result: string | undefined
  /** The graph's name of the state input whose place that output takes, if the variable is read at all. */
  readonly replaces: string | undefined
}

/** A graph for ONNX Runtime, and what the state goes through after it, element by element. Either may be empty. */
export interface FusionStage {
  readonly graph: GraphModel
  /** Come before the steps. */
  readonly loops: readonly BroadcastLoop[]
  /** In an order in which each comes after its operands. */
  readonly steps: readonly FusedStep[]
}

/** Stages run one after another; a graph may read what an earlier stage made of the state, under the output's name. */
export interface FusionPlan {
  /** Of the state and the inputs, for the graphs: they come before the first stage. */
  readonly prologue: readonly BroadcastLoop[]
  readonly stages: readonly FusionStage[]
  /** Inputs that loops and steps read. */
  readonly inputs: readonly GraphPort[]
  /** Outputs of graphs that loops and steps read, and of loops. */
  readonly handedOver: readonly GraphPort[]
  /** Outputs of graphs that later graphs read. */
  readonly carried: readonly GraphPort[]
}

/**
 * Finds the largest part of a graph that (a) is element-wise on float32, (b) leads to new values of the state, and (c)
 * reads only the state, scalars and outputs of the rest: optimizers, moving averages, target syncs; norms of what they read
 * with it. One loop over memory does all of a variable's ops there, where a graph makes one pass for each; so do loops with row and
 * column vectors, before the graphs and after them. Where the rest goes on with the new values (a
 * generator's step against a discriminator that has just moved), it is cut into stages. Undefined when there is no such part.
 */
export function planFusion(model: GraphModel, state: readonly StatePorts[]): FusionPlan | undefined {
  return plan(model, state, true) ?? plan(model, state, false)
}

function plan(model: GraphModel, state: readonly StatePorts[], staged: boolean): FusionPlan | undefined {
  const names = namesOf(model, state)
  const barred = new Set<string>()
  for (;;) {
    const fused = fusedNodes(model, names, barred, staged)
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
    if (moving.length > 0) {
      for (const { input } of moving) barred.add(input!)
      continue
    }
    const stages = stagesOf(model, names, fused)
    return stages && assemble(model, names, fused, stages)
  }
}

/** The fused nodes that square for a sum of squares alone, which squares by itself. */
function absorbedSquares(names: Names, fused: ReadonlySet<GraphNode>): ReadonlySet<GraphNode> {
  const sums = [...fused].filter((node) => names.squared.has(node.outputs[0]!))
  const squares = new Set(sums.map((node) => names.producers.get(node.inputs[0]!)!))
  for (const node of squares) if (!fused.has(node) || names.stateOutputs.has(node.outputs[0]!)) squares.delete(node)
  for (const node of fused) {
    if (names.squared.has(node.outputs[0]!)) continue
    for (const name of node.inputs) squares.delete(names.producers.get(name)!)
  }
  return squares
}

/** Undefined where a value would be carried whose shape is not known. */
function assemble(
  model: GraphModel,
  names: Names,
  fused: ReadonlySet<GraphNode>,
  stageOf: ReadonlyMap<GraphNode, number>,
): FusionPlan | undefined {
  const count = Math.max(...model.nodes.map((node) => stageOf.get(node)!)) + 1
  const nodes: GraphNode[][] = Array.from({ length: count }, () => [])
  const outputs: Map<string, GraphPort>[] = Array.from({ length: count }, () => new Map())
  const steps: FusedStep[][] = Array.from({ length: count }, () => [])
  const places = new Map<string, number>()
  const handedOver = new Map<string, GraphPort>()
  const carried = new Map<string, GraphPort>()
  const { before, after } = findBroadcasts(model, names, fused, residents(names, fused))
  const looped = new Set([...before, ...after].flatMap((node) => node.outputs))

  for (const node of model.nodes) {
    if (fused.has(node) || before.has(node) || after.has(node)) continue
    const stage = stageOf.get(node)!
    nodes[stage]!.push(node)
    for (const name of node.inputs) {
      const producer = names.producers.get(name)
      if (producer === undefined || fused.has(producer) || looped.has(name) || stageOf.get(producer) === stage) continue
      const known = model.shapes?.get(name)
      if (known === undefined) return undefined
      carried.set(name, { name, ...known })
      outputs[stageOf.get(producer)!]!.set(name, { name, ...known })
    }
  }
  for (const port of model.outputs) {
    const producer = names.producers.get(port.name)
    if (producer === undefined || !fused.has(producer))
      outputs[producer ? stageOf.get(producer)! : 0]!.set(port.name, port)
  }

  /** An output of a graph for the steps; results and new values of the state are copied: they have arrays of their own. */
  const handOver = (name: string, shape: readonly number[]): string => {
    if (looped.has(name)) return name
    const stage = stageOf.get(names.producers.get(name)!)!
    const given = names.outputs.has(name) ? `${name}_handed_over` : name
    if (!handedOver.has(given)) {
      const port: GraphPort = { name: given, dtype: 'float32', shape }
      if (given !== name) nodes[stage]!.push({ op: 'Identity', inputs: [name], outputs: [given], attributes: {} })
      handedOver.set(given, port)
      outputs[stage]!.set(given, port)
    }
    return given
  }
  const loopsOf = (own: ReadonlySet<GraphNode>, stage: number): BroadcastLoop[] => {
    const nodes = model.nodes.filter((node) => own.has(node) && stageOf.get(node) === stage)
    const loops = broadcastLoops(model, nodes, names.stateInputs, handOver)
    for (const port of loops.flatMap(filledBy)) handedOver.set(port.name, port)
    return loops
  }
  const prologue = loopsOf(before, 0)
  const loops = Array.from({ length: count }, (_, stage) => loopsOf(after, stage))
  const absorbed = absorbedSquares(names, fused)
  for (const node of model.nodes) {
    if (!fused.has(node) || absorbed.has(node)) continue
    const own = steps[stageOf.get(node)!]!
    const name = node.outputs[0]!
    const common = {
      next: names.stateOutputs.has(name) ? name : undefined,
      result: names.outputs.has(name) && !names.stateOutputs.has(name) ? name : undefined,
      replaces: names.replaced.get(name),
    }
    places.set(name, own.length)
    const squared = names.squared.get(name)
    if (squared !== undefined) {
      const { name: handed, shape } = squared
      const operand = { from: 'graph', name: handOver(handed, shape), size: sizeOf(shape) } as const
      own.push({ op: 'SumOfSquares', operands: [operand], size: 1, ...common })
      continue
    }
    const { operands: shapes, output } = node.extents!
    const operands = node.inputs.map((name, i): Operand => {
      const size = sizeOf(shapes[i]!)
      const constant = names.constants.get(name)
      if (constant !== undefined) return { from: 'constant', value: constant }
      if (names.stateInputs.has(name)) return { from: 'state', name, size }
      if (names.inputs.has(name)) return { from: 'input', name, size }
      const index = places.get(name)
      if (index !== undefined) return { from: 'step', index, size }
      return { from: 'graph', name: handOver(name, shapes[i]!), size }
    })
    own.push({ op: node.op as FusedOp, operands, size: sizeOf(output), ...common })
  }

  const stages = nodes.map((own, stage): FusionStage => {
    const made = new Set(own.flatMap((node) => node.outputs))
    const read = new Set([...own.flatMap((node) => node.inputs), ...outputs[stage]!.keys()])
    const earlier = [...read].filter((name) => !made.has(name) && !names.inputs.has(name) && !names.constants.has(name))
    const moved = earlier.map((name) => carried.get(name) ?? handedOver.get(name) ?? names.outputs.get(name)!)
    return {
      graph: {
        nodes: own,
        initializers: model.initializers.filter(({ name }) => read.has(name)),
        inputs: [...model.inputs.filter(({ name }) => read.has(name)), ...moved],
        outputs: [...outputs[stage]!.values()],
      },
      loops: loops[stage]!,
      steps: steps[stage]!,
    }
  })
  const operands = [
    ...[...prologue, ...loops.flat()].flatMap((loop) => loop.steps.flatMap((step) => step.operands)),
    ...steps.flat().flatMap((step) => step.operands),
  ]
  const inputs = new Set(operands.flatMap((operand) => (operand.from === 'input' ? [operand.name] : [])))
  return {
    prologue,
    stages,
    inputs: [...inputs].map((name) => names.inputs.get(name)!),
    handedOver: [...handedOver.values()],
    carried: [...carried.values()],
  }
}
