import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRecordStorage, type Columns } from '../../../agents/replay/records.ts'
import { copyState } from '../../../core/state.ts'

const columns: Columns = {
  observation: { dtype: 'uint8', length: 3 },
  reward: { dtype: 'float32', length: 2 },
  action: { dtype: 'int32', length: 1 },
}
const recordOf = (i: number) => ({
  observation: Uint8Array.of(i, i + 1, i + 2),
  reward: Float32Array.of(i / 2, -i),
  action: Int32Array.of(1000 + i),
})

test('a ring of records holds the last of them, each at its number mod capacity, across chunks and a saved state', () => {
  const runs = fc.record({
    capacity: fc.integer({ min: 1, max: 9 }),
    chunk: fc.integer({ min: 1, max: 4 }),
    count: fc.nat({ max: 30 }),
    cut: fc.nat({ max: 30 }),
  })
  fc.assert(
    fc.property(runs, ({ capacity, chunk, count, cut }) => {
      let storage = createRecordStorage(capacity, columns, chunk)
      const naive: number[] = []
      for (let i = 0; i < count; i++) {
        storage.add(recordOf(i))
        storage.checkValid()
        naive[i % capacity] = i
        if (i !== cut) continue
        const again = createRecordStorage(capacity, columns, chunk)
        again.restore(copyState(storage.state()))
        storage = again
      }
      expect(storage.size).toBe(naive.length)
      expect(storage.inserted).toBe(count)
      const indices = Int32Array.from(naive.keys()).reverse()
      const into = {
        observation: new Uint8Array(3 * indices.length),
        reward: new Float32Array(2 * indices.length),
        action: new Int32Array(indices.length),
      }
      storage.gather(indices, into)
      const expected = [...indices].map((index) => recordOf(naive[index]!))
      expect([...into.observation]).toEqual(expected.flatMap(({ observation }) => [...observation]))
      expect([...into.reward]).toEqual(expected.flatMap(({ reward }) => [...reward]))
      expect([...into.action]).toEqual(expected.flatMap(({ action }) => [...action]))
    }),
  )
})

test('what was never written is no record', () => {
  const storage = createRecordStorage(8, columns, 2)
  storage.add(recordOf(1))
  const into = { observation: new Uint8Array(3), reward: new Float32Array(2), action: new Int32Array(1) }
  expect(() => storage.gather(Int32Array.of(4), into)).toThrow(/record 4 of 1/)
})
