import type { Origin } from '../trace/origin.ts'
import { ProtobufWriter } from '../../core/protobuf.ts'

/** Element types of graph values; int64 is for shapes and indices only, float64 for steps inside a kernel. */
export type OnnxType = 'float32' | 'float64' | 'uint8' | 'int32' | 'int64' | 'bool'

export const elementType: Readonly<Record<OnnxType, number>> = {
  float32: 1,
  uint8: 2,
  int32: 6,
  int64: 7,
  bool: 9,
  float64: 11,
}

export type ConstantData = Float32Array | Float64Array | Int32Array | Uint8Array | BigInt64Array

/** `{ float }` marks a float attribute; plain numbers are integers. */
export type Attribute = number | readonly number[] | string | { readonly float: number }

export interface GraphNode {
  readonly op: string
  /** ONNX's own where it is missing. */
  readonly domain?: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: Readonly<Record<string, Attribute>>
  /** Of element-wise nodes: the type of all operands and the output, and their shapes. */
  readonly extents?: Extents
  /** Whose kernel it is part of. */
  readonly origin?: Origin
}

export interface Extents {
  readonly dtype: OnnxType
  readonly operands: readonly (readonly number[])[]
  readonly output: readonly number[]
}

export interface Initializer {
  readonly name: string
  readonly dtype: OnnxType
  readonly shape: readonly number[]
  readonly data: ConstantData
}

export interface GraphPort {
  readonly name: string
  readonly dtype: OnnxType
  readonly shape: readonly number[]
}

export interface GraphModel {
  readonly nodes: readonly GraphNode[]
  readonly initializers: readonly Initializer[]
  readonly inputs: readonly GraphPort[]
  readonly outputs: readonly GraphPort[]
  /** Of values inside the graph, where they are known. */
  readonly shapes?: ReadonlyMap<string, Omit<GraphPort, 'name'>>
}

const irVersion = 9
const opset = 18

/** The bytes of an ONNX ModelProto (field numbers: onnx.proto3). */
export function encodeModel(
  model: GraphModel,
  producer = 'ringside',
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const writer = new ProtobufWriter()
  writer.int(1, irVersion).string(2, producer)
  writer.message(7, (graph) => {
    model.nodes.forEach((node, i) => graph.message(1, (w) => writeNode(w, node, i)))
    graph.string(2, 'compiled')
    for (const { name, dtype, shape, data } of model.initializers) {
      graph.message(5, (w) => {
        for (const size of shape) w.int(1, size)
        w.int(2, elementType[dtype]).string(8, name)
        w.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
      })
    }
    for (const port of model.inputs) graph.message(11, (w) => writePort(w, port))
    for (const port of model.outputs) graph.message(12, (w) => writePort(w, port))
  })
  writer.message(8, (w) => w.string(1, '').int(2, opset))
  for (const domain of new Set(model.nodes.flatMap((node) => node.domain ?? [])))
    writer.message(8, (w) => w.string(1, domain).int(2, 1))
  for (const [key, value] of Object.entries(metadata)) writer.message(14, (w) => w.string(1, key).string(2, value))
  return writer.finish()
}

function writeNode(writer: ProtobufWriter, node: GraphNode, index: number): void {
  for (const name of node.inputs) writer.string(1, name)
  for (const name of node.outputs) writer.string(2, name)
  writer.string(3, `${node.op}_${index}`).string(4, node.op)
  if (node.domain !== undefined) writer.string(7, node.domain)
  for (const [name, value] of Object.entries(node.attributes)) writer.message(5, (w) => writeAttribute(w, name, value))
}

function writeAttribute(writer: ProtobufWriter, name: string, value: Attribute): void {
  writer.string(1, name)
  if (typeof value === 'number') writer.int(3, value).int(20, 2)
  else if (typeof value === 'string') writer.bytes(4, new TextEncoder().encode(value)).int(20, 3)
  else if ('float' in value) writer.float(2, value.float).int(20, 1)
  else {
    for (const item of value) writer.int(8, item)
    writer.int(20, 7)
  }
}

function writePort(writer: ProtobufWriter, { name, dtype, shape }: GraphPort): void {
  writer.string(1, name).message(2, (type) =>
    type.message(1, (tensor) =>
      tensor.int(1, elementType[dtype]).message(2, (dims) => {
        for (const size of shape) dims.message(1, (dim) => dim.int(1, size))
      }),
    ),
  )
}
