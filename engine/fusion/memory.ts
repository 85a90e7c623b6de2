import { RingsideError } from '../../core/errors.ts'
import { cpuBackend, internals, type tf } from '../tfjs.ts'
import { createBlocks } from './blocks.ts'
import { WebAssembly, type WasmMemory } from './wasm.ts'

/**
 * The WebAssembly memory of an engine: variables that fused steps touch live here, at a fixed address for as long as they
 * live, beside the gradients that ONNX Runtime writes for those steps.
 */
export interface StateMemory {
  /** Another one once nothing was left in it. */
  readonly memory: WasmMemory
  /** Goes up when the memory grows or is another: views made before are dead then. */
  readonly version: number
  /** The address of `length` float32, padded to 16 bytes and zeroed. */
  allocate(length: number): number
  free(address: number, length: number): void
  view(address: number, length: number): Float32Array
  /** The variable's address. */
  addressOf(variable: tf.Variable): number
  /**
   * Moves a variable's present values in, if they are elsewhere, and lets go of tensors that share them. Returns the view
   * that is the variable's data from now on.
   */
  settle(variable: tf.Variable): Float32Array
  /** Whether an array is a view of this memory. */
  owns(array: { readonly buffer: ArrayBufferLike }): boolean
}

interface Place {
  readonly address: number
  readonly length: number
  view: Float32Array
  /** The data that had this place when the variable was last settled: a clone may have it still. */
  dataId: object | undefined
}

const pageBytes = 1 << 16
/** Addresses end at 4 GiB; larger updates stay in the graph. */
export const mostFloats = 2 ** 32 / 4 / 2

export function createStateMemory(): StateMemory {
  let memory = new WebAssembly.Memory({ initial: 1 })
  const places = new WeakMap<tf.Variable, Place>()
  const residents = new Map<WeakRef<tf.Variable>, Place>()
  // Address 0 stays empty.
  const blocks = createBlocks(16)
  let version = 0

  const padded = (length: number): number => Math.ceil(length / 4) * 16
  const view = (address: number, length: number): Float32Array => new Float32Array(memory.buffer, address, length)
  const free = (address: number, length: number): void => {
    blocks.free(address, padded(length))
    if (blocks.taken > 0) return
    // WebAssembly gives nothing back: an empty memory is left to the garbage collector.
    memory = new WebAssembly.Memory({ initial: 1 })
    blocks.clear()
    version++
  }
  /** A clone that outlives the variable, or its old value, keeps what it has in an array of its own. */
  const leaveToClones = ({ dataId, view: values }: Place): void => {
    const { data } = cpuBackend()
    if (dataId === undefined || !data.has(dataId)) return
    const held = data.get(dataId)
    if (held.values === values) held.values = values.slice()
  }
  const release = (reference: WeakRef<tf.Variable>): void => {
    const place = residents.get(reference)
    if (place === undefined) return
    residents.delete(reference)
    leaveToClones(place)
    // A disposed variable that somebody still has would hold on to the whole memory.
    place.view = new Float32Array(0)
    free(place.address, place.length)
  }
  const departed = new FinalizationRegistry<WeakRef<tf.Variable>>(release)
  const releaseDisposed = (): void => {
    for (const reference of residents.keys()) if (reference.deref()?.isDisposed !== false) release(reference)
  }

  const grow = (bytes: number): void => {
    const missing = bytes - memory.buffer.byteLength
    if (missing <= 0) return
    try {
      memory.grow(Math.ceil(missing / pageBytes))
    } catch {
      throw new RingsideError(`The state of the compiled functions needs ${bytes} bytes, more than WebAssembly gives.`)
    }
    version++
    for (const place of residents.values()) {
      const fresh = view(place.address, place.length)
      const { data } = cpuBackend()
      if (place.dataId !== undefined && data.has(place.dataId)) {
        const held = data.get(place.dataId)
        if (held.values === place.view) held.values = fresh
      }
      place.view = fresh
    }
  }

  const allocate = (length: number): number => {
    releaseDisposed()
    const bytes = padded(length)
    const used = blocks.reuse(bytes)
    if (used !== undefined) {
      view(used, bytes / 4).fill(0)
      return used
    }
    const { top } = blocks
    // Doubling, so that a network of many variables grows it seldom.
    if (top + bytes > memory.buffer.byteLength) grow(Math.min(Math.max(top + bytes, top * 2), 2 ** 32))
    const address = blocks.append(bytes)
    view(address, bytes / 4).fill(0)
    return address
  }

  const placeOf = (variable: tf.Variable): Place => {
    let place = places.get(variable)
    if (place === undefined) {
      const { size: length } = variable
      const address = allocate(length)
      place = { address, length, view: view(address, length), dataId: undefined }
      places.set(variable, place)
      const reference = new WeakRef(variable)
      residents.set(reference, place)
      departed.register(variable, reference)
    }
    return place
  }

  return {
    get memory() {
      return memory
    },
    get version() {
      return version
    },
    allocate,
    free(address, length) {
      free(address, length)
      releaseDisposed()
    },
    view,
    addressOf: (variable) => placeOf(variable).address,
    settle(variable) {
      const place = placeOf(variable)
      const data = cpuBackend().data.get(variable.dataId)
      if (place.dataId !== variable.dataId) leaveToClones(place)
      if (data.values !== place.view) place.view.set(data.values as Float32Array)
      if (data.refCount > 1) {
        // A clone, or a variable assigned from this one, keeps these values in an array of its own.
        if (data.values === place.view) data.values = place.view.slice()
        const tensor = internals().makeTensor(place.view, variable.shape, variable.dtype, cpuBackend())
        variable.assign(tensor)
        tensor.dispose()
      } else data.values = place.view
      place.dataId = variable.dataId
      return place.view
    },
    owns: (array) => array.buffer === memory.buffer,
  }
}
