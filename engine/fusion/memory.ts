import { RingsideError } from '../../core/errors.ts'
import { cpuBackend, internals, type tf } from '../tfjs.ts'
import { WebAssembly, type WasmMemory } from './wasm.ts'

/**
 * The WebAssembly memory of an engine: variables that fused steps touch live here, at a fixed address for as long as they
 * live, beside the gradients that ONNX Runtime writes for those steps.
 */
export interface StateMemory {
  readonly memory: WasmMemory
  /** Goes up when the memory grows: views made before are dead then. */
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
  view: Float32Array
}

const pageBytes = 1 << 16
/** Addresses end at 4 GiB; larger updates stay in the graph. */
export const mostFloats = 2 ** 32 / 4 / 2

export function createStateMemory(): StateMemory {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const places = new WeakMap<tf.Variable, Place>()
  const residents = new Set<WeakRef<tf.Variable>>()
  const spare = new Map<number, number[]>()
  // Address 0 stays empty.
  let top = 16
  let version = 0

  const padded = (length: number): number => Math.ceil(length / 4) * 16
  const view = (address: number, length: number): Float32Array => new Float32Array(memory.buffer, address, length)
  const free = (address: number, length: number): void => {
    const bytes = padded(length)
    const list = spare.get(bytes)
    if (list === undefined) spare.set(bytes, [address])
    else list.push(address)
  }
  const departed = new FinalizationRegistry<{ address: number; length: number; reference: WeakRef<tf.Variable> }>(
    ({ address, length, reference }) => {
      residents.delete(reference)
      free(address, length)
    },
  )

  const grow = (bytes: number): void => {
    const missing = bytes - memory.buffer.byteLength
    if (missing <= 0) return
    try {
      memory.grow(Math.ceil(missing / pageBytes))
    } catch {
      throw new RingsideError(`The state of the compiled functions needs ${bytes} bytes, more than WebAssembly gives.`)
    }
    version++
    for (const reference of residents) {
      const variable = reference.deref()
      if (variable === undefined || variable.isDisposed) continue
      const place = places.get(variable)!
      const data = cpuBackend().data.get(variable.dataId)
      const fresh = view(place.address, variable.size)
      if (data.values === place.view) data.values = fresh
      place.view = fresh
    }
  }

  const allocate = (length: number): number => {
    const bytes = padded(length)
    const used = spare.get(bytes)?.pop()
    if (used !== undefined) {
      view(used, bytes / 4).fill(0)
      return used
    }
    // Doubling, so that a network of many variables grows it seldom.
    if (top + bytes > memory.buffer.byteLength) grow(Math.min(Math.max(top + bytes, top * 2), 2 ** 32))
    const address = top
    top += bytes
    return address
  }

  const placeOf = (variable: tf.Variable): Place => {
    let place = places.get(variable)
    if (place === undefined) {
      const address = allocate(variable.size)
      place = { address, view: view(address, variable.size) }
      places.set(variable, place)
      const reference = new WeakRef(variable)
      residents.add(reference)
      departed.register(variable, { address, length: variable.size, reference })
    }
    return place
  }

  return {
    memory,
    get version() {
      return version
    },
    allocate,
    free,
    view,
    addressOf: (variable) => placeOf(variable).address,
    settle(variable) {
      const place = placeOf(variable)
      const data = cpuBackend().data.get(variable.dataId)
      if (data.values !== place.view) place.view.set(data.values as Float32Array)
      if (data.refCount > 1) {
        // A clone, or a variable assigned from this one, keeps these values in an array of its own.
        if (data.values === place.view) data.values = place.view.slice()
        const tensor = internals().makeTensor(place.view, variable.shape, variable.dtype, cpuBackend())
        variable.assign(tensor)
        tensor.dispose()
      } else data.values = place.view
      return place.view
    },
    owns: (array) => array.buffer === memory.buffer,
  }
}
