import { sameShape, sizeOf } from '../graph/value.ts'
import type { Attribute, GraphModel, GraphNode, GraphPort } from '../onnx/model.ts'
import { BlockedGraph, type Shapes } from './blocked-graph.ts'

/** A filter's weight must meet this many places of the image before its own reordering pays. */
const leastReuse = 400

/**
 * Turns convolutions into ONNX Runtime's blocked ones (`com.microsoft.nchwc`, which its own optimiser uses for networks
 * whose weights never change): channels lie in blocks of as many as a vector register holds, so that the kernels need no
 * im2col and run at up to twice the speed. Values stay blocked from convolution to convolution through the element-wise
 * nodes between them; whoever else reads one gets it reordered.
 *
 * `shapes` are those of values inside the graph; a convolution of unknown shapes stays as it is.
 */
export function blockConvolutions(
  model: GraphModel,
  shapes: ReadonlyMap<string, Omit<GraphPort, 'name'>>,
  block: number,
): GraphModel {
  const known: Shapes = new Map(
    [
      ...shapes,
      ...[...model.inputs, ...model.initializers, ...model.outputs].map((port) => [port.name, port] as const),
    ].map(([name, { shape }]) => [name, shape]),
  )
  const graph = new BlockedGraph(model, known, block)
  for (const node of model.nodes) {
    if (isBlockable(node, known, block)) convolution(graph, node, known, block)
    else if (!elementwise(graph, node, known) && !channelSum(graph, node) && !weave(graph, node)) graph.keep(node)
  }
  return graph.finish()
}

function isBlockable({ op, inputs, outputs, attributes }: GraphNode, shapes: Shapes, block: number): boolean {
  if (op !== 'Conv') return false
  const [x, w, y] = [shapes.get(inputs[0]!), shapes.get(inputs[1]!), shapes.get(outputs[0]!)]
  if (x?.length !== 4 || w?.length !== 4 || y?.length !== 4 || (attributes['group'] ?? 1) !== 1) return false
  const [outputChannels, channels] = [w[0]!, w[1]!]
  // Few channels in, an image's own, are read as they are.
  const fits = outputChannels % block === 0 && (channels % block === 0 || channels < block)
  return fits && y[0]! * y[2]! * y[3]! >= leastReuse
}

function convolution(graph: BlockedGraph, node: GraphNode, shapes: Shapes, block: number): void {
  const [x, w, bias] = node.inputs as [string, string, string?]
  const channels = shapes.get(w)![1]!
  const [kernelHeight, kernelWidth] = shapes.get(w)!.slice(2)
  const attributes: Record<string, Attribute> = { ...node.attributes, kernel_shape: [kernelHeight!, kernelWidth!] }
  const pads = attributes['pads'] as [number, number, number, number] | undefined
  let image = channels < block ? graph.plain(x) : graph.blocked(x)
  // The gradient of a filter has a few places a row: those that reach into the padding would be most of them, and slow.
  if (channels >= block && isDilated(node) && pads?.some((pad) => pad > 0)) {
    image = graph.padded(x, pads)
    attributes['pads'] = [0, 0, 0, 0]
  }
  const inputs = [image, graph.filter(w)]
  if (bias !== undefined) inputs.push(graph.plain(bias))
  graph.setBlocked(node.outputs[0]!, graph.nchwc('Conv', inputs, attributes))
}

function isDilated({ attributes }: GraphNode): boolean {
  return (attributes['dilations'] as number[] | undefined)?.some((dilation) => dilation > 1) === true
}

/** Ops that may have any layout, if all their operands have the same. */
const pointwise = new Set([
  ...['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Where', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual', 'Not'],
  ...['Relu', 'LeakyRelu', 'Elu', 'Tanh', 'Sigmoid', 'Softplus', 'Neg', 'Abs', 'Exp', 'Sqrt', 'Reciprocal', 'Cast'],
])

/** An element-wise node whose operands are all blocked already is computed on the blocks. */
function elementwise(graph: BlockedGraph, node: GraphNode, shapes: Shapes): boolean {
  const shape = shapes.get(node.outputs[0]!)
  if (!pointwise.has(node.op) || shape?.length !== 4) return false
  let blocks = 0
  const operands = node.inputs.map((name) => {
    const own = shapes.get(name)
    if (own === undefined) return undefined
    if (sizeOf(own) === 1) return graph.plain(name)
    if (!sameShape(own, shape) || !graph.hasBlocked(name)) return undefined
    blocks++
    return graph.blocked(name)
  })
  if (blocks === 0 || !operands.every((name) => name !== undefined)) return false
  graph.setBlocked(node.outputs[0]!, graph.pointwise(node, operands), node)
  return true
}

/** Sums over all places of each channel: the gradient of a bias. */
function channelSum(graph: BlockedGraph, { op, inputs, outputs, attributes }: GraphNode): boolean {
  if (op !== 'ReduceSum' || !graph.hasBlocked(inputs[0]!)) return false
  const axes = graph.integers(inputs[1]!)
  if (axes === undefined || !sameShape(axes, [0, 2, 3])) return false
  graph.sumOverPlaces(inputs[0]!, outputs[0]!, attributes['keepdims'] !== 0)
  return true
}

/** The parts of a transposed convolution, put together. */
function weave(graph: BlockedGraph, { op, inputs, outputs, attributes }: GraphNode): boolean {
  const concat = graph.producer(inputs[0]!)
  if (op !== 'DepthToSpace' || attributes['mode'] !== 'DCR' || concat?.op !== 'Concat') return false
  const stride = attributes['blocksize'] as number
  if (concat.attributes['axis'] !== 1 || concat.inputs.length !== stride ** 2) return false
  if (!concat.inputs.every((name) => graph.hasBlocked(name)) || !graph.knows(outputs[0]!)) return false
  graph.setBlocked(outputs[0]!, graph.weave(concat.inputs, stride))
  return true
}
