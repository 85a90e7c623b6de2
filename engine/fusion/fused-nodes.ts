import { sizeOf } from '../graph/value.ts'
import type { GraphModel, GraphNode } from '../onnx/model.ts'
import type { Names } from './names.ts'
import { isFusedOp } from './ops.ts'

/** The nodes that lead to new values of the state and nowhere else, element by element; `staged`: later graphs may read those values. */
export function fusedNodes(
  model: GraphModel,
  names: Names,
  barred: ReadonlySet<string>,
  staged: boolean,
): ReadonlySet<GraphNode> {
  const results = new Set(model.outputs.map(({ name }) => name).filter((name) => !names.stateOutputs.has(name)))
  const fused = new Set<GraphNode>()
  // What is summed must be there before the steps begin.
  const summed = new Set<string>()
  for (const node of model.nodes.toReversed()) {
    const name = node.outputs[0]!
    const readers = names.consumers.get(name) ?? []
    // New values of the state may be read by a later stage; what lies between may not.
    const reachable = readers.every((reader) => fused.has(reader)) || (staged && names.stateOutputs.has(name))
    if (!reachable || summed.has(name) || (results.has(name) && !names.norms.has(name))) continue
    const squared = names.squared.get(name)
    if (squared !== undefined) summed.add(squared.name)
    if (squared !== undefined || canFuse(node, names, barred)) fused.add(node)
  }
  const leadsToState = [...fused].some((node) => names.stateOutputs.has(node.outputs[0]!))
  return leadsToState ? fused : new Set()
}

function canFuse(node: GraphNode, names: Names, barred: ReadonlySet<string>): boolean {
  const { extents } = node
  if (extents?.dtype !== 'float32' || !isFusedOp(node.op)) return false
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

/** Variables that no graph rewrites: they can be read in place. */
export function residents({ stateInputs, replaced }: Names, fused: ReadonlySet<GraphNode>): ReadonlySet<string> {
  const made = new Set([...fused].flatMap((node) => node.outputs))
  const resident = new Set(stateInputs)
  for (const [output, input] of replaced) if (input !== undefined && !made.has(output)) resident.delete(input)
  return resident
}
