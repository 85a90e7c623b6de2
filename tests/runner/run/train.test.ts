import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { compare, evaluate, resume, train } from '../../../runner/index.ts'
import { temporaryFolder } from '../cli/run-cli.ts'

const quick = { steps: 300, score: { episodes: 2 }, evaluation: { every: 150, episodes: 1 }, film: { maxSteps: 0 } }

test('train, resume, evaluate and compare take the config of a run as an object', async () => {
  const out = join(temporaryFolder(), 'run')
  const seen = new Set<string>()
  const agent = { name: 'dqn', learningStarts: 100, network: { hidden: [16] } }
  const summary = await train({ agent, env: 'CartPole', ...quick }, { out, onEvent: ({ kind }) => void seen.add(kind) })
  expect(summary).toMatchObject({ status: 'finished', steps: 300, run: out })
  expect([...seen]).toEqual(expect.arrayContaining(['progress', 'metrics', 'evaluation', 'checkpoint', 'phase']))
  expect((await evaluate(out, { episodes: 3 })).returns).toHaveLength(3)
  expect(await resume(out, { steps: 400 })).toMatchObject({ status: 'finished', steps: 400 })
  expect(compare([out]).groups.map(({ name }) => name)).toEqual(['dqn'])
  await expect(train({ agent: { name: 'dqn', learningRat: 1 }, env: 'CartPole' })).rejects.toThrow(/"learningRate"/)
}, 60_000)

test('a signal saves and ends a run, of a model too', async () => {
  const out = join(temporaryFolder(), 'run')
  const stop = new AbortController()
  const dataset = { name: 'house-numbers', train: 60, validation: 5, test: 5 }
  const summary = await train(
    { model: { name: 'gan', batchSize: 10 }, dataset, steps: 10_000, samples: { count: 4 } },
    { out, signal: stop.signal, onEvent: ({ kind }) => kind === 'metrics' && stop.abort() },
  )
  expect(summary.status).toBe('stopped')
  expect(existsSync(join(out, 'checkpoints', String(summary.steps)))).toBe(true)
}, 60_000)
