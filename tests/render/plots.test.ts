import { expect, test } from 'vitest'
import { plotBands, plotLearningCurve } from '../../render/index.ts'

const titles = { title: 'a on b', xTitle: 'environment steps', yTitle: 'return' }

test('a learning curve says what its dashed line is', async () => {
  const evaluations = [1000, 2000].map((x) => ({ x, y: x / 10, deviation: 20 }))
  const { svg } = await plotLearningCurve({ ...titles, episodes: [], evaluations, threshold: 195 })
  expect(svg).toContain('solved at 195')
  expect((await plotLearningCurve({ ...titles, episodes: [], evaluations })).svg).not.toContain('solved')
})

test('the keys of bands are as strong as their lines', async () => {
  const points = [0, 1].map((x) => ({ x, y: x, low: x - 1, high: x + 1 }))
  const { svg } = await plotBands({ ...titles, series: [{ name: 'dqn', points }, { name: 'c51', points }] }) // prettier-ignore
  const keys = /role-legend-symbol.*?<\/g>/s.exec(svg)?.[0] ?? ''
  expect(keys).toContain('<path')
  expect(keys).not.toMatch(/opacity="0\.\d/)
})
