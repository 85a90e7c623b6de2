import { allocate, dtypeOf, sizeOf, type DType, type TypedArray } from '../../core/dtype.ts'
import { blockConvolutions } from '../blocked/blocked-convolutions.ts'
import { channelBlock } from '../blocked/block-size.ts'
import { createFusedUpdate } from '../fusion/fused-update.ts'
import { mostFloats, type StateMemory } from '../fusion/memory.ts'
import type { BroadcastOperand } from '../fusion/broadcasts.ts'
import { planFusion, type FusionPlan, type Operand } from '../fusion/plan.ts'
import { encodeModel, type GraphModel, type GraphPort } from '../onnx/model.ts'
import { cpuBackend, internals, type tf } from '../tfjs.ts'
import { trace, type StateSlot, type Trace } from '../trace/trace.ts'
import type { OnnxRuntime, OrtSession, OrtTensor } from './load.ts'
import { errorTranslator, type ErrorTranslator } from './onnx-errors.ts'
import type { Program, ProgramRequest } from './program.ts'

export interface OnnxProgramOptions {
  readonly runtime: OnnxRuntime
  readonly device: string
  readonly threads: number
  /** Of the engine: functions that share variables share it. */
  readonly memory: StateMemory
}

/** One graph of a program. */
interface Stage {
  readonly session: OrtSession | undefined
  readonly errors: ErrorTranslator
  readonly reads: ReadonlySet<string>
  readonly writes: ReadonlySet<string>
  readonly feeds: Record<string, OrtTensor>
  readonly fetches: Record<string, OrtTensor>
}

/** A variable's place in a program. */
interface BoundSlot {
  readonly variable: tf.Variable
  /** The graph's names for it, where the graph itself reads or writes it. */
  readonly input: string | undefined
  readonly output: string | undefined
  /** Fused steps read or write it: it stays at one place in the engine's memory. */
  readonly resident: boolean
  /** The array that `feed` wraps. */
  present: TypedArray | undefined
  feed: OrtTensor | undefined
  /** Where the graph writes: filled by a run, and then it changes places with the present array. */
  spare: OrtTensor | undefined
}

/**
 * Programs of the compiled engine: the traced graph in an ONNX Runtime session, and after it, on the same memory, the
 * fused element-wise part of the update. Synchronous and without copies.
 */
export function makeOnnxProgram(
  { runtime, device, threads, memory }: OnnxProgramOptions,
  request: ProgramRequest,
): Program {
  const traced = trace(request.fn, request.name, request.specs, request.state, request.adopted)
  const plan = device === 'cpu' ? planWithin(mostFloats, traced) : undefined
  const block = device === 'cpu' ? channelBlock(runtime) : 1
  const graphs = (plan?.stages.map(({ graph }) => graph) ?? [traced.model]).map((graph) =>
    block > 1 ? blockConvolutions(graph, traced.model.shapes ?? new Map(), block) : graph,
  )
  const fused = plan && createFusedUpdate(plan, variablesByPort(traced.slots), memory)
  const stages = graphs.map((graph): Stage => {
    const idle = graph.outputs.length === 0
    const errors = errorTranslator(request.name, graph)
    return {
      session: idle ? undefined : openSession(runtime, graph, { device, threads }, errors),
      errors,
      reads: new Set(graph.inputs.map(({ name }) => name)),
      writes: new Set(graph.outputs.map(({ name }) => name)),
      feeds: {},
      fetches: {},
    }
  })
  const inGraphs = new Set(graphs.flatMap(({ nodes }) => nodes.map(({ origin }) => origin)))
  for (const { origin } of traced.model.nodes) if (!inGraphs.has(origin)) origin?.settle(false)
  const home = cpuBackend()
  const { Tensor } = runtime
  const tensorOf = (dtype: string, shape: readonly number[]): OrtTensor =>
    new Tensor(dtype, allocate(dtype as DType, sizeOf(shape)), [...shape])
  /** Where the graphs find a value, and where they leave it. */
  const feed = (name: string, tensor: OrtTensor): void => {
    for (const stage of stages) if (stage.reads.has(name)) stage.feeds[name] = tensor
  }
  const fetch = (name: string, tensor: OrtTensor): void => {
    for (const stage of stages) if (stage.writes.has(name)) stage.fetches[name] = tensor
  }

  // Functions that share variables (acting and learning) see the same two arrays in turn.
  const wrapped = new WeakMap<TypedArray, OrtTensor>()

  const results: Record<string, TypedArray> = {}
  const resultTensors = new Map<string, OrtTensor>()
  for (const [name, port] of Object.entries(traced.results) as [string, GraphPort][]) {
    const tensor = tensorOf(port.dtype, port.shape)
    resultTensors.set(port.name, tensor)
    fetch(port.name, tensor)
    results[name] = tensor.data
  }
  // What steps read too lies in the memory, and new values of the state in the variables' own arrays.
  const elsewhere = new Set([
    ...(plan?.handedOver.map(({ name }) => name) ?? []),
    ...traced.slots.map(({ output }) => output),
  ])
  for (const { name, dtype, shape } of plan?.carried ?? []) {
    if (elsewhere.has(name)) continue
    const tensor = resultTensors.get(name) ?? tensorOf(dtype, shape)
    fetch(name, tensor)
    feed(name, tensor)
  }
  const slots = bindSlots(traced.slots, stages, plan)
  for (const slot of slots) {
    if (slot.output !== undefined && !slot.resident) slot.spare = tensorOf(slot.variable.dtype, slot.variable.shape)
  }
  const inputs = request.specs
    .map(({ name, dtype, shape }, index) => ({
      port: traced.inputs[name],
      dtype,
      shape: [...shape],
      index,
      array: undefined as TypedArray | undefined,
      copy: undefined as TypedArray | undefined,
    }))
    .filter((input) => input.port !== undefined)
  const given: Record<string, TypedArray> = {}
  let memoryVersion = -1

  return {
    run(arrays) {
      for (const input of inputs) {
        const array = unshared(arrays[input.index]!, input)
        if (array === input.array) continue
        input.array = array
        given[input.port!] = array
        feed(input.port!, new Tensor(input.dtype, array, input.shape))
      }
      for (const slot of slots) {
        const { variable } = slot
        const data = home.data.get(variable.dataId)
        if (data.values !== slot.present || (slot.resident && data.refCount > 1)) {
          slot.present = slot.resident ? memory.settle(variable) : data.values
          slot.feed = feedOf(variable, slot.present)
          if (slot.input !== undefined) feed(slot.input, slot.feed)
          // A later stage reads what the fused steps made of it, at the same place.
          if (slot.resident && slot.output !== undefined) feed(slot.output, slot.feed)
        }
        if (slot.spare === undefined) continue
        if (slot.input !== undefined) feed(slot.input, slot.feed!)
        fetch(slot.output!, slot.spare)
        feed(slot.output!, slot.spare)
      }
      if (fused !== undefined && memoryVersion !== memory.version) fetchIntoMemory()
      fused?.begin(given)
      for (let i = 0; i < stages.length; i++) {
        const { session, errors, feeds, fetches } = stages[i]!
        try {
          session?.run(feeds, fetches)
        } catch (error) {
          throw errors.translate(error, 'failed')
        }
        errors.settle()
        fused?.run(i)
      }
      if (fused !== undefined) for (const [name, value] of fused.results()) resultTensors.get(name)!.data[0] = value
      for (const slot of slots) if (slot.spare !== undefined) advance(slot)
      return results
    },
    dispose() {
      for (const { session } of stages) session?.dispose()
      fused?.dispose()
    },
  }

  function fetchIntoMemory(): void {
    memoryVersion = memory.version
    const views = fused!.outputs()
    for (const { name, shape } of plan!.handedOver) {
      const tensor = new Tensor('float32', views[name]!, [...shape])
      fetch(name, tensor)
      feed(name, tensor)
    }
  }

  function feedOf({ dtype, shape }: tf.Variable, values: TypedArray): OrtTensor {
    let feed = wrapped.get(values)
    if (feed === undefined) {
      feed = new Tensor(dtype, values, shape)
      wrapped.set(values, feed)
    }
    return feed
  }

  /** The filled array becomes the variable's data, and its old one the next spare. */
  function advance(slot: BoundSlot): void {
    const { variable } = slot
    const data = home.data.get(variable.dataId)
    const filled = slot.spare!
    if (data.refCount > 1) {
      // Another tensor shares the old data (a clone, a value assigned elsewhere): leave it that data.
      const tensor = internals().makeTensor(filled.data, variable.shape, variable.dtype, home)
      variable.assign(tensor)
      tensor.dispose()
      slot.spare = tensorOf(variable.dtype, variable.shape)
    } else {
      // Another function may keep the variable in the engine's memory; that array is not free to take.
      slot.spare = memory.owns(slot.present!) ? tensorOf(variable.dtype, variable.shape) : slot.feed
      data.values = filled.data
    }
    slot.feed = filled
    slot.present = filled.data
  }
}

function openSession(
  runtime: OnnxRuntime,
  graph: GraphModel,
  options: { device: string; threads: number },
  errors: ErrorTranslator,
): OrtSession {
  try {
    return runtime.createSession(encodeModel(graph), options)
  } catch (error) {
    throw errors.translate(error, 'cannot be compiled')
  }
}

/** ONNX Runtime reads no memory that threads share: such an array goes by way of a copy, made anew for each call. */
function unshared(array: TypedArray, input: { copy: TypedArray | undefined }): TypedArray {
  if (!(array.buffer instanceof SharedArrayBuffer)) return array
  if (input.copy?.length !== array.length) input.copy = allocate(dtypeOf(array), array.length)
  input.copy.set(array)
  return input.copy
}

function planWithin(floats: number, { model, slots }: Trace): FusionPlan | undefined {
  const needed = slots.reduce((sum, { variable }) => sum + variable.size, 0)
  return needed > floats ? undefined : planFusion(model, slots)
}

function variablesByPort(slots: readonly StateSlot[]): Map<string, tf.Variable> {
  return new Map(
    slots.flatMap(({ variable, input, output }) =>
      [input, output].flatMap((name) => (name === undefined ? [] : [[name, variable] as const])),
    ),
  )
}

function bindSlots(slots: readonly StateSlot[], stages: readonly Stage[], plan: FusionPlan | undefined): BoundSlot[] {
  const steps = plan?.stages.flatMap((stage) => stage.steps) ?? []
  const loops = [...(plan?.prologue ?? []), ...(plan?.stages.flatMap((stage) => stage.loops) ?? [])]
  const operands = [...steps, ...loops.flatMap((loop) => loop.steps)].flatMap<Operand | BroadcastOperand>(
    (step) => step.operands,
  )
  const fused = new Set([
    ...operands.flatMap((operand) => (operand.from === 'state' ? [operand.name] : [])),
    ...steps.flatMap(({ next }) => next ?? []),
  ])
  const isRead = (name: string): boolean => stages.some(({ reads }) => reads.has(name))
  const isWritten = (name: string): boolean => stages.some(({ writes }) => writes.has(name))
  return slots.map(({ variable, input, output }) => {
    const resident = [input, output].some((name) => name !== undefined && fused.has(name))
    return {
      variable,
      input: input !== undefined && isRead(input) ? input : undefined,
      output: output !== undefined && (resident ? isRead(output) : isWritten(output)) ? output : undefined,
      resident,
      present: undefined,
      feed: undefined,
      spare: undefined,
    }
  })
}
