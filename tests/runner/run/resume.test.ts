import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { main, ringside, temporaryFolder } from '../cli/run-cli.ts'

const folder = temporaryFolder()
const settings = [
  '--seed',
  '4',
  '--steps',
  '3000',
  '--set',
  'film.maxSteps=0',
  '--set',
  'score.episodes=5',
  '--set',
  'learningStarts=200',
  '--set',
  'evaluation={every: 500, episodes: 3}',
  '--set',
  'checkpoint.every=200',
]
const train = (out: string): string[] => ['train', 'double-dqn', 'CartPole-v1', '--out', out, '--json', ...settings]

/** All that a run leaves which no clock has touched. */
function results(run: string): Record<string, unknown> {
  const without = (path: string, column: string): string[] => {
    const rows = readFileSync(join(run, path), 'utf8')
      .split('\n')
      .map((line) => line.split(','))
    const at = rows[0]!.indexOf(column)
    return rows.map((cells) => cells.filter((_, i) => i !== at).join())
  }
  const { score, bestScore, bestStep, steps, episodes } = JSON.parse(
    readFileSync(join(run, 'summary.json'), 'utf8'),
  ) as Record<string, unknown>
  const last = readdirSync(join(run, 'checkpoints')).sort((a, b) => Number(a) - Number(b))
  const manifest = JSON.parse(readFileSync(join(run, 'checkpoints', last.at(-1)!, 'manifest.json'), 'utf8')) as {
    files: Record<string, string>
    segments: string[]
  }
  return {
    score,
    bestScore,
    bestStep,
    steps,
    episodes,
    checkpoints: last,
    policy: manifest.files['policy.bin'],
    segments: manifest.segments,
    metrics: without('metrics.csv', 'seconds'),
    episodesCsv: readFileSync(join(run, 'episodes.csv'), 'utf8'),
    evaluations: readFileSync(join(run, 'evaluations.json'), 'utf8'),
  }
}

test('a run killed at any moment and resumed ends bit-identical to one that was not', async () => {
  const whole = join(folder, 'whole')
  expect(ringside(train(whole)).status).toBe(0)
  const cut = join(folder, 'cut')
  let kills = 0
  for (const wait of [500, 700, 900]) {
    const args = existsSync(join(cut, 'config.json')) ? ['train', '--resume', cut, '--json'] : train(cut)
    const child = spawn(process.execPath, [main, ...args], { stdio: 'ignore' })
    const ended = new Promise((resolve) => child.once('exit', resolve))
    // Not before the folder is there: a kill during start-up leaves nothing to resume.
    while (!existsSync(join(cut, 'config.json')) && child.exitCode === null) await sleep(10)
    await sleep(wait)
    if (child.kill('SIGKILL')) kills++
    await ended
  }
  expect(kills).toBeGreaterThan(0)
  const last = ringside(['train', '--resume', cut, '--json'])
  expect(last.stderr).toBe('')
  expect(last.status).toBe(0)
  expect(results(cut)).toEqual(results(whole))
}, 120_000)

test('lanes in worker threads end as lanes in one thread do, cut and resumed or not', () => {
  const [sync, workers] = [join(folder, 'sync-lanes'), join(folder, 'worker-lanes')]
  const lanes = ['--lanes', '3']
  expect(ringside([...train(sync), ...lanes]).status).toBe(0)
  const threads = ['--set', 'vectorMode=workers', '--set', 'workers=2']
  expect(ringside([...train(workers), ...lanes, ...threads]).status).toBe(0)
  expect(results(workers)).toEqual(results(sync))
  rmSync(join(workers, 'checkpoints', '3000'), { recursive: true })
  rmSync(join(workers, 'summary.json'))
  const { stdout, status } = ringside(['train', '--resume', workers])
  expect(stdout).toMatch(/from step 2,/)
  expect(status).toBe(0)
  expect(results(workers)).toEqual(results(sync))
}, 60_000)

test('Ctrl-C saves and leaves within two seconds, and the resumed end is the same', async () => {
  const run = join(folder, 'interrupted')
  const child = spawn(process.execPath, [main, ...train(run)], { stdio: 'ignore' })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  while (!existsSync(join(run, 'config.json'))) await sleep(10)
  await sleep(600)
  const at = performance.now()
  child.kill('SIGINT')
  expect(await ended).toBe(1)
  expect(performance.now() - at).toBeLessThan(2000)
  expect((JSON.parse(readFileSync(join(run, 'summary.json'), 'utf8')) as { status: string }).status).toBe('stopped')
  expect(ringside(['train', '--resume', run, '--json']).status).toBe(0)
  // The stop left one more checkpoint on the way; all that counts is the same.
  const { checkpoints: _, ...rest } = results(run)
  expect(results(join(folder, 'whole'))).toMatchObject(rest)
}, 120_000)

test('a damaged newest checkpoint is passed over, and said so', () => {
  const run = join(folder, 'damaged')
  expect(ringside([...train(run), '--set', 'checkpoint.keep=2']).status).toBe(0)
  const steps = readdirSync(join(run, 'checkpoints'))
    .map(Number)
    .sort((a, b) => a - b)
  const file = join(run, 'checkpoints', String(steps.at(-1)), 'training.bin')
  const bytes = readFileSync(file)
  bytes[bytes.length >> 1]! ^= 1
  writeFileSync(file, bytes)
  const { status, stdout } = ringside(['train', '--resume', run, '--steps', '3400'])
  expect(stdout).toMatch(/passed over.*SHA-256/s)
  expect(status).toBe(0)
}, 60_000)
