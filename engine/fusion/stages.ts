import type { GraphModel, GraphNode } from '../onnx/model.ts'
import { groupsSharing } from './groups.ts'
import type { Names } from './names.ts'

const mostStages = 8

/**
 * The stage of every node: a graph's comes after the fused steps that it reads, and steps come after the graph that they
 * read. Steps that share operands or variables stay together. Undefined where that cannot be: they wait for each other, or
 * a later graph still needs a value that an earlier stage overwrites.
 */
export function stagesOf(
  model: GraphModel,
  names: Names,
  fused: ReadonlySet<GraphNode>,
): ReadonlyMap<GraphNode, number> | undefined {
  const groups = groupsOf(names, fused)
  const stages = new Map(model.nodes.map((node) => [node, 0]))
  for (let changed = true; changed;) {
    changed = false
    const raise = (node: GraphNode, to: number): void => {
      if (to <= stages.get(node)!) return
      stages.set(node, to)
      changed = true
    }
    for (const node of model.nodes) {
      for (const name of node.inputs) {
        const producer = names.producers.get(name)
        if (producer === undefined) continue
        raise(node, stages.get(producer)! + (fused.has(producer) && !fused.has(node) ? 1 : 0))
      }
    }
    for (const group of groups) {
      const last = Math.max(...group.map((node) => stages.get(node)!))
      for (const node of group) raise(node, last)
    }
    if (Math.max(...stages.values()) > mostStages) return undefined
  }
  const overwritten = new Map<string, number>()
  for (const node of fused) {
    const replaced = names.replaced.get(node.outputs[0]!)
    if (replaced !== undefined) overwritten.set(replaced, stages.get(node)!)
  }
  const isStale = model.nodes.some(
    (node) => !fused.has(node) && node.inputs.some((name) => (overwritten.get(name) ?? Infinity) < stages.get(node)!),
  )
  return isStale ? undefined : stages
}

function groupsOf(names: Names, fused: ReadonlySet<GraphNode>): GraphNode[][] {
  return groupsSharing([...fused], (node) => {
    const producers = node.inputs.map((name) => names.producers.get(name))
    const read = producers.filter((producer) => producer !== undefined && fused.has(producer))
    const replaced = names.replaced.get(node.outputs[0]!)
    const variables = [
      ...node.inputs.filter((name) => names.stateInputs.has(name)),
      ...(replaced === undefined ? [] : [replaced]),
    ]
    return [node, ...read, ...variables]
  })
}
