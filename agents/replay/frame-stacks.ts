import { allocate, bytesPerElement, type TypedArray } from '../../core/dtype.ts'
import { RingsideError } from '../../core/errors.ts'
import { fields, Segment } from '../../core/state.ts'
import type { StackInfo } from '../../envs/spaces/box.ts'
import { copyInto } from './batch.ts'
import { createFrameLane, type FrameLane } from './frame-lane.ts'
import type { ObservationFormat, TransitionStorage } from './types.ts'

export interface FrameStackStorageOptions {
  /** Transitions. */
  readonly capacity: number
  /** Of the whole stack: frames × height × width elements. */
  readonly observation: ObservationFormat
  readonly stack: StackInfo
  readonly lanes: number
  /** Choices of the action space: the width of a mask. */
  readonly actions: number
  /** Frames of one chunk; default: as many as fit 4 MiB, fewer where the capacity is small. */
  readonly chunkLength?: number
}

/** Episode borders that `bytes` reckons with, in frames more than transitions: one in 20 steps. */
const borders = 0.05
const rowBytes = 4 + 4 + 4 + 4 + 4 + 8 + 1 + 1

/**
 * A circular queue of transitions whose observations are stacks of frames. Each lane stores every frame once, in order;
 * a transition knows the newest frame of s′, how many steps before it s was, and how many frames of both stacks belong
 * to the episode. The rest of a stack is padding. Frames are freed, a chunk at a time, once no transition needs them.
 */
export function createFrameStackStorage(options: FrameStackStorageOptions): TransitionStorage {
  const { capacity, observation, stack, lanes, actions } = options
  const { frames: depth, padding } = stack
  const width = observation.length
  const frame = width / depth
  if (!Number.isInteger(frame))
    throw new RingsideError(`A stack of ${depth} frames cannot have ${width} elements: expected a multiple.`)
  const chunkLength = options.chunkLength ?? defaultChunkLength(options)
  const createLanes = (): readonly FrameLane[] =>
    Array.from({ length: lanes }, (_, lane) =>
      createFrameLane({ id: `replay/frames/${lane}`, dtype: observation.dtype, frame, chunkLength }),
    )
  let store = createLanes()
  let rows = createRows(capacity)
  let mask: Uint8Array | undefined
  let size = 0
  let position = 0
  let inserted = 0

  const readStack = (lane: FrameLane, newest: number, known: number, to: TypedArray, at: number): void => {
    const missing = depth - known
    const oldest = newest - known + 1
    for (let i = 0; i < missing; i++) {
      if (padding === 'copy') lane.read(oldest, 1, to, at + i * frame)
      else to.fill(0, at + i * frame, at + (i + 1) * frame)
    }
    lane.read(oldest, known, to, at + missing * frame)
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
      const held = store.reduce((sum, lane) => sum + lane.bytes, 0)
      return Math.max(frameStackBytes(options, mask !== undefined), held + capacity * (rowBytes + (mask ? actions : 0)))
    },
    get masked() {
      return mask !== undefined
    },
    watch(lane, isFirst, observed, offset, next, nextOffset) {
      const own = store[lane]!
      const newest = (depth - 1) * frame
      if (isFirst) {
        own.begin()
        own.push(observed, offset + newest)
      } else if (own.next === 0) {
        // Joined in the middle of an episode: the stack at hand is all there is to know.
        for (let i = 0; i < depth; i++) own.push(observed, offset + i * frame)
      }
      own.push(next, nextOffset + newest)
    },
    add(transition) {
      const lane = store[transition.lane]!
      const newest = lane.next - 1
      const known = Math.min(depth, newest - transition.span - lane.start + 1)
      if (known < 1)
        throw new RingsideError(
          `replay: a transition over ${transition.span} steps, but its episode has ${lane.next - lane.start} frames. ` +
            'Watch each step before its transitions are added.',
        )
      if (padding === 'wait' && known < depth) return
      if (transition.nextMask !== undefined) mask ??= new Uint8Array(capacity * actions).fill(1)
      if (size === capacity) {
        // Later transitions of a lane begin no earlier, so whatever lies before this one's stack is needed no more.
        store[rows.lane[position]!]!.free(oldestOf(rows, position))
      }
      rows.lane[position] = transition.lane
      rows.newest[position] = newest
      rows.span[position] = transition.span
      rows.known[position] = known
      rows.nextKnown[position] = Math.min(depth, newest - lane.start + 1)
      rows.action[position] = transition.action
      rows.reward[position] = transition.reward
      rows.discount[position] = transition.discount
      if (mask !== undefined) {
        if (transition.nextMask === undefined) mask.fill(1, position * actions, (position + 1) * actions)
        else copyInto(mask, position * actions, transition.nextMask, transition.nextMaskOffset, actions)
      }
      rows.versions[Math.floor(position / rowsPerSegment)]!++
      lane.keep()
      position = (position + 1) % capacity
      if (size < capacity) size++
      inserted++
    },
    gather(indices, count, batch) {
      for (let i = 0; i < count; i++) {
        const index = indices[i]!
        if (!(index >= 0 && index < size)) throw new RangeError(`replay: index ${index} of ${size} stored transitions`)
        const lane = store[rows.lane[index]!]!
        const newest = rows.newest[index]!
        readStack(lane, newest - rows.span[index]!, rows.known[index]!, batch.observation, i * width)
        readStack(lane, newest, rows.nextKnown[index]!, batch.nextObservation, i * width)
        batch.action[i] = rows.action[index]!
        batch.reward[i] = rows.reward[index]!
        batch.discount[i] = rows.discount[index]!
        if (mask !== undefined) copyInto(batch.nextMask, i * actions, mask, index * actions, actions)
      }
    },
    checkValid() {
      const fail = (why: string): never => {
        throw new RingsideError(`replay: ${why}`)
      }
      if (size !== Math.min(inserted, capacity)) fail(`size ${size} after ${inserted} insertions into ${capacity}`)
      if (position !== inserted % capacity) fail(`position ${position} after ${inserted} insertions into ${capacity}`)
      for (const lane of store) lane.checkValid()
      const fault = faultOf(rows, size, store)
      if (fault !== undefined) fail(fault)
    },
    state: () => ({
      capacity,
      chunkLength,
      inserted,
      masked: mask !== undefined,
      versions: [...rows.versions],
      rows: [...rows.versions.keys()].map((i) => {
        const [from, to] = [i * rowsPerSegment, Math.min(capacity, (i + 1) * rowsPerSegment)]
        const part = (name: ColumnName) =>
          new Segment(`replay/${name}/${i}`, rows.versions[i]!, rows[name].subarray(from, to))
        return from >= size
          ? null
          : {
              ...Object.fromEntries(columns.map((name) => [name, part(name)])),
              ...(mask && {
                mask: new Segment(`replay/mask/${i}`, rows.versions[i]!, mask.subarray(from * actions, to * actions)),
              }),
            }
      }),
      frames: store.map((lane) => lane.state()),
    }),
    restore(state) {
      const saved = fields(state, 'the replay')
      for (const [key, own] of Object.entries({ capacity, chunkLength })) {
        if (saved.number(key) === own) continue
        const hint = key === 'capacity' ? ' Set replayCapacity to the saved one.' : ''
        throw new RingsideError(`The saved replay has ${key} ${saved.number(key)}, this agent's has ${own}.${hint}`)
      }
      const lists = saved.list('frames')
      if (lists.length !== lanes)
        throw new RingsideError(`The saved replay has ${lists.length} lanes, this agent has ${lanes}.`)
      const loadedInserted = saved.count('inserted')
      const loadedSize = Math.min(loadedInserted, capacity)
      const loadedMask = saved.boolean('masked') ? new Uint8Array(capacity * actions).fill(1) : undefined
      const loaded = createRows(capacity, saved.counts('versions', rows.versions.length))
      const parts = saved.list('rows')
      for (let from = 0, i = 0; from < loadedSize; from += rowsPerSegment, i++) {
        const length = Math.min(capacity - from, rowsPerSegment)
        const reader = fields(parts[i], `rows ${i} of the replay`)
        for (const name of columns) loaded[name].set(reader.array(name, dtypes[name], [length]), from)
        loadedMask?.set(reader.array('mask', 'uint8', [length * actions]), from * actions)
      }
      const loadedLanes = createLanes()
      for (const [i, lane] of loadedLanes.entries()) lane.restore(lists[i])
      const fault = faultOf(loaded, loadedSize, loadedLanes)
      if (fault !== undefined) throw new RingsideError(`The saved replay is damaged: ${fault}.`)
      // Everything is read and checked before anything changes.
      store = loadedLanes
      rows = loaded
      mask = loadedMask
      inserted = loadedInserted
      size = loadedSize
      position = inserted % capacity
    },
  }

  /** What is wrong with the first `count` rows, if anything is. */
  function faultOf(of: Rows, count: number, frames: readonly FrameLane[]): string | undefined {
    for (let row = 0; row < count; row++) {
      const lane = frames[of.lane[row]!]
      if (lane === undefined) return `lane ${of.lane[row]} at ${row}`
      const [known, nextKnown, newest] = [of.known[row]!, of.nextKnown[row]!, of.newest[row]!]
      if (known < 1 || known > depth || nextKnown !== Math.min(depth, known + of.span[row]!))
        return `stacks of ${known} and ${nextKnown} frames at ${row}`
      const oldest = Math.min(oldestOf(of, row), newest - nextKnown + 1)
      if (!lane.holds(oldest) || !lane.holds(newest)) return `the frames ${oldest} to ${newest} of row ${row} are gone`
      if (!(of.discount[row]! >= 0 && of.discount[row]! <= 1)) return `discount ${of.discount[row]} at ${row}`
      if (!(of.action[row]! >= 0 && of.action[row]! < actions)) return `action ${of.action[row]} at ${row}`
    }
    return undefined
  }
  return storage
}

/** The first frame of the stack of row's s. */
function oldestOf(rows: Rows, row: number): number {
  return rows.newest[row]! - rows.span[row]! - rows.known[row]! + 1
}

/**
 * Bytes when full: a frame a transition, 5 % more for episodes' last frames, the chunks at both ends of each lane. That is
 * enough for episodes of 20 steps or more. An episode of T steps keeps T + 1 frames, so that shorter ones take more, up to
 * twice the frames where each is a single step; the storage's `bytes` grows with what it holds. (A stack that waits for
 * its frames stores T + 1 − frames transitions of an episode, an abandoned one T + 1 − n of n steps.)
 */
export function frameStackBytes(options: FrameStackStorageOptions, masked = false): number {
  const { capacity, observation, stack, lanes, actions } = options
  const frame = (observation.length / stack.frames) * bytesPerElement(observation.dtype)
  const frames = Math.ceil(capacity * (1 + borders)) + 2 * lanes * (options.chunkLength ?? defaultChunkLength(options))
  return frames * frame + capacity * (rowBytes + (masked ? actions : 0))
}

function defaultChunkLength({ capacity, observation, stack, lanes }: FrameStackStorageOptions): number {
  const frame = (observation.length / stack.frames) * bytesPerElement(observation.dtype)
  const fitting = Math.floor(Math.log2((4 * 1024 * 1024) / frame))
  const share = Math.ceil(Math.log2(capacity / lanes / 16))
  return 2 ** Math.max(4, Math.min(13, fitting, share))
}

const rowsPerSegment = 8192
const dtypes = {
  lane: 'int32',
  newest: 'float64',
  span: 'int32',
  known: 'uint8',
  nextKnown: 'uint8',
  action: 'int32',
  reward: 'float32',
  discount: 'float32',
} as const
type ColumnName = keyof typeof dtypes
const columns = Object.keys(dtypes) as ColumnName[]

type Rows = Readonly<Record<ColumnName, TypedArray>> & { readonly versions: number[] }

function createRows(capacity: number, versions?: readonly number[]): Rows {
  const arrays = Object.fromEntries(columns.map((name) => [name, allocate(dtypes[name], capacity)]))
  return {
    ...(arrays as Record<ColumnName, TypedArray>),
    versions: versions?.slice() ?? new Array<number>(Math.ceil(capacity / rowsPerSegment)).fill(0),
  }
}
