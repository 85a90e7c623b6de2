import { broadcastKernel } from './broadcast-kernel.ts'
import type { BroadcastLoop } from './broadcasts.ts'
import { arithmeticOf, flushed, smallest } from './element.ts'
import { groupsSharing } from './groups.ts'
import type { FusedStep, Operand } from './plan.ts'
import {
  address,
  arithmetic,
  element,
  encodeModule,
  f32,
  float32,
  i32,
  loadVector,
  loadVectorAt,
  op,
  simd,
  splat,
  storeVector,
  unsigned,
  v128,
  type WasmFunction,
} from './wasm.ts'

/** Bytes from the start of memory, for every operand that lives there, every state output and every result. */
export interface Addresses {
  of(operand: { readonly from: 'state' | 'input' | 'graph'; readonly name: string }): number
  ofNext(name: string): number
  ofResult(name: string): number
}

/**
 * A WebAssembly module whose `run` carries out loops and steps on memory: first the loops, then all scalars (sums of squares among them), then one
 * loop for each group of vectors that hang together, then the new scalars are stored. Every step reads the values from before
 * the update. Loops run to the next multiple of four elements, so that arrays must be padded to 16 bytes. Groups of the same
 * formula share one function.
 */
export function compileKernels(
  { loops, steps }: { readonly loops: readonly BroadcastLoop[]; readonly steps: readonly FusedStep[] },
  addresses: Addresses,
): Uint8Array<ArrayBuffer> {
  const kernels = new Map<string, { index: number; code: WasmFunction }>()
  const kernelOf = (key: string, code: () => WasmFunction): number => {
    let kernel = kernels.get(key)
    if (kernel === undefined) kernels.set(key, (kernel = { index: kernels.size, code: code() }))
    return kernel.index
  }
  const body: number[] = []
  const scalarLocals = new Map<number, number>()

  for (const loop of loops) {
    const { key, code, reads, writes } = broadcastKernel(loop)
    for (const { offset, ...operand } of reads) body.push(...address(addresses.of(operand) + 4 * offset))
    for (const name of writes) body.push(...address(addresses.of({ from: 'graph', name })))
    body.push(op.call, ...unsigned(kernelOf(key, () => code)))
  }

  const pushScalar = (operand: Operand): number[] => {
    if (operand.from === 'constant') return [op.f32Const, ...float32(operand.value)]
    if (operand.from === 'step') return [op.localGet, ...unsigned(scalarLocals.get(operand.index)!)]
    return [...address(addresses.of(operand)), op.f32Load, 2, 0]
  }
  steps.forEach((step, index) => {
    if (step.size !== 1) return
    if (step.op === 'SumOfSquares') {
      const [vector] = step.operands as [Exclude<Operand, { from: 'constant' | 'step' }>]
      const call = [op.call, ...unsigned(kernelOf('sum of squares', sumOfSquares))]
      body.push(...address(addresses.of(vector)), ...address(bytesOf(vector.size)), ...call)
    } else body.push(...arithmeticOf(step.op, step.operands.map(pushScalar), 'scalar'))
    scalarLocals.set(index, scalarLocals.size)
    body.push(op.localSet, ...unsigned(scalarLocals.get(index)!))
  })

  for (const group of groupVectors(steps)) {
    const { key, code, pointers, scalars } = vectorKernel(group, steps)
    const kernel = kernelOf(key, () => code)
    body.push(...address(bytesOf(steps[group[0]!]!.size)))
    for (const pointer of pointers) {
      body.push(...address(typeof pointer === 'string' ? addresses.ofNext(pointer) : addresses.of(pointer)))
    }
    for (const scalar of scalars) body.push(...pushScalar(scalar))
    body.push(op.call, ...unsigned(kernel))
  }

  steps.forEach((step, index) => {
    if (step.size !== 1) return
    const value = [op.localGet, ...unsigned(scalarLocals.get(index)!)]
    const store = (place: number): number => body.push(...address(place), ...value, op.f32Store, 2, 0)
    if (step.next !== undefined) store(addresses.ofNext(step.next))
    if (step.result !== undefined) store(addresses.ofResult(step.result))
  })
  const run = { parameters: [], locals: [...scalarLocals].map(() => f32), body }
  return encodeModule([...[...kernels.values()].map(({ code }) => code), run])
}

/** Of an array, padded. */
const bytesOf = (size: number): number => Math.ceil(size / 4) * 16

/** `(pointer, bytes)`: Σx², by sixteen sums side by side while there are sixteen numbers, then by four. The padding is 0. */
function sumOfSquares(): WasmFunction {
  const [pointer, end, vector, limit] = [0, 1, 2, 3]
  const sums = [4, 5, 6, 7]
  const get = (local: number): number[] => [op.localGet, ...unsigned(local)]
  const set = (local: number): number[] => [op.localSet, ...unsigned(local)]
  const addSquare = (sum: number, at: number): number[] => [
    ...[...get(pointer), ...loadVectorAt(at), ...set(vector)],
    ...[...flushed(get(vector), get(limit)), op.localTee, vector, ...get(vector), ...simd(arithmetic.Mul.simd)],
    ...[...get(sum), ...simd(arithmetic.Add.simd), ...set(sum)],
  ]
  /** While another `step` bytes are there. */
  const loopBy = (step: number, body: readonly number[]): number[] => [
    ...[op.block, 0x40, op.loop, 0x40],
    ...[...get(pointer), ...address(step), op.i32Add, ...get(end), op.i32GtU, op.brIf, 1],
    ...body,
    ...[...get(pointer), ...address(step), op.i32Add, ...set(pointer), op.br, 0, op.end, op.end],
  ]
  const added = sums.slice(1).flatMap((sum) => [...get(sum), ...simd(arithmetic.Add.simd)])
  return {
    parameters: [i32, i32],
    locals: [v128, v128, ...sums.map(() => v128)],
    result: f32,
    body: [
      ...[op.f32Const, ...float32(smallest.root), ...splat, ...set(limit)],
      ...[...get(pointer), ...get(end), op.i32Add, ...set(end)],
      ...loopBy(
        64,
        sums.flatMap((sum, i) => addSquare(sum, 16 * i)),
      ),
      ...loopBy(16, addSquare(sums[0]!, 0)),
      ...[...get(sums[0]!), ...added, op.localTee, vector, ...element(0)],
      ...[1, 2, 3].flatMap((index) => [...get(vector), ...element(index), op.f32Add]),
    ],
  }
}

/** Indexes of vector steps that share steps or variables: they are done in one loop, because each writes what others read. */
function groupVectors(steps: readonly FusedStep[]): number[][] {
  const vectors = [...steps.keys()].filter((index) => steps[index]!.size !== 1)
  return groupsSharing(vectors, (index) => {
    const { operands, replaces } = steps[index]!
    const read = operands.flatMap((operand): unknown[] => {
      if (operand.from === 'constant' || operand.size === 1) return []
      return operand.from === 'step' ? [operand.index] : operand.from === 'state' ? [operand.name] : []
    })
    return [index, ...read, ...(replaces === undefined ? [] : [replaces])]
  })
}

interface VectorKernel {
  /** Equal for groups that do the same to other arrays. */
  readonly key: string
  readonly code: WasmFunction
  /** Arrays read, then arrays written (names of state outputs), in the order of the parameters. */
  readonly pointers: readonly (Exclude<Operand, { from: 'constant' | 'step' }> | string)[]
  readonly scalars: readonly Operand[]
}

/** `(bytes, pointers…, scalars…)`: one loop that loads each array once, four elements at a time, and stores at the end. */
function vectorKernel(group: readonly number[], steps: readonly FusedStep[]): VectorKernel {
  const loads = new Map<string, Exclude<Operand, { from: 'constant' | 'step' }>>()
  const scalars = new Map<string, Operand>()
  const nameOf = (operand: Operand): string =>
    operand.from === 'constant'
      ? `constant ${Object.is(operand.value, -0) ? '-0' : operand.value}`
      : operand.from === 'step'
        ? `step ${operand.index}`
        : `${operand.from} ${operand.name}`
  const isScalar = (operand: Operand): boolean => operand.from === 'constant' || operand.size === 1
  for (const [name, value] of Object.entries(smallest)) scalars.set(name, { from: 'constant', value })
  for (const index of group) {
    for (const operand of steps[index]!.operands) {
      if (isScalar(operand)) scalars.set(nameOf(operand), operand)
      else if (operand.from !== 'step' && operand.from !== 'constant') loads.set(nameOf(operand), operand)
    }
  }
  /** The local below which a factor makes a subnormal product. By a constant (0.1, 0.001) only few do: not worth a guard. */
  const limitOf = ({ op: name, operands }: FusedStep): string | undefined => {
    if (name !== 'Mul') return undefined
    const [a, b] = operands as [Operand, Operand]
    if (nameOf(a) === nameOf(b)) return 'root'
    const [scalar, vector] = isScalar(a) ? [a, b] : [b, a]
    return isScalar(scalar) && scalar.from !== 'constant' && vector.from !== 'state'
      ? `limit for ${nameOf(scalar)}`
      : undefined
  }
  const limited = [...scalars.keys()].filter((name) =>
    group.some((index) => limitOf(steps[index]!) === `limit for ${name}`),
  )
  const outputs = group.filter((index) => steps[index]!.next !== undefined)

  // Locals: bytes, pointers, scalars | offset, splats, limits, loaded arrays, steps.
  const loadNames = [...loads.keys()]
  const scalarNames = [...scalars.keys()]
  const pointerCount = loadNames.length + outputs.length
  const firstScalar = 1 + pointerCount
  const offset = firstScalar + scalarNames.length
  const limitNames = limited.map((name) => `limit for ${name}`)
  const vectorNames = [...scalarNames, ...limitNames, ...loadNames, ...group.map((index) => `step ${index}`)]
  const local = new Map(vectorNames.map((name, i) => [name, offset + 1 + i]))
  const get = (index: number): number[] => [op.localGet, ...unsigned(index)]
  const set = (index: number): number[] => [op.localSet, ...unsigned(index)]
  const at = (pointer: number): number[] => [...get(1 + pointer), ...get(offset), op.i32Add]

  const body = [
    ...scalarNames.flatMap((name, i) => [...get(firstScalar + i), ...splat, ...set(local.get(name)!)]),
    ...limited.flatMap((name, i) => [
      ...[
        ...get(local.get('normal')!),
        ...get(local.get(name)!),
        ...simd(arithmetic.Abs.simd),
        ...simd(arithmetic.Div.simd),
      ],
      ...[...get(local.get('normal')!), ...simd(arithmetic.Max.simd), ...set(local.get(limitNames[i]!)!)],
    ]),
    ...[op.loop, 0x40],
    ...loadNames.flatMap((name, i) => [...at(i), ...loadVector, ...set(local.get(name)!)]),
    ...group.flatMap((index) => {
      const step = steps[index]!
      const own = local.get(`step ${index}`)!
      const operands = step.operands.map((operand) => get(local.get(nameOf(operand))!))
      const limit = limitOf(step)
      if (limit === undefined) return [...arithmeticOf(step.op, operands, 'simd'), ...set(own)]
      const vector = step.operands.findIndex((operand) => !isScalar(operand))
      const kept = [...flushed(operands[vector]!, get(local.get(limit)!)), ...set(own)]
      const factors = operands.map((operand, i) => (limit === 'root' || i === vector ? get(own) : operand))
      return [...kept, ...arithmeticOf(step.op, factors, 'simd'), ...set(own)]
    }),
    ...outputs.flatMap((index, i) => [
      ...at(loadNames.length + i),
      ...flushed(get(local.get(`step ${index}`)!), get(local.get('normal')!)),
      ...storeVector,
    ]),
    ...[...get(offset), op.i32Const, 16, op.i32Add, op.localTee, ...unsigned(offset)],
    ...[...get(0), op.i32LtU, op.brIf, 0, op.end],
  ]
  const code = {
    parameters: [i32, ...new Array<number>(pointerCount).fill(i32), ...scalarNames.map(() => f32)],
    locals: [i32, ...vectorNames.map(() => v128)],
    body,
  }
  return {
    key: JSON.stringify(code),
    code,
    pointers: [...loads.values(), ...outputs.map((index) => steps[index]!.next!)],
    scalars: [...scalars.values()],
  }
}
