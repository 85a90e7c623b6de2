import type { TypedArray } from '../../core/dtype.ts'
import { sizeOf } from '../graph/value.ts'
import type { tf } from '../tfjs.ts'
import { compileKernels } from './kernels.ts'
import type { StateMemory } from './memory.ts'
import type { FusionPlan } from './plan.ts'
import { WebAssembly } from './wasm.ts'

/** The fused part of a compiled update, ready to run after its graphs. */
export interface FusedUpdate {
  /** Views for the graphs to write into, by the names of their outputs; new ones after the memory has grown. */
  outputs(): Readonly<Record<string, Float32Array>>
  /** The steps of one stage; `inputs` gives the scalar inputs by their graph names. */
  run(stage: number, inputs: Readonly<Record<string, TypedArray>>): void
  /** Results that steps made, by their graph names. */
  results(): Iterable<readonly [string, number]>
  dispose(): void
}

/** `variables` by the names of their graph inputs and outputs. */
export function createFusedUpdate(
  { stages, handedOver }: FusionPlan,
  variables: ReadonlyMap<string, tf.Variable>,
  memory: StateMemory,
): FusedUpdate {
  const blocks = new Map<string, { address: number; length: number }>()
  const reserve = (name: string, length: number): void => {
    if (!blocks.has(name)) blocks.set(name, { address: memory.allocate(length), length })
  }
  for (const { name, shape } of handedOver) reserve(name, sizeOf(shape))
  const scalarInputs = new Set<string>()
  const results = new Set<string>()
  for (const { operands, result } of stages.flatMap(({ steps }) => steps)) {
    if (result !== undefined) {
      reserve(result, 1)
      results.add(result)
    }
    for (const operand of operands) {
      if (operand.from !== 'input') continue
      reserve(operand.name, 1)
      scalarInputs.add(operand.name)
    }
  }
  const kernels = stages.map(({ steps }) => {
    if (steps.length === 0) return undefined
    const bytes = compileKernels(steps, {
      of: ({ from, name }) => (from === 'state' ? memory.addressOf(variables.get(name)!) : blocks.get(name)!.address),
      ofNext: (name) => memory.addressOf(variables.get(name)!),
      ofResult: (name) => blocks.get(name)!.address,
    })
    const module = new WebAssembly.Module(bytes)
    return new WebAssembly.Instance(module, { env: { memory: memory.memory } }).exports
  })

  let version = -1
  let cells: readonly { name: string; cell: Float32Array }[] = []
  let resultCells: typeof cells = []
  const bind = (): void => {
    if (version === memory.version) return
    version = memory.version
    const cellOf = (block: string): Float32Array => memory.view(blocks.get(block)!.address, 1)
    cells = [...scalarInputs].map((name) => ({ name, cell: cellOf(name) }))
    resultCells = [...results].map((name) => ({ name, cell: cellOf(name) }))
  }
  return {
    outputs: () =>
      Object.fromEntries(
        handedOver.map(({ name }) => {
          const { address, length } = blocks.get(name)!
          return [name, memory.view(address, length)]
        }),
      ),
    run(stage, inputs) {
      bind()
      for (const { name, cell } of cells) cell[0] = inputs[name]![0]!
      kernels[stage]?.run()
    },
    results: () => resultCells.map(({ name, cell }) => [name, cell[0]!] as const),
    dispose() {
      for (const { address, length } of blocks.values()) memory.free(address, length)
      blocks.clear()
      // Instances hold on to the memory.
      kernels.length = 0
    },
  }
}
