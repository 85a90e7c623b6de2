import type { TypedArray } from '../../core/dtype.ts'
import { sizeOf } from '../graph/value.ts'
import type { tf } from '../tfjs.ts'
import { compileKernels } from './kernels.ts'
import type { StateMemory } from './memory.ts'
import type { FusionPlan, FusionStage } from './plan.ts'
import { WebAssembly } from './wasm.ts'

/** The fused part of a compiled update, ready to run before, between and after its graphs. */
export interface FusedUpdate {
  /** Views for the graphs to write into or to read, by the graphs' names; new ones after the memory has grown. */
  outputs(): Readonly<Record<string, Float32Array>>
  /** What comes before the first graph; `inputs` gives those of the function by their graph names. */
  begin(inputs: Readonly<Record<string, TypedArray>>): void
  /** What comes after the graph of a stage. */
  run(stage: number): void
  /** Results that steps made, by their graph names. */
  results(): Iterable<readonly [string, number]>
  dispose(): void
}

/** `variables` by the names of their graph inputs and outputs. */
export function createFusedUpdate(
  { prologue, stages, inputs, handedOver }: FusionPlan,
  variables: ReadonlyMap<string, tf.Variable>,
  memory: StateMemory,
): FusedUpdate {
  const blocks = new Map<string, { address: number; length: number }>()
  const reserve = (name: string, length: number): void => {
    if (!blocks.has(name)) blocks.set(name, { address: memory.allocate(length), length })
  }
  for (const { name, shape } of [...handedOver, ...inputs]) reserve(name, sizeOf(shape))
  const results = new Set<string>()
  for (const { result } of stages.flatMap(({ steps }) => steps)) {
    if (result === undefined) continue
    reserve(result, 1)
    results.add(result)
  }
  const compile = (part: Pick<FusionStage, 'loops' | 'steps'>): { readonly run: () => void } | undefined => {
    if (part.loops.length === 0 && part.steps.length === 0) return undefined
    const bytes = compileKernels(part, {
      of: ({ from, name }) => (from === 'state' ? memory.addressOf(variables.get(name)!) : blocks.get(name)!.address),
      ofNext: (name) => memory.addressOf(variables.get(name)!),
      ofResult: (name) => blocks.get(name)!.address,
    })
    const module = new WebAssembly.Module(bytes)
    return new WebAssembly.Instance(module, { env: { memory: memory.memory } }).exports
  }
  const program = { first: compile({ loops: prologue, steps: [] }), stages: stages.map(compile) }

  const viewOf = (name: string): Float32Array => {
    const { address, length } = blocks.get(name)!
    return memory.view(address, length)
  }
  let version = -1
  let views: readonly { name: string; view: Float32Array }[] = []
  let resultViews: typeof views = []
  const bind = (): void => {
    if (version === memory.version) return
    version = memory.version
    views = inputs.map(({ name }) => ({ name, view: viewOf(name) }))
    resultViews = [...results].map((name) => ({ name, view: viewOf(name) }))
  }
  return {
    outputs: () => Object.fromEntries(handedOver.map(({ name }) => [name, viewOf(name)])),
    begin(given) {
      bind()
      for (const { name, view } of views) view.set(given[name]!)
      program.first?.run()
    },
    run: (stage) => program.stages[stage]?.run(),
    results: () => resultViews.map(({ name, view }) => [name, view[0]!] as const),
    dispose() {
      for (const { address, length } of blocks.values()) memory.free(address, length)
      blocks.clear()
      // Instances hold on to the memory.
      program.first = undefined
      program.stages = []
    },
  }
}
