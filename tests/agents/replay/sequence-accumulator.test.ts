import fc from 'fast-check'
import { expect, test } from 'vitest'
import { copyState } from '../../../core/state.ts'
import { createSequenceAccumulator, type SequenceOptions } from '../../../agents/replay/sequence-accumulator.ts'
import type { RecordArrays } from '../../../agents/replay/records.ts'

/** One lane's step, told by its number: observation t, action, reward; what stands after the last step is −t. */
interface Told {
  readonly id: number
  readonly next: number
  readonly reward: number
  readonly terminated: boolean
  readonly ended: boolean
  readonly first: boolean
  readonly last: number
}

const setup = fc.record({
  burnIn: fc.nat({ max: 3 }),
  waits: fc.nat({ max: 4 }),
  length: fc.integer({ min: 1, max: 5 }),
  share: fc.double({ min: 0, max: 0.99, noNaN: true }),
  nStep: fc.integer({ min: 1, max: 4 }),
  episodes: fc.array(fc.record({ length: fc.integer({ min: 1, max: 14 }), terminated: fc.boolean() }), {
    minLength: 1,
    maxLength: 6,
  }),
  cut: fc.nat({ max: 60 }),
})

test('every step of every ended episode is learned from, but those that wait for their frames, with its own n-step target and state, and none crosses a border', () => {
  fc.assert(
    fc.property(setup, ({ burnIn, waits, length, share, nStep, episodes, cut }) => {
      const options: SequenceOptions = {
        ...{ lanes: 1, observation: { dtype: 'float32', length: 1 }, actions: 3, firstAction: 0 },
        ...{ burnIn, length, overlap: burnIn + Math.floor(share * length), stateWidth: 2, nStep, gamma: 0.5 },
        ...{ waits, rewardClip: 'none' },
      }
      const records: Record<string, number[]>[] = []
      const keep = (record: RecordArrays): void => {
        records.push(Object.fromEntries(Object.entries(record).map(([name, array]) => [name, [...array]])))
      }
      let accumulator = createSequenceAccumulator(options, keep)
      const told: Told[] = []
      for (const episode of episodes) {
        const last = told.length + episode.length - 1
        for (let k = 0; k < episode.length; k++) {
          const id = told.length
          const ended = k === episode.length - 1
          const terminated = ended && episode.terminated
          told.push({ id, next: ended ? -id - 1 : id + 1, reward: id + 1, terminated, ended, first: k === 0, last })
        }
      }
      for (const { id, next, reward, terminated, ended, first } of told) {
        accumulator.observe({
          ...{ lanes: 1, observation: Float32Array.of(id), action: Int32Array.of(id % 3) },
          extras: { recurrentState: Float32Array.of(id, 0.5) },
          ...{ reward: Float64Array.of(reward), terminated: Uint8Array.of(terminated ? 1 : 0) },
          truncated: Uint8Array.of(ended && !terminated ? 1 : 0),
          ...{ nextObservation: Float32Array.of(next), isFirst: Uint8Array.of(first ? 1 : 0) },
        })
        accumulator.checkValid()
        if (id !== cut) continue
        const again = createSequenceAccumulator(options, keep)
        again.restore(copyState(accumulator.state()))
        accumulator = again
      }
      const learned = new Set<number>()
      for (const record of records) {
        const [observation, first] = [record['observation']!, record['first']!]
        const opening = first.indexOf(1)
        record['valid']!.forEach((valid, t) => {
          if (valid === 0) return
          const id = observation[t]!
          const step = told[id]!
          learned.add(id)
          expect(t).toBeGreaterThanOrEqual(burnIn)
          expect(record['action']![t]).toBe(id % 3)
          // The rows before are the steps before, back to the episode's first one or the sequence's.
          for (let back = 1; t - back >= Math.max(0, opening); back++) expect(observation[t - back]).toBe(id - back)
          if (opening >= 0) expect(told[observation[opening]!]!.first).toBe(true)
          else expect(record['state']![0]).toBe(observation[0])
          const hop = record['hop']![t]!
          expect(hop).toBeGreaterThanOrEqual(1)
          expect(hop).toBeLessThanOrEqual(nStep)
          let sum = 0
          for (let k = 0; k < hop; k++) sum += 0.5 ** k * told[id + k]!.reward
          expect(record['reward']![t]).toBeCloseTo(sum, 4)
          const reached = told[id + hop - 1]!
          expect(reached.last).toBe(step.last)
          expect(observation[t + hop]).toBe(reached.next)
          expect(record['discount']![t]).toBeCloseTo(reached.terminated ? 0 : 0.5 ** hop, 6)
        })
      }
      const begins = told.map(({ first }, id) => (first ? id : -1))
      const since = (id: number): number => id - Math.max(...begins.slice(0, id + 1))
      const expected = told.map(({ id }) => id).filter((id) => since(id) >= waits)
      expect([...learned].sort((a, b) => a - b)).toEqual(expected)
      for (const record of records) expect(record['valid']).toContain(1)
    }),
    { numRuns: 300 },
  )
})
