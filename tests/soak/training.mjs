// Trains for long and watches the memory of the process: once the replay is full it stays as it is.
//
//     node tests/soak/training.mjs [--minutes 60]
import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'

const { values } = parseArgs({ options: { minutes: { type: 'string' } } })
const seconds = 60 * Number(values.minutes ?? 60)
if (process.platform !== 'linux') {
  console.log('skipped: memory is read from /proc, which this system has not')
  process.exit(0)
}
const folder = mkdtempSync(join(tmpdir(), 'ringside-soak-'))
// Everything that a run does again and again: evaluations, checkpoints, rows of metrics, episodes, a prioritized replay.
const settings = [
  `budget.seconds=${seconds}`,
  'replayCapacity=20000',
  'evaluation={every: 10000, episodes: 3}',
  'checkpoint.every=5000',
  'log.every=500',
  'score.episodes=3',
]
const args = [
  'train',
  'rainbow',
  'MinAtar/Breakout-v1',
  '--steps',
  '1000000000',
  '--quiet',
  '--out',
  join(folder, 'run'),
]
const child = spawn(
  process.execPath,
  ['dist/runner/cli/main.js', ...args, ...settings.flatMap((set) => ['--set', set])],
  { stdio: ['ignore', 'ignore', 'inherit'] },
)
const ended = new Promise((done) => child.once('exit', done))
const began = performance.now()
const samples = []
while (performance.now() - began < seconds * 1000 - 2000 && child.exitCode === null) {
  await sleep(Math.min(10_000, (seconds * 1000) / 60))
  try {
    const rss = Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1]) / 1024
    if (Number.isFinite(rss)) samples.push(rss)
  } catch {
    break
  }
}
const status = await ended
const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1]
const [second, last] = [samples.slice(samples.length / 4, samples.length / 2), samples.slice((3 * samples.length) / 4)]
const summary = status === 0 ? JSON.parse(readFileSync(join(folder, 'run', 'summary.json'), 'utf8')) : undefined
rmSync(folder, { recursive: true, force: true })
console.log(
  `${(seconds / 60).toFixed(1)} minutes, ${summary?.steps} steps: ${median(second).toFixed(0)} MiB in the second quarter, ` +
    `${median(last).toFixed(0)} in the last; most ${Math.max(...samples).toFixed(0)}`,
)
if (status !== 0) throw new Error(`The training ended with ${status}.`)
if (median(last) > 1.1 * median(second)) throw new Error('Memory grew.')
