import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Bench } from './types.ts'

const script = fileURLToPath(new URL('./logging-process.js', import.meta.url))

/** Seconds a step of one training: in all, and in acting, stepping and learning alone. */
interface Measured {
  readonly all: number
  readonly training: number
}

async function measured(): Promise<Measured> {
  const { stdout } = await promisify(execFile)(process.execPath, [script])
  return JSON.parse(stdout) as Measured
}

/** The training parts of runs whose whole has been told: both of one run, since between two runs more differs than logs cost. */
const told: number[] = []

export const loggingBench: Bench = {
  name: 'logging',
  title: 'a DQN training on CartPole with its logs, trackers and progress',
  unit: 'step',
  peers: [],
  own: {
    name: 'its acting, stepping and learning',
    target: 1.03,
    prepare: () => Promise.resolve(async () => told.pop() ?? (await measured()).training),
  },
  rounds: 2,
  prepare: () =>
    Promise.resolve(async () => {
      const { all, training } = await measured()
      told.push(training)
      return all
    }),
}
