import type { GraphModel, GraphNode } from '../onnx/model.ts'

/** Removes what no output needs and fuses bias additions into the matrix product or convolution before them. */
export function simplify(model: GraphModel): GraphModel {
  const nodes = removeDead(fuseBiases({ ...model, nodes: removeDead(model.nodes, model) }), model)
  const read = new Set([...nodes.flatMap((node) => node.inputs), ...model.outputs.map((port) => port.name)])
  return {
    nodes,
    initializers: model.initializers.filter((constant) => read.has(constant.name)),
    inputs: model.inputs.filter((port) => read.has(port.name)),
    outputs: model.outputs,
    ...(model.shapes !== undefined && { shapes: model.shapes }),
  }
}

export function removeDead(nodes: readonly GraphNode[], { outputs }: Pick<GraphModel, 'outputs'>): GraphNode[] {
  const live = new Set(outputs.map((port) => port.name))
  const kept: GraphNode[] = []
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => live.has(name))) continue
    for (const name of node.inputs) live.add(name)
    kept.push(node)
  }
  return kept.reverse()
}

/** `Gemm + Add(vector)` and `Conv + Add(vector as channels)` become one node each. */
function fuseBiases({ nodes, inputs, initializers, outputs }: GraphModel): GraphNode[] {
  const uses = new Map<string, number>()
  const count = (name: string): void => void uses.set(name, (uses.get(name) ?? 0) + 1)
  for (const node of nodes) node.inputs.forEach(count)
  for (const port of outputs) count(port.name)
  const shapes = new Map<string, readonly number[]>(
    [...inputs, ...initializers].map(({ name, shape }) => [name, shape]),
  )
  const fused = [...nodes]
  const constants = new Map(initializers.map(({ name, data }) => [name, data]))
  const isPerChannel = (name: string): boolean => {
    const shape = Array.from((constants.get(name) ?? []) as ArrayLike<bigint>, Number)
    return shape.length === 4 && shape.every((size, axis) => axis === 1 || size === 1)
  }
  const producers = new Map<string, number>(nodes.flatMap((node, i) => node.outputs.map((name) => [name, i] as const)))

  nodes.forEach((node, i) => {
    if (node.op !== 'Add') return
    for (const side of [0, 1]) {
      const productName = node.inputs[side]!
      const at = producers.get(productName)
      const product = at === undefined ? undefined : fused[at]
      if (product === undefined || product.inputs.length !== 2 || uses.get(productName) !== 1) continue
      let bias = node.inputs[1 - side]!
      if (product.op === 'Conv' || product.op === 'ConvTranspose') {
        const reshape = producers.get(bias)
        const node = reshape === undefined ? undefined : fused[reshape]!
        if (node?.op !== 'Reshape' || shapes.get(node.inputs[0]!)?.length !== 1 || !isPerChannel(node.inputs[1]!))
          continue
        bias = node.inputs[0]!
      } else if (product.op !== 'Gemm' || shapes.get(bias)?.length !== 1) continue
      fused[i] = {
        op: product.op,
        inputs: [...product.inputs, bias],
        outputs: node.outputs,
        attributes: product.attributes,
        ...(product.origin !== undefined && { origin: product.origin }),
      }
      return
    }
  })
  return fused
}
