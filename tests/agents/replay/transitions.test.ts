import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createBatch } from '../../../agents/replay/batch.ts'
import { createTransitionStorage } from '../../../agents/replay/transitions.ts'
import { createUniformSampler } from '../../../agents/replay/uniform-sampler.ts'
import type { ObservationFormat, Transition, TransitionStorage } from '../../../agents/replay/types.ts'
import { createRng } from '../../../core/rng.ts'
import { decodeState, encodeState, Segment } from '../../../core/state.ts'

const float2: ObservationFormat = { dtype: 'float32', length: 2 }

/** The i-th transition of a made-up stream, in larger arrays at an offset. */
function transition(i: number, mask = false, format = float2): Transition {
  const fill = (from: number) => {
    const values = Array.from({ length: 3 * format.length }, (_, k) => (from + k) % 200)
    return format.dtype === 'uint8' ? Uint8Array.from(values) : Float32Array.from(values)
  }
  return {
    lane: 0,
    span: 1,
    observation: fill(i),
    observationOffset: format.length,
    action: i % 3,
    reward: i / 4,
    discount: i % 5 === 0 ? 0 : 0.5,
    nextObservation: fill(i + 1),
    nextOffset: 2 * format.length,
    nextMask: mask ? Uint8Array.of(0, 0, 0, 1, Number(i % 2 === 0), 1) : undefined,
    mask: undefined,
    maskOffset: 0,
    nextMaskOffset: 3,
  }
}

interface Row {
  observation: number[]
  next: number[]
  action: number
  reward: number
  discount: number
  mask: number[]
}

function rowOf(t: Transition, format = float2): Row {
  const cut = (array: ArrayLike<number>, from: number) =>
    Array.from({ length: format.length }, (_, k) => array[from + k]!)
  return {
    observation: cut(t.observation, t.observationOffset),
    next: cut(t.nextObservation, t.nextOffset),
    action: t.action,
    reward: t.reward,
    discount: t.discount,
    mask:
      t.nextMask === undefined ? [1, 1, 1] : Array.from(t.nextMask.subarray(t.nextMaskOffset, t.nextMaskOffset + 3)),
  }
}

function rowsOf(storage: TransitionStorage, format = float2): Row[] {
  const n = storage.size
  const batch = createBatch(n, format, 3)
  storage.gather(
    Int32Array.from({ length: n }, (_, i) => i),
    n,
    batch,
  )
  return Array.from({ length: n }, (_, i) => ({
    observation: Array.from(batch.observation.subarray(i * format.length, (i + 1) * format.length)),
    next: Array.from(batch.nextObservation.subarray(i * format.length, (i + 1) * format.length)),
    action: batch.action[i]!,
    reward: batch.reward[i]!,
    discount: batch.discount[i]!,
    mask: Array.from(batch.nextMask.subarray(i * 3, (i + 1) * 3)),
  }))
}

describe('transition storage', () => {
  it('behaves as a naive ring, whatever its chunks, masks and cuts', () => {
    const commands = fc.array(
      fc.oneof(
        { weight: 12, arbitrary: fc.constant('add') },
        { weight: 3, arbitrary: fc.constant('addMasked') },
        { weight: 1, arbitrary: fc.constant('reload') },
      ),
      { maxLength: 80 },
    )
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 23 }),
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        commands,
        (capacity, chunkLength, bytes, todo) => {
          const format: ObservationFormat = bytes ? { dtype: 'uint8', length: 3 } : float2
          const options = { capacity, chunkLength, observation: format, actions: 3 }
          let storage = createTransitionStorage(options)
          const model: Row[] = []
          let i = 0
          for (const command of todo) {
            if (command === 'reload') {
              const saved = decodeState(encodeState(storage.state()))
              storage = createTransitionStorage(options)
              storage.restore(saved)
            } else {
              const t = transition(i, command === 'addMasked', format)
              storage.add(t)
              model[i % capacity] = rowOf(t, format)
              i++
            }
            storage.checkValid()
          }
          expect(storage.inserted).toBe(i)
          expect(rowsOf(storage, format)).toEqual(model)
        },
      ),
    )
  })

  it('raises the version of a written chunk, and of no other', () => {
    const storage = createTransitionStorage({ capacity: 8, chunkLength: 4, observation: float2, actions: 3 })
    const versions = () => (storage.state()['chunks'] as (Segment | null)[]).map((s) => s && [s.id, s.version])
    expect(versions()).toEqual([null, null])
    for (let i = 0; i < 6; i++) storage.add(transition(i))
    expect(versions()).toEqual([
      ['replay/0', 4],
      ['replay/1', 2],
    ])
    storage.add(transition(6))
    expect(versions()).toEqual([
      ['replay/0', 4],
      ['replay/1', 3],
    ])
    const reloaded = createTransitionStorage({ capacity: 8, chunkLength: 4, observation: float2, actions: 3 })
    reloaded.restore(storage.state())
    expect((reloaded.state()['chunks'] as Segment[]).map((s) => s.version)).toEqual([4, 3])
  })

  it('tells its bytes: s and s′, action, reward, discount', () => {
    expect(createTransitionStorage({ capacity: 10, observation: float2, actions: 3 }).bytes).toBe(10 * (2 * 8 + 12))
    expect(
      createTransitionStorage({ capacity: 10, observation: { dtype: 'uint8', length: 3 }, actions: 3 }).bytes,
    ).toBe(10 * (6 + 12))
  })

  it('refuses the saved replay of another capacity or observation, and stays as it was', () => {
    const storage = createTransitionStorage({ capacity: 8, observation: float2, actions: 3 })
    for (let i = 0; i < 5; i++) storage.add(transition(i))
    const before = rowsOf(storage)
    const other = createTransitionStorage({ capacity: 9, observation: float2, actions: 3 })
    expect(() => storage.restore(other.state())).toThrow(/capacity 9, this agent's has 8.*replayCapacity/)
    const wider = createTransitionStorage({ capacity: 8, observation: { dtype: 'float32', length: 5 }, actions: 3 })
    wider.add(transition(0, false, { dtype: 'float32', length: 5 }))
    expect(() => storage.restore(wider.state())).toThrow(/chunk 0 of the replay/)
    expect(rowsOf(storage)).toEqual(before)
    storage.checkValid()
  })

  it('an index that was never written is an error', () => {
    const storage = createTransitionStorage({ capacity: 8, chunkLength: 2, observation: float2, actions: 3 })
    storage.add(transition(0))
    expect(() => storage.gather(Int32Array.of(5), 1, createBatch(1, float2, 3))).toThrow(/index 5 of 1/)
  })
})

describe('uniform sampler', () => {
  it('draws every index alike (χ² over 20 bins, 99.9 %)', () => {
    const sampler = createUniformSampler(createRng(7, 'replay'))
    const counts = new Float64Array(20)
    const indices = new Int32Array(50)
    for (let i = 0; i < 400; i++) {
      sampler.sample(20, indices)
      for (const index of indices) counts[index]!++
    }
    const chi2 = counts.reduce((sum, c) => sum + (c - 1000) ** 2 / 1000, 0)
    expect(chi2).toBeLessThan(43.8)
  })

  it('goes on from its saved state', () => {
    const sampler = createUniformSampler(createRng(3))
    const first = new Int32Array(10)
    const again = new Int32Array(10)
    sampler.sample(1000, first)
    const saved = decodeState(encodeState(sampler.state()))
    sampler.sample(1000, first)
    const other = createUniformSampler(createRng(4))
    other.restore(saved)
    other.sample(1000, again)
    expect(again).toEqual(first)
  })
})
