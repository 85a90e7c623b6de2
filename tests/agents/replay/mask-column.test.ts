import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAccumulator } from '../../../agents/replay/accumulator.ts'
import { createMaskColumn } from '../../../agents/replay/mask-column.ts'
import type { Transition } from '../../../agents/replay/types.ts'
import { copyState } from '../../../core/state.ts'

const [lanes, actions] = [2, 3]
/** What lane `lane` allowed before step `i`: told apart by its bits. */
const maskOf = (i: number, lane: number): number[] => [0, 1, 2].map((bit) => ((i * 2 + lane) >> bit) & 1)

test('every transition comes with what was allowed in its own s, across n-step tails, lanes and a saved state', () => {
  const runs = fc.record({
    nStep: fc.integer({ min: 1, max: 4 }),
    ends: fc.array(fc.tuple(fc.boolean(), fc.boolean()), { minLength: 1, maxLength: 30 }),
    /** The first step that comes with masks. */
    from: fc.nat({ max: 5 }),
    cut: fc.nat({ max: 30 }),
    capacity: fc.integer({ min: 1, max: 12 }),
  })
  fc.assert(
    fc.property(runs, ({ nStep, ends, from, cut, capacity }) => {
      let column = createMaskColumn(capacity, actions)
      /** By index: s, which is the number of its step, and its lane. */
      const stored: { s: number; lane: number }[] = []
      let inserted = 0
      const sink = {
        add(transition: Transition) {
          const index = inserted++ % capacity
          stored[index] = { s: transition.observation[transition.observationOffset]!, lane: transition.lane }
          column.set(index, transition)
        },
      }
      const create = () =>
        createAccumulator({
          ...{ lanes, observation: { dtype: 'float32', length: 1 }, nStep, gamma: 0.9, rewardClip: 'none' },
          ...{ firstAction: 0, sink },
        })
      let accumulator = create()
      const first = [1, 1]
      ends.forEach((ended, i) => {
        accumulator.observe({
          ...{ lanes, observation: Float32Array.of(i, i), action: Int32Array.of(0, 0), extras: {} },
          ...{ reward: new Float64Array(lanes), terminated: Uint8Array.from(ended.map(Number)) },
          ...{ truncated: new Uint8Array(lanes), nextObservation: Float32Array.of(i + 1, i + 1) },
          isFirst: Uint8Array.from(first),
          ...(i >= from && { actionMask: Uint8Array.from([...maskOf(i, 0), ...maskOf(i, 1)]) }),
        })
        ended.forEach((end, lane) => (first[lane] = Number(end)))
        if (i !== cut) return
        const again = create()
        again.restore(copyState(accumulator.state()))
        accumulator = again
        const other = createMaskColumn(capacity, actions)
        other.restore(copyState(column.state()))
        column = other
      })
      const indices = Int32Array.from(stored.keys())
      const masks = new Uint8Array(stored.length * actions)
      column.gather(indices, masks)
      const expected = stored.flatMap(({ s, lane }) => (s >= from ? maskOf(s, lane) : [1, 1, 1]))
      expect([...masks]).toEqual(expected)
    }),
  )
})

test('damaged masks are refused, and what was there stays', () => {
  const column = createMaskColumn(4, actions)
  const transition = { mask: Uint8Array.of(0, 1, 0), maskOffset: 0 } as Transition
  column.set(2, transition)
  const state = copyState(column.state())
  expect(() => column.restore({ ...state, rows: [] })).toThrow(/0 segments, expected 1/)
  expect(() => column.restore({ ...state, rows: [new Uint8Array(5)] })).toThrow(/masks 0 of the replay/)
  const kept = new Uint8Array(3)
  column.gather(Int32Array.of(2), kept)
  expect([...kept]).toEqual([0, 1, 0])
})
