import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createRng } from '../../core/rng.ts'
import { RingsideError } from '../../core/errors.ts'
import { compareRuns } from '../report/compare.ts'
import { writeComparison } from '../report/write-comparison.ts'
import { resolveConfig } from '../run/config.ts'
import { startRun } from '../run/session.ts'
import type { Bench } from './types.ts'

const scratch = (): string => mkdtempSync(join(tmpdir(), 'ringside-bench-'))

/** Steps of the run that is cut. */
const cutAt = 2_000
const longestWait = 60_000

/** A run of DQN on CartPole that was stopped, with a row of metrics at every step so that the first new one is seen. */
async function cutRun(): Promise<string> {
  const sets = ['log.every=1', 'checkpoint.every=1000000', 'evaluation.every=1000000', 'learningStarts=1000']
  const config = await resolveConfig({ agent: 'dqn', env: 'CartPole-v1', sets, flags: { steps: 1_000_000 } })
  const run = await startRun({ config, out: join(scratch(), 'run') })
  for await (const event of run.events()) if (event.kind === 'metrics' && event.step >= cutAt) run.stop()
  return run.folder
}

/** Seconds from the command to its first new step on disk; the process is killed then, and leaves the run as it was. */
async function secondsToResume(run: string): Promise<number> {
  const main = fileURLToPath(new URL('../cli/main.js', import.meta.url))
  const rows = (): string => readFileSync(join(run, 'metrics.csv'), 'utf8')
  const stepOf = (text: string): number => Number.parseInt(text.trimEnd().split('\n').at(-1) ?? '', 10)
  // Rows of an earlier round lie beyond the checkpoint: the first thing a resume does is to drop them.
  const lines = rows().split('\n')
  const kept = lines.filter((line, i) => i === 0 || Number.parseInt(line, 10) <= cutAt)
  writeFileSync(join(run, 'metrics.csv'), `${kept.join('\n')}\n`)
  const before = stepOf(rows())
  const began = performance.now()
  const child = spawn(process.execPath, [main, 'train', '--resume', run, '--quiet'], { stdio: 'ignore' })
  const ended = new Promise((resolve) => child.once('exit', resolve))
  try {
    while (!(stepOf(rows()) > before)) {
      if (child.exitCode !== null || performance.now() - began > longestWait)
        throw new RingsideError('The run could not be resumed.')
      await sleep(2)
    }
    return (performance.now() - began) / 1000
  } finally {
    child.kill('SIGKILL')
    await ended
  }
}

/** Folders of finished runs as `compare` reads them, with scores and curves by chance. */
async function finishedRuns(count: number): Promise<string> {
  const folder = scratch()
  const rng = createRng(0, 'bench')
  const agents = ['dqn', 'double-dqn', 'rainbow', 'c51', 'iqn']
  const envs = ['CartPole-v1', 'Acrobot-v1', 'LunarLander-v3', 'MountainCar-v0']
  for (let i = 0; i < count; i++) {
    const [agent, env] = [agents[i % agents.length]!, envs[Math.floor(i / agents.length) % envs.length]!]
    const config = await resolveConfig({ agent, env, flags: { seed: i, steps: 50_000 } })
    const score = rng.uniform(-200, 200)
    const returns = Array.from({ length: 10 }, () => rng.uniform(-200, 200))
    const lengths = returns.map(() => 200)
    const evaluations = Array.from({ length: 50 }, (_, k) => ({
      ...{ step: (k + 1) * 1000, meanReturn: rng.uniform(-200, 200), standardDeviation: 10 },
      ...{ returns, lengths },
    }))
    const run = join(folder, String(i))
    mkdirSync(run)
    const write = (name: string, value: unknown): void => writeFileSync(join(run, name), JSON.stringify(value))
    write('config.json', { ringside: '0', ...config })
    write('summary.json', { status: 'finished', score, bestScore: score, seconds: 30, stepsPerSecond: 2_000 })
    write('evaluations.json', evaluations)
  }
  return folder
}

export const runBenches: readonly Bench[] = [
  {
    name: 'resume',
    title: 'resuming a DQN on CartPole, from the command to its first new step',
    unit: 'call',
    limit: 2,
    peers: [],
    rounds: 1,
    async prepare() {
      const run = await cutRun()
      return () => secondsToResume(run)
    },
  },
  {
    name: 'compare',
    title: 'comparing 200 runs of five agents in four environments, with plots and files',
    unit: 'call',
    limit: 5,
    peers: [],
    rounds: 1,
    async prepare() {
      const runs = await finishedRuns(200)
      const out = join(scratch(), 'comparison')
      return async () => {
        const began = performance.now()
        await writeComparison(out, compareRuns([runs]), true)
        return (performance.now() - began) / 1000
      }
    },
  },
]
