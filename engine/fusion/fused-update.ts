import type { TypedArray } from '../../core/dtype.ts'
import { sizeOf } from '../graph/value.ts'
import type { tf } from '../tfjs.ts'
import { compileKernels } from './kernels.ts'
import type { StateMemory } from './memory.ts'
import type { FusionPlan } from './plan.ts'
import { WebAssembly } from './wasm.ts'

/** The fused part of a compiled update, ready to run after its graph. */
export interface FusedUpdate {
  /** Views for the graph to write into, by the names of its outputs; new ones after the memory has grown. */
  outputs(): Readonly<Record<string, Float32Array>>
  /** `inputs` gives the scalar inputs by their graph names. */
  run(inputs: Readonly<Record<string, TypedArray>>): void
  dispose(): void
}

/** `variables` by the names of their graph inputs and outputs. */
export function createFusedUpdate(
  { steps, handedOver }: FusionPlan,
  variables: ReadonlyMap<string, tf.Variable>,
  memory: StateMemory,
): FusedUpdate {
  const blocks = new Map<string, { address: number; length: number }>()
  const reserve = (name: string, length: number): void => {
    if (!blocks.has(name)) blocks.set(name, { address: memory.allocate(length), length })
  }
  for (const { name, shape } of handedOver) reserve(name, sizeOf(shape))
  const scalarInputs: string[] = []
  for (const { operands } of steps) {
    for (const operand of operands) {
      if (operand.from !== 'input' || blocks.has(operand.name)) continue
      reserve(operand.name, 1)
      scalarInputs.push(operand.name)
    }
  }
  const bytes = compileKernels(steps, {
    of: ({ from, name }) => (from === 'state' ? memory.addressOf(variables.get(name)!) : blocks.get(name)!.address),
    ofNext: (name) => memory.addressOf(variables.get(name)!),
  })
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), { env: { memory: memory.memory } })

  let version = -1
  let cells: readonly { name: string; cell: Float32Array }[] = []
  const bind = (): void => {
    if (version === memory.version) return
    version = memory.version
    cells = scalarInputs.map((name) => ({ name, cell: memory.view(blocks.get(name)!.address, 1) }))
  }
  return {
    outputs: () =>
      Object.fromEntries(
        handedOver.map(({ name }) => {
          const { address, length } = blocks.get(name)!
          return [name, memory.view(address, length)]
        }),
      ),
    run(inputs) {
      bind()
      for (const { name, cell } of cells) cell[0] = inputs[name]![0]!
      exports.run()
    },
    dispose() {
      for (const { address, length } of blocks.values()) memory.free(address, length)
      blocks.clear()
    },
  }
}
