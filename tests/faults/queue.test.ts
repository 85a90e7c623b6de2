import { spawn, spawnSync, type ChildProcess } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { Manifest } from '../../runner/scale/manifest.ts'
import { main, ringside, temporaryFolder } from '../runner/cli/run-cli.ts'

const folder = temporaryFolder()
const hasRedis = spawnSync('redis-server', ['--version']).status === 0
if (!hasRedis) console.log('sweeps over a queue skipped: there is no redis-server here')
const quick = { 'film.maxSteps': 0, 'score.episodes': 2, 'evaluation.episodes': 1, learningStarts: 100 }
const manifestOf = (out: string): Manifest => JSON.parse(readFileSync(join(out, 'sweep.json'), 'utf8')) as Manifest

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe.skipIf(!hasRedis)('a sweep over a queue', () => {
  let redis: ChildProcess
  let url: string
  beforeAll(async () => {
    const port = await freePort()
    url = `redis://127.0.0.1:${port}`
    redis = spawn('redis-server', ['--port', String(port), '--save', '', '--dir', folder], { stdio: 'ignore' })
    await vi.waitFor(
      () =>
        new Promise<void>((resolve, reject) => {
          const socket = connect(port, '127.0.0.1', () => resolve(void socket.destroy()))
          socket.on('error', reject)
        }),
      { timeout: 10_000 },
    )
  })
  afterAll(() => void redis?.kill('SIGKILL'))

  const fileOf = (name: string, more: object): string => {
    const path = join(folder, `${name}.yaml`)
    writeFileSync(path, JSON.stringify({ agent: 'dqn', env: 'CartPole-v1', ...more }))
    return path
  }
  /** A process of the sweep, its output and its end. */
  const start = (args: readonly string[]) => {
    const child = spawn(process.execPath, [main, 'sweep', ...args, '--queue', url], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    child.stdout.on('data', (text) => (said += String(text)))
    child.stderr.on('data', (text) => (said += String(text)))
    const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
    return { child, ended, said: () => said }
  }

  test('is worked on by whoever joins; a worker and then the leader are killed, and nothing is lost', async () => {
    const out = join(folder, 'killed')
    const set = { ...quick, steps: 2500, 'checkpoint.every': 500 }
    const file = fileOf('killed', { seeds: 2, set, over: { double: [true, false] } })
    const leader = start([file, '--out', out, '--workers', '0'])
    await vi.waitFor(() => expect(manifestOf(out).trials.length).toBe(4), { timeout: 20_000 })
    const lost = start([file, '--out', out, '--workers', '2', '--join'])
    await vi.waitFor(() => expect(manifestOf(out).trials.filter(({ status }) => status === 'running').length).toBe(2), {
      timeout: 30_000,
    })
    lost.child.kill('SIGKILL')
    await lost.ended
    leader.child.kill('SIGKILL')
    await leader.ended

    const joined = start([file, '--out', out, '--workers', '1', '--join'])
    const again = start([file, '--out', out, '--workers', '1', '--json'])
    expect([await again.ended, again.said()]).toEqual([0, expect.stringContaining('"comparison"')])
    const { trials } = JSON.parse(again.said()) as { trials: Manifest['trials'] }
    expect(trials.map(({ status, steps, error }) => [status, steps, error])).toEqual(
      trials.map(() => ['done', 2500, null]),
    )
    expect([await joined.ended, joined.said()]).toEqual([0, expect.stringMatching(/done/)])
    // What was trained so is what is trained alone.
    const alone = join(folder, 'alone')
    const sets = Object.entries({ ...quick, 'checkpoint.every': 500, double: true }).flatMap(([key, value]) => [
      '--set',
      `${key}=${value}`,
    ])
    ringside(['train', 'dqn', 'CartPole-v1', '--seed', '0', '--steps', '2500', '--out', alone, ...sets])
    const one = trials.find(({ seed, chosen }) => seed === 0 && Object.values(chosen)[0] === true)!
    expect(readFileSync(join(out, 'runs', one.id, 'episodes.csv'), 'utf8')).toBe(
      readFileSync(join(alone, 'episodes.csv'), 'utf8'),
    )
  }, 240_000)

  test('a worker that is asked to leave saves its run, and another one goes on with it', async () => {
    const out = join(folder, 'left')
    const file = fileOf('left', { set: { ...quick, steps: 6000, learningStarts: 200 } })
    const leader = start([file, '--out', out, '--workers', '0', '--json'])
    await vi.waitFor(() => expect(manifestOf(out).trials.length).toBe(1), { timeout: 20_000 })
    const first = start([file, '--out', out, '--workers', '1', '--join'])
    await vi.waitFor(() => expect(first.said()).toMatch(/begins/), { timeout: 30_000 })
    await sleep(1500)
    first.child.kill('SIGINT')
    expect([await first.ended, first.said()]).toEqual([1, expect.stringMatching(/stopped/)])
    const second = start([file, '--out', out, '--workers', '1', '--join'])
    expect([await leader.ended, leader.said()]).toEqual([0, expect.stringContaining('"done"')])
    expect([await second.ended, second.said()]).toEqual([0, expect.stringMatching(/done/)])
  }, 120_000)
})

test('what is no queue is refused in words', () => {
  const file = join(folder, 'refused.yaml')
  writeFileSync(file, JSON.stringify({ agent: 'dqn', env: 'CartPole-v1', set: { ...quick, steps: 200 } }))
  const refused = (...args: string[]) => {
    const { status, stderr } = ringside(['sweep', file, '--out', join(folder, 'refused'), ...args])
    return [status, stderr]
  }
  expect(refused('--queue', 'head:6379')).toEqual([2, expect.stringMatching(/--queue expects redis:\/\/host:port/)])
  expect(refused('--join')).toEqual([2, expect.stringMatching(/--join expects --queue/)])
  expect(refused('--queue', 'redis://127.0.0.1:1', '--join')).toEqual([
    2,
    expect.stringMatching(/sweep that has begun/),
  ])
  expect(refused('--queue', 'redis://:secret@127.0.0.1:1')).toEqual([
    1,
    expect.stringMatching(/Redis at redis:\/\/:…@127.0.0.1:1 does not answer: .*ECONNREFUSED/),
  ])
}, 60_000)
