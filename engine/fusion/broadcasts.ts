import { sizeOf } from '../graph/value.ts'
import type { GraphModel, GraphNode, GraphPort } from '../onnx/model.ts'
import { groupsSharing } from './groups.ts'
import type { Names } from './names.ts'
import { isFusedOp, type FusedOp } from './ops.ts'

/** What an element at (row, column) is made of: an element of a whole matrix, of a row vector or of a column vector. */
export type Extent = 'matrix' | 'row' | 'column'

export type BroadcastOperand =
  | { readonly from: 'constant'; readonly value: number }
  | { readonly from: 'step'; readonly index: number }
  | {
      readonly from: 'state' | 'input' | 'graph'
      readonly name: string
      readonly extent: Extent
      /** The first element that is read, of an input of which this is a part. */
      readonly offset: number
    }

export interface BroadcastStep {
  readonly op: FusedOp
  readonly operands: readonly BroadcastOperand[]
  /** The graph's name of the array that it fills, if anything but the loop reads it. */
  readonly output: string | undefined
}

/**
 * Element-wise arithmetic on matrices with row and column vectors, done in one pass: noisy weights, and the gradients of their
 * deviations. A graph makes one pass for each of its products.
 */
export interface BroadcastLoop {
  readonly rows: number
  readonly columns: number
  /** In an order in which each comes after its operands. */
  readonly steps: readonly BroadcastStep[]
}

/** Nodes that are done in memory: before the first graph, or between a graph and the fused steps that alone read them. */
export interface BroadcastNodes {
  readonly before: ReadonlySet<GraphNode>
  readonly after: ReadonlySet<GraphNode>
}

/** Smaller matrices stay in the graph. */
const leastElements = 2048
/** One vector of WebAssembly. */
const leastColumns = 4

/** `fused`: the nodes that are steps; `resident`: inputs of the state that stay at one place in memory. */
export function findBroadcasts(
  model: GraphModel,
  { stateInputs, outputs: results, consumers }: Names,
  fused: ReadonlySet<GraphNode>,
  resident: ReadonlySet<string>,
): BroadcastNodes {
  const sourceOf = sources(model, stateInputs)
  const madeBySteps = new Set([...fused].flatMap((node) => node.outputs))
  const readersOf = ({ outputs }: GraphNode): readonly GraphNode[] => consumers.get(outputs[0]!) ?? []

  const after = new Set<GraphNode>()
  for (const node of model.nodes.toReversed()) {
    if (fused.has(node) || results.has(node.outputs[0]!) || !isBroadcastable(node, sourceOf)) continue
    const readers = readersOf(node)
    const isOnlyForSteps = readers.length > 0 && readers.every((reader) => fused.has(reader) || after.has(reader))
    const isReadable = node.inputs.every(
      (name) => !madeBySteps.has(name) && !['state', 'nowhere'].includes(sourceOf(name).from),
    )
    if (isOnlyForSteps && isReadable) after.add(node)
  }

  const before = new Set<GraphNode>()
  const made = new Set<string>()
  for (const node of model.nodes) {
    if (fused.has(node) || after.has(node) || results.has(node.outputs[0]!) || !isBroadcastable(node, sourceOf))
      continue
    const isReady = node.inputs.every((name) => {
      const source = sourceOf(name)
      if (source.from === 'graph') return made.has(name)
      return source.from !== 'nowhere' && (source.from !== 'state' || resident.has(source.name))
    })
    if (!isReady || readersOf(node).some((reader) => fused.has(reader) || after.has(reader))) continue
    before.add(node)
    made.add(node.outputs[0]!)
  }
  return { before: withBroadcasts(before), after: withBroadcasts(after) }
}

/** The loops of nodes of one stage, given in the graph's order. `handOver` gives the name under which memory has an output of a graph. */
export function broadcastLoops(
  model: GraphModel,
  nodes: readonly GraphNode[],
  state: ReadonlySet<string>,
  handOver: (name: string, shape: readonly number[]) => string,
): BroadcastLoop[] {
  const sourceOf = sources(model, state)
  return connected(nodes).map((group): BroadcastLoop => {
    const places = new Map(group.map((node, index) => [node.outputs[0]!, index]))
    const readOutside = new Set(model.nodes.filter((node) => !group.includes(node)).flatMap(({ inputs }) => inputs))
    const [rows, columns] = group[0]!.extents!.output as [number, number]
    const steps = group.map(({ op, inputs, outputs: [name], extents }): BroadcastStep => {
      const operands = inputs.map((input, i): BroadcastOperand => {
        const index = places.get(input)
        if (index !== undefined) return { from: 'step', index }
        const source = sourceOf(input)
        if (source.from === 'constant') return source
        const shape = extents!.operands[i]!
        const extent = extentOf(shape, extents!.output)!
        if (source.from === 'state' || source.from === 'input') return { ...source, extent }
        return { from: 'graph', name: handOver(input, shape), extent, offset: 0 }
      })
      return { op: op as FusedOp, operands, output: readOutside.has(name!) ? name : undefined }
    })
    return { rows, columns, steps }
  })
}

/** The ports of what loops fill. */
export function filledBy({ rows, columns, steps }: BroadcastLoop): GraphPort[] {
  return steps.flatMap(({ output }) =>
    output === undefined ? [] : [{ name: output, dtype: 'float32' as const, shape: [rows, columns] }],
  )
}

function isBroadcastable({ op, inputs, extents }: GraphNode, sourceOf: (name: string) => Source): boolean {
  if (extents?.dtype !== 'float32' || !isFusedOp(op)) return false
  const { output, operands } = extents
  const [rows, columns] = output
  if (output.length !== 2 || rows! < 2 || columns! < leastColumns || sizeOf(output) < leastElements) return false
  return operands.every((shape, i) =>
    sizeOf(shape) === 1 ? sourceOf(inputs[i]!).from === 'constant' : extentOf(shape, output) !== undefined,
  )
}

function extentOf(shape: readonly number[], [rows, columns]: readonly number[]): Extent | undefined {
  const [first, second] = shape.length === 1 ? [1, shape[0]] : shape
  if (shape.length === 0 || shape.length > 2) return undefined
  if (first === rows && second === columns) return 'matrix'
  if (first === 1 && second === columns) return 'row'
  return first === rows && second === 1 ? 'column' : undefined
}

type Source =
  | { readonly from: 'constant'; readonly value: number }
  /** Consecutive elements of a variable or of an input of the function. */
  | { readonly from: 'state' | 'input'; readonly name: string; readonly offset: number }
  | { readonly from: 'graph' }
  /** What loops cannot read: constants that are no single number, and other types. */
  | { readonly from: 'nowhere' }

function sources(model: GraphModel, state: ReadonlySet<string>): (name: string) => Source {
  const constants = new Map(model.initializers.map((constant) => [constant.name, constant]))
  const ports = new Map(model.inputs.map((port) => [port.name, port]))
  const producers = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  const shapeOf = (name: string): readonly number[] | undefined => (ports.get(name) ?? model.shapes?.get(name))?.shape

  const sourceOf = (name: string): Source => {
    const constant = constants.get(name)
    if (constant !== undefined) {
      const isNumber = constant.data.length === 1 && constant.dtype === 'float32'
      return isNumber ? { from: 'constant', value: Number(constant.data[0]) } : { from: 'nowhere' }
    }
    const port = ports.get(name)
    if (port !== undefined) {
      if (port.dtype !== 'float32') return { from: 'nowhere' }
      return { from: state.has(name) ? 'state' : 'input', name, offset: 0 }
    }
    const node = producers.get(name)
    if (node?.op !== 'Reshape' && node?.op !== 'Slice') return { from: 'graph' }
    const [data, starts, , , steps] = node.inputs
    const whole = sourceOf(data!)
    if (whole.from !== 'state' && whole.from !== 'input') return { from: 'graph' }
    if (node.op === 'Reshape') return whole
    const start = constants.get(starts!)
    const isPart = shapeOf(data!)?.length === 1 && steps === undefined && start?.data.length === 1
    if (!isPart || Number(start.data[0]) < 0) return { from: 'graph' }
    return { ...whole, offset: whole.offset + Number(start.data[0]) }
  }
  return sourceOf
}

/** Nodes of one shape that read each other or the same matrix, with all that hang on them. */
function connected(nodes: readonly GraphNode[]): GraphNode[][] {
  return groupsSharing(nodes, ({ inputs, outputs, extents }) => {
    const { operands, output } = extents!
    return [...inputs.filter((_, i) => extentOf(operands[i]!, output) === 'matrix'), ...outputs]
  })
}

/** Without the nodes of loops in which nothing is broadcast: a graph does those as well. */
function withBroadcasts(nodes: ReadonlySet<GraphNode>): ReadonlySet<GraphNode> {
  const isBroadcast = ({ extents }: GraphNode): boolean =>
    extents!.operands.some((shape) => ['row', 'column'].includes(extentOf(shape, extents!.output) ?? ''))
  return new Set(
    connected([...nodes])
      .filter((group) => group.some(isBroadcast))
      .flat(),
  )
}
