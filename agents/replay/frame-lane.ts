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
  /** Throws where it does not fit, and stays as it was. */
  restore(state: StateValue | undefined): void
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
      const fault = faultOf({ chunks, firstChunk, next, start })
      if (fault !== undefined) throw new RingsideError(`replay: ${id} ${fault}`)
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
    restore(state) {
      const saved = fields(state, id)
      const list = saved.list('chunks')
      const versions = saved.counts('versions', list.length)
      const loaded = { firstChunk: saved.count('firstChunk'), next: saved.count('next'), start: saved.count('start') }
      const [savedKept, savedWritten] = [saved.boolean('kept'), saved.count('written')]
      const loadedChunks = new Map<number, Chunk>()
      for (const [i, value] of list.entries()) {
        const array = fields({ frames: value }, `chunk ${i} of ${id}`).array('frames', dtype, [chunkLength * frame])
        loadedChunks.set(loaded.firstChunk + i, { array: array.slice(), version: versions[i]! })
      }
      const fault = faultOf({ chunks: loadedChunks, ...loaded })
      if (fault !== undefined) throw new RingsideError(`The saved replay is damaged: ${id} ${fault}.`)
      ;({ firstChunk, next, start } = loaded)
      chunks = loadedChunks
      kept = savedKept
      written = savedWritten
    },
  }

  function faultOf(lane: {
    chunks: ReadonlyMap<number, Chunk>
    firstChunk: number
    next: number
    start: number
  }): string | undefined {
    const last = Math.ceil(lane.next / chunkLength)
    if (lane.start > lane.next) return `begins its episode at ${lane.start} of ${lane.next} frames`
    if (lane.chunks.size !== last - lane.firstChunk)
      return `has ${lane.chunks.size} chunks, expected ${lane.firstChunk} to ${last - 1}`
    for (let i = lane.firstChunk; i < last; i++) if (!lane.chunks.has(i)) return `has no chunk ${i}`
    return undefined
  }
}
