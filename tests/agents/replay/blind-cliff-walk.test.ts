import { expect, test } from 'vitest'
import { everyWay, medianUpdates } from '../../learning/blind-cliff-walk.ts'

test('the memory holds every way, and one transition with a reward', () => {
  const memory = everyWay(6)
  expect(memory).toHaveLength(2 ** 7 - 2)
  expect(memory.filter(({ reward }) => reward === 1)).toHaveLength(1)
})

// The paper's figure 2: the larger the memory, the more prioritized replay saves.
test.each([
  [6, 3],
  [8, 5],
])('of %i states prioritized replay learns the values in a fraction of the updates', (n, factor) => {
  expect(medianUpdates(n, true, 7) * factor).toBeLessThan(medianUpdates(n, false, 7))
})
