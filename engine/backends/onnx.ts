import { cpuBackend, internals } from '../tfjs.ts'
import { allocate, sizeOf, type DType, type TypedArray } from '../../core/dtype.ts'
import { RingsideError } from '../../core/errors.ts'
import type { GraphPort } from '../onnx/model.ts'
import { trace, type StateSlot } from '../trace/trace.ts'
import type { OnnxRuntime, OrtTensor } from './load.ts'
import type { Program, ProgramRequest } from './program.ts'

export interface OnnxProgramOptions {
  readonly runtime: OnnxRuntime
  readonly device: string
  readonly threads: number
}

/** A variable's place in a session: its present array is fed, a spare one is filled, and after the run they change places. */
interface BoundSlot extends StateSlot {
  /** The array that `feed` wraps. */
  present: TypedArray | undefined
  feed: OrtTensor | undefined
  spare: OrtTensor | undefined
}

/** Programs of the compiled engine: the traced graph in an ONNX Runtime session, synchronous and without copies. */
export function makeOnnxProgram({ runtime, device, threads }: OnnxProgramOptions, request: ProgramRequest): Program {
  const traced = trace(request.fn, request.name, request.specs, request.state, request.adopted)
  const session = runtime.createSession(traced.bytes, { device, threads })
  const home = cpuBackend()
  const { Tensor } = runtime

  const feeds: Record<string, OrtTensor> = {}
  const fetches: Record<string, OrtTensor> = {}
  const tensorOf = (dtype: string, shape: readonly number[]): OrtTensor =>
    new Tensor(dtype, allocate(dtype as DType, sizeOf(shape)), [...shape])

  // Functions that share variables (acting and learning) see the same two arrays in turn.
  const wrapped = new WeakMap<TypedArray, OrtTensor>()

  const results: Record<string, TypedArray> = {}
  for (const [name, port] of Object.entries(traced.results) as [string, GraphPort][]) {
    const tensor = tensorOf(port.dtype, port.shape)
    fetches[port.name] = tensor
    results[name] = tensor.data
  }
  const slots = traced.slots.map((slot): BoundSlot => {
    const { dtype, shape } = slot.variable
    return {
      ...slot,
      present: undefined,
      feed: undefined,
      spare: slot.output === undefined ? undefined : tensorOf(dtype, shape),
    }
  })
  const inputs = request.specs
    .map(({ name, dtype, shape }, index) => ({
      port: traced.inputs[name],
      dtype,
      shape: [...shape],
      index,
      array: undefined as TypedArray | undefined,
    }))
    .filter((input) => input.port !== undefined)

  return {
    run(arrays) {
      for (const input of inputs) {
        const array = arrays[input.index]!
        if (array === input.array) continue
        feeds[input.port!] = new Tensor(input.dtype, array, input.shape)
        input.array = array
      }
      for (const slot of slots) {
        const { variable } = slot
        const { values } = home.data.get(variable.dataId)
        if (values !== slot.present) {
          slot.present = values
          slot.feed = feedOf(variable, values)
        }
        if (slot.input !== undefined) feeds[slot.input] = slot.feed!
        if (slot.output !== undefined) fetches[slot.output] = slot.spare!
      }
      session.run(feeds, fetches)
      for (const slot of slots) if (slot.spare !== undefined) advance(slot)
      return results
    },
    dispose() {
      session.dispose()
    },
  }

  function feedOf({ dtype, shape }: StateSlot['variable'], values: TypedArray): OrtTensor {
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
      slot.spare = slot.feed
      data.values = filled.data
    }
    slot.feed = filled
    slot.present = filled.data
  }
}

export function assertOnnxDevice(device: string, offered: readonly string[]): void {
  if (offered.includes(device)) return
  throw new RingsideError(`The engine onnx offers the devices ${offered.join(', ')} here, not "${device}".`, {
    exitStatus: 2,
  })
}
