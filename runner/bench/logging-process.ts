/** A training as users run it, in a process of its own: prints its seconds a step, and those of acting, stepping and learning alone. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { resolveConfig } from '../run/config.ts'
import { startRun } from '../run/session.ts'

/** That are timed: the first half of a training, in which no evaluation or checkpoint falls. */
const steps = 20_000

const sets = ['evaluation.every=1000000', 'checkpoint.every=1000000', 'film.maxSteps=0', 'score.episodes=1']
const config = await resolveConfig({ agent: 'dqn', env: 'CartPole-v1', sets, flags: { steps: 2 * steps } })
const folder = mkdtempSync(join(tmpdir(), 'ringside-bench-'))
const run = await startRun({ config, out: join(folder, 'run') })
const events = run.events()
let all = 0
let next = await events.next()
for (const began = performance.now(); next.done !== true; next = await events.next()) {
  if (next.value.kind !== 'metrics' || next.value.step < steps) continue
  all = (performance.now() - began) / 1000
  run.stop()
}
const { act = 0, envStep = 0, observe = 0, learn = 0 } = next.value.timings
rmSync(folder, { recursive: true })
process.stdout.write(JSON.stringify({ all: all / steps, training: (act + envStep + observe + learn) / steps }))
