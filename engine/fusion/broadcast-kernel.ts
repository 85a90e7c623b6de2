import type { BroadcastLoop, BroadcastOperand } from './broadcasts.ts'
import { arithmeticOf, flushed } from './element.ts'
import {
  address,
  float32,
  i32,
  loadSplat,
  loadVector,
  op,
  splat,
  storeVector,
  unsigned,
  v128,
  type WasmFunction,
} from './wasm.ts'

type Array = Extract<BroadcastOperand, { readonly name: string }>

export interface BroadcastKernel {
  /** Equal for loops that do the same to other arrays. */
  readonly key: string
  readonly code: WasmFunction
  /** Arrays read, then names of arrays filled: the pointers that it takes. */
  readonly reads: readonly Array[]
  readonly writes: readonly string[]
}

/**
 * Gradients below are 0 to a loop, so that no product with noise is subnormal (see `smallest`), which would take a hundred times
 * as long.
 */
const leastGradient = 2 ** -100

/**
 * `(pointers…)`: row by row, four columns at a time. Where their number is no multiple of four, the last four overlap those before
 * them: a loop fills only arrays that it does not read, so that doing some twice does no harm.
 */
export function broadcastKernel({ rows, columns, steps }: BroadcastLoop): BroadcastKernel {
  const nameOf = (operand: BroadcastOperand): string =>
    operand.from === 'constant'
      ? `constant ${Object.is(operand.value, -0) ? '-0' : operand.value}`
      : operand.from === 'step'
        ? `step ${operand.index}`
        : `${operand.from} ${operand.name} ${operand.extent} ${operand.offset}`
  const operands = new Map(steps.flatMap((step) => step.operands).map((operand) => [nameOf(operand), operand]))
  const arrays = [...operands].filter((entry): entry is [string, Array] => 'name' in entry[1])
  const constants = [...operands].flatMap(([name, operand]) =>
    operand.from === 'constant' ? [[name, operand.value] as const] : [],
  )
  const outputs = steps.flatMap(({ output }, index) => (output === undefined ? [] : [{ output, index }]))
  const limit = 'least gradient'

  // Locals: pointers | row, column (bytes), then vectors.
  const pointerCount = arrays.length + outputs.length
  const [row, column] = [pointerCount, pointerCount + 1]
  const vectors = [
    ...arrays.map(([name]) => name),
    ...constants.map(([name]) => name),
    ...steps.map((_, index) => `step ${index}`),
    limit,
  ]
  const local = new Map(vectors.map((name, i) => [name, column + 1 + i]))
  const get = (index: number): number[] => [op.localGet, ...unsigned(index)]
  const set = (index: number): number[] => [op.localSet, ...unsigned(index)]
  const put = (value: number, name: string): number[] => [
    ...[op.f32Const, ...float32(value), ...splat],
    ...set(local.get(name)!),
  ]
  const elementOf = (pointer: number): number[] => [...get(pointer), ...get(column), op.i32Add]
  const advance = (pointer: number, bytes: number): number[] => [
    ...[...get(pointer), ...address(bytes), op.i32Add],
    ...set(pointer),
  ]

  const loadColumn = arrays.flatMap(([name, { extent }], i) =>
    extent === 'column' ? [...get(i), ...loadSplat, ...set(local.get(name)!), ...advance(i, 4)] : [],
  )
  const loadElements = arrays.flatMap(([name, { extent, from }], i) => {
    if (extent === 'column') return []
    const load = [...elementOf(i), ...loadVector, ...set(local.get(name)!)]
    if (from !== 'graph') return load
    return [...load, ...flushed(get(local.get(name)!), get(local.get(limit)!)), ...set(local.get(name)!)]
  })
  const compute = steps.flatMap((step, index) => {
    const values = step.operands.map((operand) => get(local.get(nameOf(operand))!))
    return [...arithmeticOf(step.op, values, 'simd'), ...set(local.get(`step ${index}`)!)]
  })
  const store = outputs.flatMap(({ index }, i) => [
    ...elementOf(arrays.length + i),
    ...get(local.get(`step ${index}`)!),
    ...storeVector,
  ])
  const rowBytes = columns * 4
  const last = rowBytes - 16
  const next = [...get(column), ...address(16), op.i32Add]
  const toNext = columns % 4 === 0 ? next : [...next, ...address(last), ...next, ...address(last), op.i32LtU, op.select]
  const nextRow = [
    ...arrays.flatMap(([, { extent }], i) => (extent === 'matrix' ? advance(i, rowBytes) : [])),
    ...outputs.flatMap((_, i) => advance(arrays.length + i, rowBytes)),
  ]

  const body = [
    ...constants.flatMap(([name, value]) => put(value, name)),
    ...put(leastGradient, limit),
    ...[op.loop, 0x40],
    ...loadColumn,
    ...[...address(0), ...set(column)],
    ...[op.block, 0x40, op.loop, 0x40],
    ...[...loadElements, ...compute, ...store],
    ...[...get(column), ...address(last), op.i32Eq, op.brIf, 1],
    ...[...toNext, ...set(column), op.br, 0, op.end, op.end],
    ...nextRow,
    ...[...get(row), ...address(1), op.i32Add, op.localTee, ...unsigned(row)],
    ...[...address(rows), op.i32LtU, op.brIf, 0, op.end],
  ]
  const code = {
    parameters: new Array<number>(pointerCount).fill(i32),
    locals: [i32, i32, ...vectors.map(() => v128)],
    body,
  }
  return {
    key: JSON.stringify(code),
    code,
    reads: arrays.map(([, array]) => array),
    writes: outputs.map(({ output }) => output),
  }
}
