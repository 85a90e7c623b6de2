import type { Graph } from '../graph/graph.ts'
import { broadcastShapes, range, sameShape, sizeOf, type Value } from '../graph/value.ts'
import { activate } from './elementwise.ts'
import { lower } from './registry.ts'

interface Transposes {
  transposeA?: boolean
  transposeB?: boolean
}

lower<Transposes>('BatchMatMul', (g, { a, b }, { transposeA = false, transposeB = false }) =>
  matMul(g, a!, b!, transposeA, transposeB),
)
lower<Transposes & { activation?: string; leakyreluAlpha?: number }>(
  '_FusedMatMul',
  (g, { a, b, bias }, { transposeA = false, transposeB = false, activation, leakyreluAlpha }) =>
    activate(g, matMul(g, a!, b!, transposeA, transposeB, bias), activation, leakyreluAlpha),
)

lower<{ equation: string }>('Einsum', (g, x, { equation }) => {
  const operands = Object.values(x)
  const [terms, result] = equation.replaceAll(' ', '').split('->') as [string, string]
  const sizes = new Map(
    terms
      .split(',')
      .flatMap((term, i) => [...term].map((letter, axis) => [letter, operands[i]!.shape[axis]!] as const)),
  )
  terms.split(',').forEach((term, i) =>
    [...term].forEach((letter, axis) => {
      const [size, wanted] = [operands[i]!.shape[axis], sizes.get(letter)]
      if (size !== wanted) throw new Error(`"${letter}" of "${equation}" is ${size} and ${wanted} at once`)
    }),
  )
  const names = operands.map((operand) => g.physical(operand))
  const shape = [...result].map((letter) => sizes.get(letter)!)
  return g.value(g.node('Einsum', names, { equation }), 'float32', shape)
})

/** A single product becomes Gemm, whose transposes are free; a batch of them becomes MatMul. */
function matMul(graph: Graph, a: Value, b: Value, transposeA: boolean, transposeB: boolean, bias?: Value): Value {
  const batchA = a.shape.slice(0, -2)
  const batchB = b.shape.slice(0, -2)
  const [across, down] = [a.shape.at(transposeA ? -2 : -1), b.shape.at(transposeB ? -1 : -2)]
  if (across !== down) {
    const shown = ({ shape }: Value, transposed: boolean): string => `[${shape}]${transposed ? ' transposed' : ''}`
    throw new Error(
      `${shown(a, transposeA)} × ${shown(b, transposeB)} is no product: the inner sizes ${across} and ${down} differ`,
    )
  }
  if (sizeOf(batchA) === 1 && sizeOf(batchB) === 1) {
    const left = gemmOperand(graph, graph.reshape(a, a.shape.slice(-2)), transposeA)
    const right = gemmOperand(graph, graph.reshape(b, b.shape.slice(-2)), transposeB)
    const inputs = [left.name, right.name]
    const vectorBias = bias !== undefined && bias.shape.length <= 1
    if (vectorBias) inputs.push(graph.physical(bias))
    const product = graph.node('Gemm', inputs, { transA: left.transposed ? 1 : 0, transB: right.transposed ? 1 : 0 })
    const shape = [left.rows, right.columns]
    const out = graph.reshape(graph.value(product, 'float32', shape), [...broadcastShapes(batchA, batchB), ...shape])
    return bias !== undefined && !vectorBias ? graph.elementwise('Add', [out, bias]) : out
  }
  const orderA = lastTwo(a.shape.length, transposeA)
  const orderB = lastTwo(b.shape.length, transposeB)
  const rows = a.shape[orderA.at(-2)!]!
  const columns = b.shape[orderB.at(-1)!]!
  const product = graph.node('MatMul', [graph.physical(a, orderA), graph.physical(b, orderB)])
  const out = graph.value(product, 'float32', [...broadcastShapes(batchA, batchB), rows, columns])
  return bias === undefined ? out : graph.elementwise('Add', [out, bias])
}

/** A matrix that lies transposed in memory is used as it lies. */
function gemmOperand(
  graph: Graph,
  value: Value,
  transpose: boolean,
): { name: string; transposed: boolean; rows: number; columns: number } {
  const [m, n] = value.shape as [number, number]
  const liesTransposed = value.permutation[0] === 1 && sameShape(value.physicalShape, [n, m])
  return {
    name: liesTransposed ? value.name : graph.physical(value),
    transposed: transpose !== liesTransposed,
    rows: transpose ? n : m,
    columns: transpose ? m : n,
  }
}

function lastTwo(rank: number, swap: boolean): number[] {
  return swap ? [...range(rank - 2), rank - 1, rank - 2] : range(rank)
}
