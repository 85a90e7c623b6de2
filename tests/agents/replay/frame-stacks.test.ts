import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAccumulator } from '../../../agents/replay/accumulator.ts'
import { createBatch } from '../../../agents/replay/batch.ts'
import { checkMemory, createStorage } from '../../../agents/replay/create-storage.ts'
import { createFrameStackStorage, frameStackBytes } from '../../../agents/replay/frame-stacks.ts'
import type { ObservationFormat, TransitionStorage } from '../../../agents/replay/types.ts'
import { createTransitionStorage } from '../../../agents/replay/transitions.ts'
import type { StepBatch } from '../../../agents/types.ts'
import { decodeState, encodeState, Segment, type SegmentStore } from '../../../core/state.ts'
import { box, type StackInfo } from '../../../envs/spaces/box.ts'

const frame = 2

/** Lanes whose episodes end as told; each frame has numbers of its own, and stacks are kept whole as a wrapper does. */
function world(lanes: number, { frames, padding }: StackInfo) {
  let clock = 0
  const fresh = () => Uint8Array.of(1 + (clock % 251), 1 + (Math.floor(clock++ / 251) % 251))
  const stacks: Uint8Array[][] = []
  const firsts = new Uint8Array(lanes).fill(1)
  const reset = (lane: number) => {
    const first = fresh()
    stacks[lane] = Array.from({ length: frames }, (_, i) =>
      padding === 'copy' || i === frames - 1 ? first : new Uint8Array(frame),
    )
  }
  for (let lane = 0; lane < lanes; lane++) reset(lane)
  const flat = () => Uint8Array.from(stacks.flatMap((stack) => stack.flatMap((f) => [...f])))
  return {
    step(ends: readonly string[], masked: boolean): StepBatch {
      const observation = flat()
      const isFirst = firsts.slice()
      for (let lane = 0; lane < lanes; lane++) stacks[lane] = [...stacks[lane]!.slice(1), fresh()]
      const nextObservation = flat()
      const is = (what: string) => Uint8Array.from({ length: lanes }, (_, lane) => Number(ends[lane] === what))
      for (let lane = 0; lane < lanes; lane++) {
        firsts[lane] = Number(ends[lane] !== 'on')
        if (ends[lane] !== 'on') reset(lane)
      }
      return {
        lanes,
        observation,
        action: Int32Array.from({ length: lanes }, (_, lane) => (clock + lane) % 3),
        extras: {},
        reward: Float64Array.from({ length: lanes }, (_, lane) => (clock + lane) % 7),
        terminated: is('terminated'),
        truncated: is('truncated'),
        nextObservation,
        isFirst,
        ...(masked && {
          nextActionMask: Uint8Array.from({ length: lanes * 3 }, (_, i) => Number((clock + i) % 3 > 0)),
        }),
      }
    },
  }
}

function contents(storage: TransitionStorage, format: ObservationFormat) {
  const batch = createBatch(storage.size, format, 3)
  storage.gather(
    Int32Array.from({ length: storage.size }, (_, i) => i),
    storage.size,
    batch,
  )
  return batch
}

const ends = fc.oneof(
  { weight: 6, arbitrary: fc.constant('on') },
  { weight: 1, arbitrary: fc.constantFrom('terminated', 'truncated', 'abandoned') },
)

describe('frame stack storage', () => {
  it('gathers what a storage of whole stacks gathers, over cuts of state', () => {
    fc.assert(
      fc.property(
        fc.record({
          lanes: fc.integer({ min: 1, max: 3 }),
          frames: fc.integer({ min: 1, max: 4 }),
          padding: fc.constantFrom('blank' as const, 'copy' as const, 'wait' as const),
          nStep: fc.integer({ min: 1, max: 6 }),
          capacity: fc.integer({ min: 1, max: 30 }),
          chunkLength: fc.integer({ min: 1, max: 7 }),
          steps: fc.array(
            fc.record({
              ends: fc.array(ends, { minLength: 3, maxLength: 3 }),
              masked: fc.boolean(),
              reload: fc.integer({ min: 0, max: 9 }),
            }),
            { maxLength: 60 },
          ),
        }),
        ({ lanes, frames, padding, nStep, capacity, chunkLength, steps }) => {
          const stack = { frames, padding }
          const observation: ObservationFormat = { dtype: 'uint8', length: frames * frame }
          const options = { capacity, chunkLength, observation, stack, lanes, actions: 3 }
          let own = createFrameStackStorage(options)
          const naive = createTransitionStorage({ capacity, observation, actions: 3 })
          const both = {
            watch: (...step: Parameters<NonNullable<TransitionStorage['watch']>>) => own.watch!(...step),
            add(t: Parameters<TransitionStorage['add']>[0]) {
              own.add(t)
              // No frame of this world is all 0, so a blank one is padding.
              const from = t.observationOffset
              const full = t.observation[from] !== 0
              if (padding !== 'wait' || full) naive.add(t)
            },
          }
          const accumulator = createAccumulator({
            lanes,
            observation,
            nStep,
            gamma: 0.5,
            rewardClip: 'none',
            firstAction: 0,
            sink: both,
          })
          const env = world(lanes, stack)
          // A segment whose version was written before is not written again, as in a run's folder.
          const written = new Map<string, { version: number; array: Uint8Array }>()
          const store: SegmentStore = {
            put({ id, version, array }) {
              const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
              const known = written.get(id)
              if (known?.version === version) expect(known.array).toEqual(bytes)
              written.set(id, { version, array: bytes.slice() })
              return id
            },
            get: () => {
              throw new Error('not read')
            },
          }
          for (const { ends, masked, reload } of steps) {
            accumulator.observe(env.step(ends, masked))
            own.checkValid()
            if (reload !== 0) continue
            encodeState(own.state(), store)
            const saved = decodeState(encodeState(own.state()))
            own = createFrameStackStorage(options)
            own.restore(saved)
            own.checkValid()
          }
          expect(own.inserted).toBe(naive.inserted)
          expect(own.masked).toBe(naive.masked)
          expect(contents(own, observation)).toEqual(contents(naive, observation))
        },
      ),
      { numRuns: 300 },
    )
  })

  it('frees frames: a small replay stays small over many steps, and only new chunks change', () => {
    const stack: StackInfo = { frames: 4, padding: 'copy' }
    const observation: ObservationFormat = { dtype: 'uint8', length: 8 }
    const options = { capacity: 64, chunkLength: 8, observation, stack, lanes: 2, actions: 3 }
    const storage = createFrameStackStorage(options)
    const accumulator = createAccumulator({
      lanes: 2,
      observation,
      nStep: 3,
      gamma: 1,
      rewardClip: 'none',
      firstAction: 0,
      sink: storage,
    })
    const env = world(2, stack)
    for (let i = 0; i < 2000; i++)
      accumulator.observe(env.step(i % 50 === 49 ? ['terminated', 'on'] : ['on', 'on'], false))
    storage.checkValid()
    expect(storage.bytes).toBe(frameStackBytes(options))
    const versions = () => {
      const found = new Map<string, number>()
      for (const lane of storage.state()['frames'] as { chunks: Segment[] }[])
        for (const s of lane.chunks) found.set(s.id, s.version)
      return found
    }
    const before = versions()
    accumulator.observe(env.step(['on', 'on'], false))
    const changed = [...versions()].filter(([id, version]) => before.get(id) !== version)
    expect(changed.length).toBe(2)
  })

  it('keeps a million transitions of 4 × 84 × 84 in 7.5 GB', () => {
    const observation: ObservationFormat = { dtype: 'uint8', length: 4 * 84 * 84 }
    const stack: StackInfo = { frames: 4, padding: 'copy' }
    expect(frameStackBytes({ capacity: 1e6, observation, stack, lanes: 8, actions: 6 })).toBeLessThan(7.5e9)
  })

  it('grows beyond that where episodes are short, at most to two frames a transition, and says so', () => {
    const stack: StackInfo = { frames: 4, padding: 'copy' }
    const observation: ObservationFormat = { dtype: 'uint8', length: 8 }
    const options = { capacity: 640, chunkLength: 8, observation, stack, lanes: 2, actions: 3 }
    const storage = createFrameStackStorage(options)
    const stream = { lanes: 2, observation, nStep: 1, gamma: 1, rewardClip: 'none' as const, firstAction: 0 }
    const accumulator = createAccumulator({ ...stream, sink: storage })
    const env = world(2, stack)
    for (let i = 0; i < 2000; i++) accumulator.observe(env.step(['terminated', 'truncated'], false))
    storage.checkValid()
    expect(storage.bytes).toBeGreaterThan(frameStackBytes(options))
    // It reckons with 1.05 frames a transition; two is the most.
    expect(storage.bytes).toBeLessThanOrEqual(frameStackBytes(options) + 0.95 * 640 * frame)
  })

  it('refuses what exceeds the memory, and says what fits', () => {
    expect(() => checkMemory(100, (n) => n * 10, 555)).toThrow(/100 transitions.*at most 55\./)
    checkMemory(55, (n) => n * 10, 550)
    const observationSpace = box({ low: 0, high: 255, shape: [4, 84, 84], dtype: 'uint8' })
    const observation: ObservationFormat = { dtype: 'uint8', length: 4 * 84 * 84 }
    expect(() => createStorage({ capacity: 1e9, observationSpace, observation, lanes: 1, actions: 6 })).toThrow(
      /Set replayCapacity to at most \d+/,
    )
  })
})
