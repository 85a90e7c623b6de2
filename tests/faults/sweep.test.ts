import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Manifest } from '../../runner/scale/manifest.ts'
import { main, ringside, temporaryFolder } from '../runner/cli/run-cli.ts'

const folder = temporaryFolder()
const fileOf = (name: string, sweep: object): string => {
  const path = join(folder, `${name}.yaml`)
  writeFileSync(path, JSON.stringify(sweep))
  return path
}
const quick = { 'film.maxSteps': 0, 'score.episodes': 2, 'evaluation.episodes': 1, learningStarts: 100 }
const manifestOf = (out: string): Manifest => JSON.parse(readFileSync(join(out, 'sweep.json'), 'utf8')) as Manifest

test('a sweep that is killed goes on where it was, and ends in a comparison', async () => {
  const out = join(folder, 'cut')
  const file = fileOf('cut', {
    agent: 'dqn',
    env: 'CartPole-v1',
    seeds: 2,
    set: { ...quick, steps: 1500 },
    over: { double: [true, false] },
  })
  const args = ['sweep', file, '--out', out, '--workers', '2']
  const child = spawn(process.execPath, [main, ...args], { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  while (!existsSync(join(out, 'sweep.json')) || !manifestOf(out).trials.some(({ status }) => status === 'done'))
    await sleep(20)
  const second = ringside(args)
  expect(second.status).toBe(1)
  expect(second.stderr).toMatch(/in use by process/)
  child.kill('SIGKILL')
  await ended
  const before = manifestOf(out)
  expect(before.trials.some(({ status }) => status === 'running' || status === 'waiting')).toBe(true)

  const { stdout, stderr, status } = ringside([...args, '--json'])
  expect(stderr).toBe('')
  expect(status).toBe(0)
  const { trials, comparison } = JSON.parse(stdout) as {
    trials: Manifest['trials']
    comparison: { groups: { runs: number }[] }
  }
  expect(trials.every((trial) => trial.status === 'done' && trial.steps === 1500 && trial.score !== null)).toBe(true)
  expect(comparison.groups.map(({ runs }) => runs)).toEqual([2, 2])
  // What was done was not done again.
  for (const trial of before.trials.filter((one) => one.status === 'done'))
    expect(trials.find(({ id }) => id === trial.id)).toEqual(trial)
  expect(existsSync(join(out, 'comparison', 'comparison.html'))).toBe(true)

  const other = fileOf('other', { agent: 'c51', env: 'CartPole-v1' })
  const refused = ringside(['sweep', other, '--out', out])
  expect(refused.status).toBe(2)
  expect(refused.stderr).toMatch(/holds a sweep of another file/)
}, 120_000)

test('a halving that is interrupted on its second rung drops the worse ones; a run that fails is told and costs the others nothing', async () => {
  const out = join(folder, 'halving')
  // It ends with its third evaluation, which is past the first rung.
  const breaking = join(folder, 'breaking.mjs')
  writeFileSync(
    breaking,
    `export default ({ config }) => ({ every: 100, onStep(step) { if (config.agent.gamma === 0.5 && step > 200) throw new Error('broken on purpose') } })`,
  )
  const file = fileOf('halving', {
    agent: 'dqn',
    env: 'CartPole-v1',
    set: { ...quick, steps: 1200, callbacks: [breaking] },
    over: { gamma: [0.5, 0.9], learningRate: { from: 1e-4, to: 1e-3, scale: 'log' } },
    search: { kind: 'halving', count: 4, start: 400, factor: 2, seed: 3 },
  })
  const args = ['sweep', file, '--out', out, '--workers', '2']
  const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'pipe', 'ignore'] })
  let stdout = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text))
  const ended = new Promise((resolve) => child.once('close', resolve))
  const isPast = ({ status, budget }: Manifest['trials'][number]): boolean => status === 'running' && budget === 800
  while (!existsSync(join(out, 'sweep.json')) || !manifestOf(out).trials.some(isPast)) await sleep(20)
  child.kill('SIGINT')
  expect(await ended).toBe(1)
  expect(stdout).toMatch(/Stopped and saved\. Go on with: npx ringside sweep/)
  expect(manifestOf(out).trials.some(({ status }) => status === 'running')).toBe(false)

  const { status } = ringside(args)
  // What failed on the first rung stays failed: the halving has gone on without it.
  expect(status).toBe(1)
  const { trials } = manifestOf(out)
  const broken = trials.filter(({ chosen }) => chosen['gamma'] === 0.5)
  const whole = trials.filter(({ chosen }) => chosen['gamma'] === 0.9)
  expect(broken.length).toBeGreaterThan(0)
  expect(whole.length).toBeGreaterThan(0)
  for (const trial of broken)
    expect(trial).toMatchObject({ attempts: 2, error: expect.stringMatching(/broken on purpose/) as string })
  expect(whole.filter((trial) => trial.status === 'done')).toHaveLength(1)
  expect(whole.find((trial) => trial.status === 'done')).toMatchObject({ steps: 1200 })
  for (const trial of whole.filter((one) => one.status === 'dropped')) expect([400, 800]).toContain(trial.steps)
  expect(stdout).toMatch(/failed, is tried again.*broken on purpose/)
}, 120_000)
