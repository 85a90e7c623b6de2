import type {
  Attribute,
  ConstantData,
  Extents,
  GraphModel,
  GraphNode,
  GraphPort,
  Initializer,
  OnnxType,
} from '../onnx/model.ts'
import type { Origin } from '../trace/origin.ts'
import { simplify } from './simplify.ts'
import { broadcastShapes, isIdentity, range, sameShape, sizeOf, type Value } from './value.ts'

const arrayOf = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  bool: Uint8Array,
  uint8: Uint8Array,
} as const

/** An ONNX graph under construction: nodes are recorded once (common subexpressions are shared), values are lazy in layout. */
export class Graph {
  private readonly nodes: GraphNode[] = []
  private readonly initializers = new Map<string, Initializer>()
  private readonly ports: GraphPort[] = []
  private readonly producers = new Map<string, GraphNode>()
  private readonly recorded = new Map<string, string[]>()
  private readonly smallConstants = new Map<string, string>()
  private readonly shapes = new Map<string, Omit<GraphPort, 'name'>>()
  private counter = 0
  /** Of the nodes that are recorded next. */
  origin: (() => Origin) | undefined

  input(name: string, dtype: OnnxType, shape: readonly number[]): Value {
    this.ports.push({ name, dtype, shape })
    return this.value(name, dtype, shape)
  }

  /** A value in plain layout. */
  value(name: string, dtype: OnnxType, shape: readonly number[]): Value {
    this.shapes.set(name, { dtype, shape })
    return { name, dtype, shape, physicalShape: shape, permutation: range(shape.length) }
  }

  /** A value whose physical layout is `transpose(logical, order)`. */
  stored(name: string, dtype: OnnxType, shape: readonly number[], order: readonly number[]): Value {
    const permutation = new Array<number>(order.length)
    order.forEach((logical, physical) => (permutation[logical] = physical))
    const physicalShape = order.map((i) => shape[i]!)
    this.shapes.set(name, { dtype, shape: physicalShape })
    return { name, dtype, shape, physicalShape, permutation }
  }

  /** Records a node, or finds the same one, and returns the names of its outputs. */
  nodeOutputs(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    outputs = 1,
    extents?: Extents,
  ): string[] {
    let from = inputs
    if (op === 'Reshape') {
      const before = this.producers.get(inputs[0]!)
      if (before?.op === 'Reshape') from = [before.inputs[0]!, inputs[1]!]
    }
    const key = `${op}|${from.join()}|${JSON.stringify(attributes)}|${outputs}`
    const known = this.recorded.get(key)
    if (known !== undefined) return known
    const names = range(outputs).map(() => `${op}${++this.counter}`)
    const node: GraphNode = {
      op,
      inputs: from,
      outputs: names,
      attributes,
      ...(extents !== undefined && { extents }),
      ...(this.origin !== undefined && { origin: this.origin() }),
    }
    this.nodes.push(node)
    for (const name of names) this.producers.set(name, node)
    this.recorded.set(key, names)
    return names
  }

  node(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>> = {}): string {
    return this.nodeOutputs(op, inputs, attributes)[0]!
  }

  /** A constant; one that repeats a single number is kept as one element. */
  constant(data: ArrayLike<number>, shape: readonly number[], dtype: Exclude<OnnxType, 'int64'>): Value {
    const values = arrayOf[dtype].from(data)
    const uniform = values.length > 1 && values.every((x) => x === values[0])
    const kept = uniform ? values.slice(0, 1) : values
    const physicalShape = uniform ? shape.map(() => 1) : shape
    const name = this.initializer(dtype, physicalShape, kept)
    return { name, dtype, shape, physicalShape, permutation: range(shape.length), constant: kept }
  }

  fill(number: number, shape: readonly number[], dtype: OnnxType): Value {
    const of = dtype === 'int64' ? 'int32' : dtype
    const one = arrayOf[of].of(number)
    const physicalShape = shape.map(() => 1)
    return {
      name: this.initializer(of, physicalShape, one),
      dtype: of,
      shape,
      physicalShape,
      permutation: range(shape.length),
      constant: one,
    }
  }

  scalar(number: number, dtype: OnnxType = 'float32'): Value {
    return this.fill(number, [], dtype)
  }

  /** The name of an int64 vector: shapes, axes and pads. */
  int64(values: readonly number[]): string {
    return this.initializer('int64', [values.length], BigInt64Array.from(values.map(BigInt)))
  }

  /** The name of this value laid out as `transpose(logical, order)`, broadcasts made unless `expand` is false. */
  physical(value: Value, order: readonly number[] = range(value.shape.length), expand = true): string {
    const axes = order.map((i) => value.permutation[i]!)
    const shape = axes.map((a) => value.physicalShape[a]!)
    let { name } = value
    if (!isIdentity(axes)) {
      const moved = axes.filter((a) => value.physicalShape[a] !== 1)
      const keepsOrder = moved.every((a, i) => i === 0 || a > moved[i - 1]!)
      name = keepsOrder
        ? this.node('Reshape', [name, this.int64(shape)])
        : this.node('Transpose', [name], { perm: axes })
      this.shapes.set(name, { dtype: value.dtype, shape })
    }
    const full = order.map((i) => value.shape[i]!)
    if (!expand || sameShape(shape, full)) return name
    const expanded = this.node('Expand', [name, this.int64(full)])
    this.shapes.set(expanded, { dtype: value.dtype, shape: full })
    return expanded
  }

  plain(value: Value): Value {
    const name = this.physical(value)
    return name === value.name ? value : this.value(name, value.dtype, value.shape)
  }

  transpose(value: Value, permutation: readonly number[]): Value {
    return {
      name: value.name,
      dtype: value.dtype,
      shape: permutation.map((i) => value.shape[i]!),
      physicalShape: value.physicalShape,
      permutation: permutation.map((i) => value.permutation[i]!),
      ...(value.filterGradient === true && { filterGradient: true }),
    }
  }

  broadcast(value: Value, shape: readonly number[]): Value {
    if (sameShape(shape, value.shape)) return value
    const more = shape.length - value.shape.length
    if (more === 0) {
      // What it was made from has another shape.
      const { relu: _, mask, source: __, raw: ___, ...rest } = value
      return { ...rest, shape, ...(mask !== undefined && { mask: this.broadcast(mask, shape) }) }
    }
    const physicalShape = [...new Array<number>(more).fill(1), ...value.physicalShape]
    return {
      name: this.node('Reshape', [value.name, this.int64(physicalShape)]),
      dtype: value.dtype,
      shape,
      physicalShape,
      permutation: [...range(more), ...value.permutation.map((a) => a + more)],
      ...(value.constant !== undefined && { constant: value.constant }),
    }
  }

  /** An element-wise op with NumPy's broadcasting, computed in the physical layout of its largest permuted operand. */
  elementwise(
    op: string,
    operands: readonly Value[],
    dtype: OnnxType = operands[0]!.dtype,
    attributes: Readonly<Record<string, Attribute>> = {},
  ): Value {
    const values = operands.map((v) => (v.filterGradient === true ? this.plain(v) : v))
    const shape = broadcastShapes(...values.map((v) => v.shape))
    const rank = shape.length
    const permutation = layoutOf(values, rank)
    const order: number[] = []
    permutation.forEach((physical, logical) => (order[physical] = logical))

    const physicalShapes: (readonly number[])[] = [new Array<number>(rank).fill(1)]
    const operandShapes: (readonly number[])[] = []
    const inputs = values.map((value) => {
      if (sizeOf(value.physicalShape) === 1) {
        if (value.physicalShape.length <= rank) physicalShapes.push(value.physicalShape)
        operandShapes.push(value.physicalShape)
        return value.name
      }
      const missing = rank - value.shape.length
      if (missing > 0 && isIdentity(permutation)) {
        physicalShapes.push(value.permutation.map((a) => value.physicalShape[a]!))
        operandShapes.push(physicalShapes.at(-1)!)
        return this.physical(value, undefined, false)
      }
      const full = missing > 0 ? this.broadcast(value, [...new Array<number>(missing).fill(1), ...value.shape]) : value
      physicalShapes.push(order.map((i) => full.physicalShape[full.permutation[i]!]!))
      operandShapes.push(physicalShapes.at(-1)!)
      return this.physical(full, order, false)
    })
    const physicalShape = broadcastShapes(...physicalShapes)
    const oneType = values.every((value) => value.dtype === dtype)
    const extents = oneType ? { dtype, operands: operandShapes, output: physicalShape } : undefined
    const [name] = this.nodeOutputs(op, inputs, attributes, 1, extents)
    this.shapes.set(name!, { dtype, shape: physicalShape })
    return { name: name!, dtype, shape, physicalShape, permutation }
  }

  /** ReduceSum, ReduceMean, … over logical axes. Broadcast axes are not computed: a sum over them is a multiplication. */
  reduce(op: string, value: Value, axes: readonly number[], keepDims: boolean): Value {
    const reduced = axes.map((a) => value.permutation[a]!)
    const real = reduced.filter((a) => value.physicalShape[a]! > 1).sort((a, b) => a - b)
    const shape = value.shape.map((size, i) => (axes.includes(i) ? 1 : size))
    const physicalShape = value.physicalShape.map((size, a) => (reduced.includes(a) ? 1 : size))
    const name = real.length === 0 ? value.name : this.node(op, [value.name, this.int64(real)], { keepdims: 1 })
    this.shapes.set(name, { dtype: value.dtype, shape: physicalShape })
    let out: Value = { name, dtype: value.dtype, shape, physicalShape, permutation: value.permutation }
    if (op === 'ReduceSum') {
      const repeats = axes.reduce((n, a) => n * (value.shape[a]! / value.physicalShape[value.permutation[a]!]!), 1)
      if (repeats !== 1) out = this.elementwise('Mul', [out, this.scalar(repeats, value.dtype)])
    }
    if (op === 'ReduceProd') {
      const repeats = axes.reduce((n, a) => n * (value.shape[a]! / value.physicalShape[value.permutation[a]!]!), 1)
      if (repeats !== 1) return this.reduce(op, this.plain(value), axes, keepDims)
    }
    if (keepDims) return out

    const keptAxes = range(value.physicalShape.length).filter((a) => !reduced.includes(a))
    const keptShape = keptAxes.map((a) => physicalShape[a]!)
    const permutation = range(value.shape.length)
      .filter((i) => !axes.includes(i))
      .map((i) => keptAxes.indexOf(value.permutation[i]!))
    const inOneNode = real.length > 0 && real.length === reduced.length && out.name === name
    const squeezed = inOneNode
      ? this.node(op, [value.name, this.int64(real)], { keepdims: 0 })
      : this.node('Reshape', [out.name, this.int64(keptShape)])
    this.shapes.set(squeezed, { dtype: value.dtype, shape: keptShape })
    return {
      name: squeezed,
      dtype: value.dtype,
      shape: shape.filter((_, i) => !axes.includes(i)),
      physicalShape: keptShape,
      permutation,
    }
  }

  reshape(value: Value, shape: readonly number[]): Value {
    if (sameShape(shape, value.shape)) return value
    if (value.source !== undefined && sameShape(value.source.shape, shape)) return value.source
    const base = value.source ?? value
    const plainShape = (name: string, physicalShape: readonly number[], constant?: ConstantData): Value => {
      this.shapes.set(name, { dtype: value.dtype, shape: physicalShape })
      const rest = constant === undefined ? {} : { constant }
      return { name, dtype: value.dtype, shape, physicalShape, permutation: range(shape.length), ...rest }
    }
    if (base.physicalShape.every((size) => size === 1)) {
      const ones = shape.map(() => 1)
      const name = sameShape(ones, base.physicalShape) ? base.name : this.node('Reshape', [base.name, this.int64(ones)])
      return plainShape(name, ones, base.constant)
    }
    const withoutOnes = (s: readonly number[]): number[] => s.filter((size) => size !== 1)
    const isBroadcast = isIdentity(base.permutation) && !sameShape(base.shape, base.physicalShape)
    if (isBroadcast && sameShape(withoutOnes(base.shape), withoutOnes(shape))) {
      const sizes = base.physicalShape.filter((_, i) => base.shape[i] !== 1)
      let next = 0
      const physicalShape = shape.map((size) => (size === 1 ? 1 : sizes[next++]!))
      return plainShape(this.node('Reshape', [base.name, this.int64(physicalShape)]), physicalShape)
    }
    return {
      ...this.value(this.node('Reshape', [this.physical(base), this.int64(shape)]), value.dtype, shape),
      source: base,
    }
  }

  /** The finished graph: outputs named, dead nodes gone, biases fused. Inputs that nothing reads are left out. */
  finish(outputs: readonly { readonly name: string; readonly value: Value }[]): GraphModel {
    const taken = new Set<string>([...this.ports.map((port) => port.name), ...this.initializers.keys()])
    const renamed = new Map<string, string>()
    const copies: GraphNode[] = []
    for (const { name, value } of outputs) {
      const inner = this.physical(value)
      if (taken.has(inner)) {
        const extents = { dtype: value.dtype, operands: [value.shape], output: value.shape }
        copies.push({ op: 'Identity', inputs: [inner], outputs: [name], attributes: {}, extents })
      } else {
        taken.add(inner)
        renamed.set(inner, name)
      }
    }
    const rename = (name: string): string => renamed.get(name) ?? name
    const nodes = [...this.nodes, ...copies].map((node) => ({
      ...node,
      inputs: node.inputs.map(rename),
      outputs: node.outputs.map(rename),
    }))
    return simplify({
      nodes,
      initializers: [...this.initializers.values()],
      inputs: this.ports,
      outputs: outputs.map(({ name, value }) => ({ name, dtype: value.dtype, shape: value.shape })),
      shapes: new Map([...this.shapes].map(([name, port]) => [rename(name), port])),
    })
  }

  private initializer(dtype: OnnxType, shape: readonly number[], data: ConstantData): string {
    const key =
      data.length <= 64
        ? `${dtype}|${shape.join()}|${Array.from(data as ArrayLike<number | bigint>, keyOf).join()}`
        : undefined
    const known = key === undefined ? undefined : this.smallConstants.get(key)
    if (known !== undefined) return known
    const name = `constant${++this.counter}`
    this.initializers.set(name, { name, dtype, shape, data })
    if (key !== undefined) this.smallConstants.set(key, name)
    return name
  }
}

/** −0 and 0 are different constants. */
function keyOf(value: number | bigint): string {
  return Object.is(value, -0) ? '-0' : String(value)
}

function layoutOf(values: readonly Value[], rank: number): readonly number[] {
  let layout: readonly number[] = range(rank)
  let largest = 0
  for (const value of values) {
    const size = sizeOf(value.physicalShape)
    const permuted = !isIdentity(value.permutation) && value.physicalShape.filter((d) => d > 1).length > 1
    if (value.shape.length === rank && permuted && size > largest) {
      layout = value.permutation
      largest = size
    }
  }
  return layout
}
