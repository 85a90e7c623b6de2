import { allocate, bytesPerElement, type DType, type TypedArray } from '../../core/dtype.ts'
import { RingsideError } from '../../core/errors.ts'
import { fields, Segment, type StateTree, type StateValue } from '../../core/state.ts'
import { copyInto } from './batch.ts'

export interface FrameLaneOptions {
  /** Names its segments. */
  readonly id: string
  readonly dtype: DType
  /** Elements of a frame. */
  readonly frame: number
  /** Frames of one chunk. */
  readonly chunkLength: number
}

/** The frames of one lane, numbered in the order they came; the oldest are freed a chunk at a time. */
export interface FrameLane {
  /** The number the next frame gets. */
  readonly next: number
  /** The first frame of the episode under way. */
  readonly start: number
  readonly bytes: number
  /** A new episode. Frames of the last one are dropped if no transition was kept of it. */
  begin(): void
  push(from: TypedArray, offset: number): void
  /** A transition of the episode under way was stored. */
  keep(): void
  /** Frames before this one are needed no more. */
  free(before: number): void
  holds(frame: number): boolean
  /** Copies `count` frames from number `first` on. */
  read(first: number, count: number, to: TypedArray, offset: number): void
  checkValid(): void
  state(): StateTree
  /** Reads and checks a saved state; the function it gives puts it in place. */
  load(state: StateValue | undefined): () => void
}

interface Chunk {
  readonly array: TypedArray
  version: number
}

export function createFrameLane({ id, dtype, frame, chunkLength }: FrameLaneOptions): FrameLane {
  /** By number of the chunk. */
  let chunks = new Map<number, Chunk>()
  let firstChunk = 0
  let next = 0
  let start = 0
  let kept = false
  /** Frames ever written: versions never return, also where numbers do. */
  let written = 0

  return {
    get next() {
      return next
    },
    get start() {
      return start
    },
    get bytes() {
      return chunks.size * chunkLength * frame * bytesPerElement(dtype)
    },
    begin() {
      if (!kept) {
        next = start
        const needed = Math.ceil(next / chunkLength)
        for (const number of chunks.keys()) if (number >= needed) chunks.delete(number)
      }
      start = next
      kept = false
    },
    push(from, offset) {
      const number = Math.floor(next / chunkLength)
      let chunk = chunks.get(number)
      if (chunk === undefined) chunks.set(number, (chunk = { array: allocate(dtype, chunkLength * frame), version: 0 }))
      copyInto(chunk.array, (next % chunkLength) * frame, from, offset, frame)
      chunk.version = ++written
      next++
    },
    keep() {
      kept = true
    },
    free(before) {
      const to = Math.floor(before / chunkLength)
      for (; firstChunk < to; firstChunk++) chunks.delete(firstChunk)
    },
    holds: (number) => number >= firstChunk * chunkLength && number < next,
    read(first, count, to, offset) {
      for (let done = 0; done < count;) {
        const at = (first + done) % chunkLength
        const part = Math.min(count - done, chunkLength - at)
        const { array } = chunks.get(Math.floor((first + done) / chunkLength))!
        copyInto(to, offset + done * frame, array, at * frame, part * frame)
        done += part
      }
    },
    checkValid() {
      const last = Math.ceil(next / chunkLength)
      if (start > next) throw new RingsideError(`replay: ${id} begins its episode at ${start} of ${next} frames`)
      if (chunks.size !== last - firstChunk)
        throw new RingsideError(`replay: ${id} has ${chunks.size} chunks, expected ${firstChunk} to ${last - 1}`)
      for (let i = firstChunk; i < last; i++)
        if (!chunks.has(i)) throw new RingsideError(`replay: chunk ${i} of ${id} is missing`)
    },
    state: () => ({
      firstChunk,
      next,
      start,
      kept,
      written,
      versions: [...chunks.values()].map((chunk) => chunk.version),
      chunks: [...chunks].map(([i, chunk]) => new Segment(`${id}/${i}`, chunk.version, chunk.array)),
    }),
    load(state) {
      const saved = fields(state, id)
      const first = saved.number('firstChunk')
      const versions = saved.list('versions')
      const loaded = new Map<number, Chunk>()
      for (const [i, value] of saved.list('chunks').entries()) {
        const array = fields({ frames: value }, `chunk ${i} of ${id}`).array('frames', dtype, [chunkLength * frame])
        loaded.set(first + i, { array: array.slice(), version: Number(versions[i]) })
      }
      const [savedNext, savedStart, savedKept] = [saved.number('next'), saved.number('start'), saved.boolean('kept')]
      const savedWritten = saved.number('written')
      return () => {
        chunks = loaded
        firstChunk = first
        next = savedNext
        start = savedStart
        kept = savedKept
        written = savedWritten
      }
    },
  }
}
