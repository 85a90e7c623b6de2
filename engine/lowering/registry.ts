import { tf } from '../tfjs.ts'
import type { Graph } from '../graph/graph.ts'
import { elementType, type OnnxType } from '../onnx/model.ts'
import { range, type Value } from '../graph/value.ts'

/** Inputs by the kernel's own names (`a`, `b`, `x`, …), or by index for kernels that take a list. */
export type KernelInputs = Readonly<Record<string, Value>>

/** How one tfjs kernel is written in ONNX. */
export type Lowering = (
  graph: Graph,
  inputs: KernelInputs,
  attributes: Readonly<Record<string, unknown>>,
) => Value | Value[]

const lowerings = new Map<string, Lowering>()

/** Registers the lowering of a tfjs kernel; `A` is the type of its attributes in tfjs. */
export function lower<A = Record<never, never>>(
  kernels: string | readonly string[],
  lowering: (graph: Graph, inputs: KernelInputs, attributes: A) => Value | Value[],
): void {
  for (const kernel of typeof kernels === 'string' ? [kernels] : kernels) lowerings.set(kernel, lowering as Lowering)
}

export function findLowering(kernel: string): Lowering | undefined {
  return lowerings.get(kernel)
}

export function loweredKernels(): string[] {
  return [...lowerings.keys()].sort()
}

/** The input that the kernel always has. */
export function input(inputs: KernelInputs, name: string): Value {
  const value = inputs[name]
  if (value === undefined) throw new Error(`the kernel came without its input "${name}"`)
  return value
}

/** The logical axes of a tfjs `axis` attribute; all of them when it is undefined. */
export function axesOf(axis: number | readonly number[] | undefined | null, value: Value): number[] {
  return tf.util.parseAxisParam((axis ?? range(value.shape.length)) as number | number[], [...value.shape])
}

export const castTarget = elementType

export function cast(graph: Graph, value: Value, dtype: OnnxType): Value {
  if (value.dtype === dtype) return value
  if (value.mask !== undefined) return cast(graph, value.mask, dtype)
  if (value.raw !== undefined && dtype === 'float32')
    return graph.elementwise('Cast', [value.raw], dtype, { to: castTarget[dtype] })
  const isFloat = value.dtype === 'float32' || value.dtype === 'float64'
  const from = isFloat && dtype === 'int32' ? finiteOrZero(graph, value) : value
  const out = graph.elementwise('Cast', [from], dtype, { to: castTarget[dtype] })
  return value.dtype === 'bool' ? { ...out, mask: value } : out
}

/** Of NaN and the infinities tfjs makes the integer 0; ONNX leaves it open. */
function finiteOrZero(graph: Graph, value: Value): Value {
  // Infinity minus itself, and NaN minus itself, are NaN.
  const difference = graph.elementwise('Sub', [value, value])
  const broken = graph.elementwise('IsNaN', [difference], 'bool')
  return graph.elementwise('Where', [broken, graph.scalar(0, value.dtype), value], value.dtype)
}
