import { sameShape } from '../graph/value.ts'
import { removeDead } from '../graph/simplify.ts'
import type { Attribute, GraphModel, GraphNode, Initializer } from '../onnx/model.ts'

export type Shapes = Map<string, readonly number[]>

const domain = 'com.microsoft.nchwc'

/**
 * A graph whose values may be had in two layouts. Blocked, an image batch × channels × height × width lies as batch ×
 * channels / block × height × width × block (ONNX Runtime goes on calling that by the plain shape); each layout is made
 * when somebody first asks for it.
 */
export class BlockedGraph {
  private readonly model: GraphModel
  private readonly shapes: Shapes
  private readonly block: number
  private readonly nodes: GraphNode[] = []
  private readonly initializers: Initializer[]
  private readonly inBlocks = new Map<string, string>()
  /** How a value is made plain that so far is only blocked. */
  private readonly waiting = new Map<string, GraphNode>()
  private readonly filters = new Map<string, string>()
  private readonly producers: ReadonlyMap<string, GraphNode>
  private counter = 0

  constructor(model: GraphModel, shapes: Shapes, block: number) {
    this.model = model
    this.shapes = shapes
    this.block = block
    this.initializers = [...model.initializers]
    this.producers = new Map(model.nodes.flatMap((node) => node.outputs.map((name) => [name, node] as const)))
  }

  /** A node that stays as it was. */
  keep(node: GraphNode): void {
    for (const name of node.inputs) this.plain(name)
    this.nodes.push(node)
  }

  plain(name: string): string {
    const node = this.waiting.get(name)
    if (node !== undefined) {
      this.waiting.delete(name)
      this.keep(node)
    }
    return name
  }

  hasBlocked(name: string): boolean {
    return this.inBlocks.has(name)
  }

  /** The name of a value's blocked form. */
  blocked(name: string): string {
    let blocked = this.inBlocks.get(name)
    if (blocked === undefined) {
      blocked = this.nchwc('ReorderInput', [this.plain(name)], {})
      this.inBlocks.set(name, blocked)
    }
    return blocked
  }

  /** `name` is blocked as `blocked`; whoever needs it plain gets it reordered, or from `instead`. */
  setBlocked(name: string, blocked: string, instead?: GraphNode): void {
    this.inBlocks.set(name, blocked)
    // Only floats can be reordered.
    const isFloat = instead === undefined || !/^(Greater|Less|Not|Cast)/.test(instead.op)
    const channels = this.shapes.get(name)![1]!
    this.waiting.set(
      name,
      isFloat ? { op: 'ReorderOutput', domain, inputs: [blocked], outputs: [name], attributes: { channels } } : instead,
    )
  }

  nchwc(op: string, inputs: readonly string[], attributes: Readonly<Record<string, Attribute>>): string {
    return this.add(op, inputs, attributes, domain)
  }

  pointwise({ op, attributes }: GraphNode, operands: readonly string[]): string {
    return this.add(op, operands, attributes)
  }

  knows(name: string): boolean {
    return this.shapes.has(name)
  }

  producer(name: string): GraphNode | undefined {
    return this.producers.get(name)
  }

  /** The elements of a constant. */
  integers(name: string): number[] | undefined {
    const constant = this.model.initializers.find((initializer) => initializer.name === name)
    return constant && Array.from(constant.data as ArrayLike<number | bigint>, Number)
  }

  sumOverPlaces(name: string, into: string, keepDims: boolean): void {
    const [batch, channels, height, width] = this.shapes.get(name) as [number, number, number, number]
    const { block } = this
    const places = this.reshape(this.blocked(name), [batch * (channels / block), height * width, block])
    const ofImages = this.add('ReduceSum', [places, this.int64([1])], { keepdims: 0 })
    const images = this.reshape(ofImages, [batch, channels])
    const sums = this.add('ReduceSum', [images, this.int64([0])], { keepdims: 0 })
    this.reshape(sums, keepDims ? [1, channels, 1, 1] : [channels], into)
  }

  /** The name of a value's blocked form with zeros around it: [top, left, bottom, right]. */
  padded(name: string, [top, left, bottom, right]: readonly [number, number, number, number]): string {
    const [batch, channels, height, width] = this.shapes.get(name) as [number, number, number, number]
    const images = this.reshape(this.blocked(name), [(batch * channels) / this.block, height, width, this.block])
    const wider = this.add('Pad', [images, this.int64([0, top, left, 0, 0, bottom, right, 0])], {})
    return this.reshape(wider, [batch, channels, height + top + bottom, width + left + right])
  }

  /**
   * Blocked images woven into one that is `stride` times as tall and wide: part i · stride + j holds the pixels of rows
   * i, i + stride, … and columns j, j + stride, ….
   */
  weave(parts: readonly string[], stride: number): string {
    const [batch, channels, height, width] = this.shapes.get(parts[0]!) as [number, number, number, number]
    const { block } = this
    const rows = (batch * channels * height) / block
    const wide = Array.from({ length: stride }, (_, i) => {
      const columns = parts
        .slice(i * stride, (i + 1) * stride)
        .map((part) => this.reshape(this.blocked(part), [rows * width, 1, block]))
      return this.reshape(this.add('Concat', columns, { axis: 1 }), [rows, 1, width * stride * block])
    })
    return this.reshape(this.add('Concat', wide, { axis: 1 }), [batch, channels, height * stride, width * stride])
  }

  /**
   * A filter, output × input × height × width, with its output channels in blocks, and its input channels too where they
   * are not too few: output / block × input / block × height × width × input block × output block.
   */
  filter(name: string): string {
    let made = this.filters.get(name)
    if (made === undefined) {
      made = this.filterOfImages(name) ?? this.filterOfWeights(name)
      this.filters.set(name, made)
    }
    return made
  }

  finish(): GraphModel {
    for (const { name } of this.model.outputs) this.plain(name)
    const nodes = removeDead(fuseActivations(this.nodes, this.model), this.model)
    const read = new Set([...nodes.flatMap((node) => node.inputs), ...this.model.outputs.map(({ name }) => name)])
    return { ...this.model, nodes, initializers: this.initializers.filter(({ name }) => read.has(name)) }
  }

  private filterOfWeights(name: string): string {
    const { block } = this
    const shape = this.shapes.get(name) as [number, number, number, number]
    const [outputs, inputs, height, width] = shape
    // As if each output were a channel: a Transpose would be merged with the one below, into a slower one.
    const flat = this.reshape(this.plain(name), [outputs / block, block, inputs, height * width])
    const outputsLast = this.nchwc('ReorderInput', [flat], {})
    if (inputs < block) return this.reshape(outputsLast, shape)
    const parts = this.reshape(outputsLast, [outputs / block, inputs / block, block, height * width, block])
    return this.reshape(this.add('Transpose', [parts], { perm: [0, 1, 3, 2, 4] }), shape)
  }

  /**
   * A batch of images that serves as a filter (in the gradient of a convolution's filter: channels as outputs, images as
   * inputs). Blocked images only change the order of whole blocks.
   */
  private filterOfImages(name: string): string | undefined {
    const transpose = this.producer(name)
    const source = transpose?.inputs[0]
    if (transpose?.op !== 'Transpose' || !sameShape(transpose.attributes['perm'] as number[], [1, 0, 2, 3]))
      return undefined
    const { block } = this
    const [images, channels, height, width] = this.shapes.get(source!) as [number, number, number, number]
    if (images % block !== 0) return undefined
    const parts = [images / block, block, channels / block, height * width, block]
    const split = this.reshape(this.blocked(source!), parts)
    return this.reshape(this.add('Transpose', [split], { perm: [2, 0, 3, 1, 4] }), [channels, images, height, width])
  }

  private reshape(name: string, shape: readonly number[], into?: string): string {
    return this.add('Reshape', [name, this.int64(shape)], {}, undefined, into)
  }

  private add(
    op: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    of?: string,
    into = `${op}_blocked${++this.counter}`,
  ): string {
    this.nodes.push({ op, ...(of !== undefined && { domain: of }), inputs, outputs: [into], attributes })
    return into
  }

  private int64(values: readonly number[]): string {
    const name = `blocked_shape${++this.counter}`
    this.initializers.push({
      name,
      dtype: 'int64',
      shape: [values.length],
      data: BigInt64Array.from(values, BigInt),
    })
    return name
  }
}

/** A Relu that alone reads a blocked convolution becomes part of it. */
function fuseActivations(nodes: readonly GraphNode[], model: GraphModel): GraphNode[] {
  const live = removeDead(nodes, model)
  const uses = new Map<string, number>()
  for (const name of live.flatMap((node) => node.inputs)) uses.set(name, (uses.get(name) ?? 0) + 1)
  const at = new Map(live.map((node, i) => [node.outputs[0]!, i]))
  const fused = [...live]
  live.forEach((node, i) => {
    const from = at.get(node.inputs[0]!)
    const before = from === undefined ? undefined : fused[from]
    if (node.op !== 'Relu' || before?.op !== 'Conv' || before.domain !== domain || uses.get(node.inputs[0]!) !== 1)
      return
    fused[i] = { ...before, outputs: node.outputs, attributes: { ...before.attributes, activation: 'Relu' } }
  })
  return fused
}
