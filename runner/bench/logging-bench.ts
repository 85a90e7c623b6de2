import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveConfig } from '../run/config.ts'
import { agentRun } from '../run/kinds/agent-run.ts'
import { startRun } from '../run/session.ts'
import type { RunConfig } from '../run/types.ts'
import type { Bench } from './types.ts'

/** That are timed: the first half of a training, in which no evaluation or checkpoint falls. */
const steps = 20_000

function configOf(): Promise<RunConfig> {
  const sets = ['evaluation.every=1000000', 'checkpoint.every=1000000', 'film.maxSteps=0', 'score.episodes=1']
  return resolveConfig({ agent: 'dqn', env: 'CartPole-v1', sets, flags: { steps: 2 * steps } })
}

/** CPU seconds a step of a training as users run it: rows of metrics, episodes, TensorBoard, progress. */
async function logged(): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'ringside-bench-'))
  const run = await startRun({ config: await configOf(), out: join(folder, 'run') })
  let began: NodeJS.CpuUsage | undefined
  let seconds = 0
  for await (const event of run.events()) {
    began ??= process.cpuUsage()
    if (event.kind !== 'metrics' || event.step < steps || seconds > 0) continue
    seconds = secondsOf(process.cpuUsage(began))
    run.stop()
  }
  rmSync(folder, { recursive: true })
  return seconds / steps
}

/** The same steps of the same agent, and nothing else. */
async function alone(): Promise<number> {
  const { experiment, close } = await agentRun.assemble(await configOf(), [])
  const began = process.cpuUsage()
  experiment.advance({ untilStep: steps, deadline: Infinity }, {})
  const used = secondsOf(process.cpuUsage(began)) / steps
  close()
  return used
}

function secondsOf({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1e6
}

export const loggingBench: Bench = {
  name: 'logging',
  title: 'CPU time of a DQN training on CartPole with its logs, trackers and progress',
  unit: 'step',
  peers: [],
  own: { name: 'its steps alone', target: 1.03, prepare: () => Promise.resolve(alone) },
  rounds: 1,
  prepare: () => Promise.resolve(logged),
}
