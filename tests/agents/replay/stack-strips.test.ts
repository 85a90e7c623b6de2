import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createSequenceAccumulator, type SequenceOptions } from '../../../agents/replay/sequence-accumulator.ts'
import { createStackStrips } from '../../../agents/replay/stack-strips.ts'

/** Elements of a frame. */
const frame = 2

test('stacks of every sequence come back from its frames, blank or copied at the episode’s start', () => {
  const runs = fc.record({
    depth: fc.integer({ min: 1, max: 4 }),
    padding: fc.constantFrom('blank' as const, 'copy' as const, 'wait' as const),
    burnIn: fc.nat({ max: 3 }),
    length: fc.integer({ min: 1, max: 5 }),
    share: fc.double({ min: 0, max: 0.99, noNaN: true }),
    episodes: fc.array(fc.integer({ min: 1, max: 14 }), { minLength: 1, maxLength: 5 }),
  })
  fc.assert(
    fc.property(runs, ({ depth, padding, burnIn, length, share, episodes }) => {
      const width = depth * frame
      const rows = burnIn + length + 1
      const strips = createStackStrips({ frames: depth, padding }, width, rows)
      expect(strips.length).toBe((rows + depth - 1) * frame)
      const options: SequenceOptions = {
        ...{ lanes: 1, observation: { dtype: 'uint8', length: width }, actions: 2, firstAction: 0, stateWidth: 1 },
        ...{ burnIn, length, overlap: burnIn + Math.floor(share * length), nStep: 2, gamma: 0.9, rewardClip: 'none' },
        waits: padding === 'wait' ? depth - 1 : 0,
      }
      let records = 0
      const accumulator = createSequenceAccumulator(options, (record) => {
        records++
        // The second of two in a batch.
        const packed = new Uint8Array(2 * strips.length)
        strips.pack(record['observation']!, packed.subarray(strips.length))
        const stacks = new Uint8Array(2 * rows * width)
        strips.unpack(packed, [...new Uint8Array(rows), ...record['first']!], 1, stacks)
        // What comes after the last successor stands for nothing.
        const last = Math.max(...Array.from(record['hop']!, (hop, t) => (hop > 0 ? t + hop : 0)))
        const end = (last + 1) * width
        expect([...stacks.subarray(rows * width, rows * width + end)]).toEqual([
          ...record['observation']!.subarray(0, end),
        ])
      })
      let number = 0
      const newFrame = (): number[] => [++number % 256, (7 * number) % 256]
      for (const steps of episodes) {
        const opening = newFrame()
        let stack = [
          ...Array.from({ length: depth - 1 }, () => (padding === 'copy' ? opening : [0, 0])).flat(),
          ...opening,
        ]
        for (let step = 0; step < steps; step++) {
          const next = [...stack.slice(frame), ...newFrame()]
          accumulator.observe({
            ...{ lanes: 1, observation: Uint8Array.from(stack), action: Int32Array.of(0), reward: Float64Array.of(1) },
            extras: { recurrentState: Float32Array.of(0) },
            ...{ terminated: Uint8Array.of(step === steps - 1 ? 1 : 0), truncated: Uint8Array.of(0) },
            ...{ nextObservation: Uint8Array.from(next), isFirst: Uint8Array.of(step === 0 ? 1 : 0) },
          })
          stack = next
        }
      }
      if (padding !== 'wait') expect(records).toBeGreaterThanOrEqual(episodes.length)
    }),
    { numRuns: 300 },
  )
})
