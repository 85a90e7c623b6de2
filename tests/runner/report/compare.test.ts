import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { compareRuns } from '../../../runner/report/compare.ts'
import { writeComparison } from '../../../runner/report/write-comparison.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringside-compare-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What a run leaves, as far as comparing reads it. */
function run(name: string, agent: string, env: string, score: number, more: Record<string, unknown> = {}): string {
  const at = join(folder, 'runs', name)
  mkdirSync(at, { recursive: true })
  const json = (file: string, value: unknown) => writeFileSync(join(at, file), JSON.stringify(value))
  json('config.json', {
    ringside: '0.1.0',
    made: {},
    agent: { name: agent, learningRate: score > 300 ? 0.001 : 0.01 },
    env: { id: env },
    steps: 100,
  })
  json('summary.json', {
    status: 'finished',
    score: score / 2,
    bestScore: score,
    seconds: 2,
    stepsPerSecond: 50,
    ...more,
  })
  json(
    'evaluations.json',
    [50, 100].map((step) => ({ step, meanReturn: (score * step) / 100 })),
  )
  return at
}

for (const [i, score] of [100, 200, 400].entries()) run(`a-${i}`, 'dqn', 'CartPole-v1', score)
for (const [i, score] of [300, 400, 500].entries()) run(`b-${i}`, 'rainbow', 'CartPole-v1', score)
const runs = join(folder, 'runs')

test('groups, statistics and curves of one environment are of raw best scores', () => {
  const { groups, improvement, curves, normalized, notes } = compareRuns([runs])
  expect(normalized).toBe(false)
  expect(notes).toEqual([])
  const dqn = groups.find(({ name }) => name === 'dqn')!
  expect(dqn.mean.value).toBeCloseTo(700 / 3, 9)
  expect(dqn.mean.low).toBeGreaterThanOrEqual(100)
  expect(dqn.scores).toEqual({ 'CartPole-v1': [100, 200, 400] })
  // Of nine pairs rainbow wins seven, and one is even.
  const over = improvement.find(({ x }) => x === 'rainbow')!
  expect(over.probability.value).toBeCloseTo(7.5 / 9, 9)
  expect(curves.find(({ group }) => group === 'dqn')!.points.map(({ step, mean }) => [step, Math.round(mean)])).toEqual(
    [
      [50, 117],
      [100, 233],
    ],
  )
  expect(compareRuns([runs], { score: 'final' }).groups[0]!.mean.value).toBeCloseTo(350 / 3, 9)
  expect(compareRuns([runs], { by: 'agent.learningRate' }).groups.map(({ name, runs: n }) => [name, n])).toEqual([
    ['0.001', 3],
    ['0.01', 3],
  ])
  // The same draws each time.
  expect(compareRuns([runs])).toEqual(compareRuns([runs]))
})

test('several environments are put between random and solved; what is not finished is told', () => {
  const other = run('c-0', 'dqn', 'MountainCar-v0', -110)
  const stopped = run('d-0', 'dqn', 'CartPole-v1', 1, { status: 'stopped' })
  const { groups, normalized, notes } = compareRuns([runs])
  expect(normalized).toBe(true)
  const dqn = groups.find(({ name }) => name === 'dqn')!
  expect(dqn.mean.value).toBeCloseTo((1 + (700 / 3 - 22.3) / (475 - 22.3)) / 2, 9)
  expect(notes.join('\n')).toMatch(/d-0 is left out: it is stopped/)
  expect(notes.join('\n')).toMatch(/dqn has one run in some environment/)
  expect(notes.join('\n')).toMatch(/rainbow has no run in MountainCar-v0/)
  rmSync(other, { recursive: true })
  rmSync(stopped, { recursive: true })
})

test('the report is written whole, once', async () => {
  const out = join(folder, 'report')
  const comparison = compareRuns([runs])
  const files = await writeComparison(out, comparison)
  expect(readdirSync(out).sort()).toEqual([...files].sort())
  expect(files).toEqual(
    expect.arrayContaining(['comparison.md', 'comparison.csv', 'scores.png', 'curves-CartPole-v1.png']),
  )
  expect(JSON.parse(readFileSync(join(out, 'comparison.json'), 'utf8'))).toEqual(comparison)
  expect(readFileSync(join(out, 'comparison.csv'), 'utf8').split('\n')).toHaveLength(8)
  expect(readFileSync(join(out, 'comparison.html'), 'utf8')).not.toMatch(/(src|href)=/)
  await expect(writeComparison(out, comparison)).rejects.toThrow(/holds a comparison.*--force/)
}, 30_000)

test('what cannot be compared is refused with the reason', () => {
  expect(() => compareRuns([join(folder, 'nothing')])).toThrow(/no run folder/)
  mkdirSync(join(folder, 'empty'))
  expect(() => compareRuns([join(folder, 'empty')])).toThrow(/is no run folder, and holds none/)
  expect(() => compareRuns([runs], { by: 'agent.lr' })).toThrow(/--by agent.lr: .* no such setting/)
  const strange = run('e-0', 'dqn', 'Unheard-v0', 3)
  expect(() => compareRuns([runs], { normalize: true })).toThrow(/Unheard-v0 cannot be put between/)
  rmSync(strange, { recursive: true })
  expect(existsSync(runs)).toBe(true)
})

test('two hundred runs take seconds', () => {
  for (let i = 0; i < 194; i++) run(`many-${i}`, ['dqn', 'rainbow', 'c51', 'iqn'][i % 4]!, 'CartPole-v1', 100 + i)
  const began = performance.now()
  expect(compareRuns([runs]).groups.reduce((sum, group) => sum + group.runs, 0)).toBe(200)
  expect(performance.now() - began).toBeLessThan(15_000)
}, 30_000)
