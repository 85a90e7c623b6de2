import { bytesPerElement, viewOf, type TypedArray } from '../../core/dtype.ts'
import { RingsideError } from '../../core/errors.ts'
import { fields, Segment, type StateTree } from '../../core/state.ts'
import { copyInto } from './batch.ts'
import type { ObservationFormat, TransitionStorage } from './types.ts'

export interface TransitionStorageOptions {
  /** Transitions. */
  readonly capacity: number
  readonly observation: ObservationFormat
  /** Choices of the action space: the width of a mask. */
  readonly actions: number
  /** Transitions of one chunk; default: as many as fit 4 MiB, a power of two from 64 to 8192. */
  readonly chunkLength?: number
}

/** One buffer of consecutive transitions: allocated when first written, saved as one segment. */
interface Chunk {
  readonly bytes: Uint8Array
  readonly observation: TypedArray
  readonly nextObservation: TypedArray
  readonly action: Int32Array
  readonly reward: Float32Array
  readonly discount: Float32Array
  readonly nextMask: Uint8Array | undefined
  /** Grows whenever the chunk is written. */
  version: number
}

interface Contents {
  readonly masked: boolean
  readonly inserted: number
  readonly chunks: readonly (Chunk | undefined)[]
}

/**
 * A circular queue of the last `capacity` transitions, s and s′ stored side by side. In chunks, so that it may exceed the
 * largest typed array, and so that a checkpoint writes only what changed since the last one.
 */
export function createTransitionStorage(options: TransitionStorageOptions): TransitionStorage {
  const { capacity, observation, actions } = options
  const { length: width } = observation
  const chunkLength = options.chunkLength ?? defaultChunkLength(bytesOf(observation, 0))
  const chunks: (Chunk | undefined)[] = new Array<Chunk | undefined>(Math.ceil(capacity / chunkLength)).fill(undefined)
  let masked = false
  let size = 0
  /** Where the next transition goes. */
  let position = 0
  let inserted = 0

  const lengthOf = (index: number): number => Math.min(chunkLength, capacity - index * chunkLength)
  const chunkAt = (index: number): Chunk =>
    (chunks[index] ??= newChunk(lengthOf(index), observation, masked ? actions : 0))

  /** Masks came late: what was stored before allowed everything. */
  const beginMasks = (): void => {
    masked = true
    for (const [i, old] of chunks.entries()) {
      if (old === undefined) continue
      const chunk = newChunk(lengthOf(i), observation, actions)
      chunk.bytes.set(old.bytes)
      chunk.nextMask!.fill(1)
      chunk.version = old.version + 1
      chunks[i] = chunk
    }
  }

  const storage: TransitionStorage = {
    capacity,
    get size() {
      return size
    },
    get inserted() {
      return inserted
    },
    get bytes() {
      return capacity * bytesOf(observation, masked ? actions : 0)
    },
    get masked() {
      return masked
    },
    add(transition) {
      if (transition.nextMask !== undefined && !masked) beginMasks()
      const chunk = chunkAt(Math.floor(position / chunkLength))
      const row = position % chunkLength
      copyInto(chunk.observation, row * width, transition.observation, transition.observationOffset, width)
      copyInto(chunk.nextObservation, row * width, transition.nextObservation, transition.nextOffset, width)
      chunk.action[row] = transition.action
      chunk.reward[row] = transition.reward
      chunk.discount[row] = transition.discount
      if (chunk.nextMask !== undefined) {
        if (transition.nextMask === undefined) chunk.nextMask.fill(1, row * actions, (row + 1) * actions)
        else copyInto(chunk.nextMask, row * actions, transition.nextMask, transition.nextMaskOffset, actions)
      }
      chunk.version++
      position = (position + 1) % capacity
      if (size < capacity) size++
      inserted++
    },
    gather(indices, count, batch) {
      for (let i = 0; i < count; i++) {
        const index = indices[i]!
        const chunk = chunks[Math.floor(index / chunkLength)]
        if (chunk === undefined) throw new RangeError(`replay: index ${index} of ${size} stored transitions`)
        const row = index % chunkLength
        copyInto(batch.observation, i * width, chunk.observation, row * width, width)
        copyInto(batch.nextObservation, i * width, chunk.nextObservation, row * width, width)
        batch.action[i] = chunk.action[row]!
        batch.reward[i] = chunk.reward[row]!
        batch.discount[i] = chunk.discount[row]!
        if (chunk.nextMask !== undefined) copyInto(batch.nextMask, i * actions, chunk.nextMask, row * actions, actions)
      }
    },
    checkValid() {
      const fail = (why: string): never => {
        throw new RingsideError(`replay: ${why}`)
      }
      if (size !== Math.min(inserted, capacity)) fail(`size ${size} after ${inserted} insertions into ${capacity}`)
      if (position !== inserted % capacity) fail(`position ${position} after ${inserted} insertions into ${capacity}`)
      const fault = faultOf({ masked, inserted, chunks })
      if (fault !== undefined) fail(fault)
    },
    state: () => ({
      capacity,
      chunkLength,
      masked,
      inserted,
      chunks: chunks.map((chunk, i) =>
        chunk === undefined ? null : new Segment(`replay/${i}`, chunk.version, chunk.bytes),
      ),
      versions: chunks.map((chunk) => chunk?.version ?? 0),
    }),
    restore(state) {
      const loaded = readState(state, { capacity, chunkLength, observation, actions, lengthOf })
      const fault = faultOf(loaded)
      if (fault !== undefined) throw new RingsideError(`The saved replay is damaged: ${fault}.`)
      masked = loaded.masked
      inserted = loaded.inserted
      size = Math.min(inserted, capacity)
      position = inserted % capacity
      for (const [i, chunk] of loaded.chunks.entries()) chunks[i] = chunk
    },
  }

  /** What is wrong with what it holds, if anything is. */
  function faultOf(held: Contents): string | undefined {
    const count = Math.min(held.inserted, capacity)
    for (const [i, chunk] of held.chunks.entries()) {
      const needed = count > i * chunkLength
      if (needed !== (chunk !== undefined)) return `chunk ${i} ${needed ? 'is missing' : 'exists before it is written'}`
      if (chunk === undefined) continue
      if ((chunk.nextMask !== undefined) !== held.masked) return `chunk ${i} disagrees about masks`
      for (let row = 0; row < Math.min(lengthOf(i), count - i * chunkLength); row++) {
        const [discount, action] = [chunk.discount[row]!, chunk.action[row]!]
        if (!(discount >= 0 && discount <= 1)) return `discount ${discount} at ${i}/${row}`
        if (!(action >= 0 && action < actions)) return `action ${action} at ${i}/${row}`
      }
    }
    return undefined
  }
  return storage
}

/** Bytes that one transition takes. */
export function bytesOf(observation: ObservationFormat, maskWidth: number): number {
  return 2 * observation.length * bytesPerElement(observation.dtype) + 4 + 4 + 4 + maskWidth
}

/** Reads and checks everything before anything of the storage changes. */
function readState(
  state: StateTree,
  own: Required<TransitionStorageOptions> & { lengthOf(index: number): number },
): Contents {
  const saved = fields(state, 'the replay')
  for (const key of ['capacity', 'chunkLength'] as const) {
    if (saved.number(key) === own[key]) continue
    const hint = key === 'capacity' ? 'Set replayCapacity to the saved one.' : ''
    throw new RingsideError(
      `The saved replay has ${key} ${saved.number(key)}, this agent's has ${own[key]}. ${hint}`.trim(),
    )
  }
  const masked = saved.boolean('masked')
  const inserted = saved.count('inserted')
  const list = saved.list('chunks')
  const count = Math.ceil(own.capacity / own.chunkLength)
  if (list.length !== count) throw new RingsideError(`The saved replay has ${list.length} chunks, expected ${count}.`)
  const versions = saved.counts('versions', count)
  const chunks = list.map((value, i) => {
    if (inserted <= i * own.chunkLength) return undefined
    const chunk = newChunk(own.lengthOf(i), own.observation, masked ? own.actions : 0)
    chunk.bytes.set(fields({ bytes: value }, `chunk ${i} of the replay`).array('bytes', 'uint8', [chunk.bytes.length]))
    chunk.version = versions[i]!
    return chunk
  })
  return { masked, inserted, chunks }
}

function newChunk(length: number, observation: ObservationFormat, maskWidth: number): Chunk {
  const observationBytes = align(length * observation.length * bytesPerElement(observation.dtype))
  const column = align(4 * length)
  // The mask stands last, so that a chunk without one is a prefix of the same chunk with one.
  const bytes = new Uint8Array(2 * observationBytes + 3 * column + align(length * maskWidth))
  const numbers = 2 * observationBytes
  const elements = length * observation.length
  return {
    bytes,
    observation: viewOf(observation.dtype, bytes.buffer, 0, elements),
    nextObservation: viewOf(observation.dtype, bytes.buffer, observationBytes, elements),
    action: new Int32Array(bytes.buffer, numbers, length),
    reward: new Float32Array(bytes.buffer, numbers + column, length),
    discount: new Float32Array(bytes.buffer, numbers + 2 * column, length),
    nextMask: maskWidth === 0 ? undefined : new Uint8Array(bytes.buffer, numbers + 3 * column, length * maskWidth),
    version: 0,
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / 8) * 8
}

function defaultChunkLength(bytesEach: number): number {
  const fitting = 2 ** Math.floor(Math.log2((4 * 1024 * 1024) / bytesEach))
  return Math.min(8192, Math.max(64, fitting))
}
