import { setTimeout as sleep } from 'node:timers/promises'
import { createRng } from '../../core/rng.ts'
import { usageError } from '../../core/errors.ts'
import type { Agent } from '../../agents/types.ts'
import { makeVector } from '../../envs/index.ts'
import type { EnvSpec } from '../../envs/types.ts'
import { openEngine } from '../../engine/index.ts'
import { readKeys } from '../../render/index.ts'
import { buildAgent } from '../run/build.ts'
import { resolveConfig } from '../run/config.ts'
import { openRun } from '../run/open.ts'
import { rollout } from '../run/rollout.ts'
import type { EvaluateOptions } from '../run/types.ts'
import { openWatch } from '../watch/index.ts'
import { note, servePage, type PageOptions } from './serve-page.ts'
import { openTerminalStage, sparkline, type TerminalStage } from './terminal-stage.ts'

interface WatchArgs extends EvaluateOptions, PageOptions {
  /** Run folders. */
  readonly run?: readonly string[]
  readonly agent?: string
  readonly env?: string
  /** Settings of an untrained agent. */
  readonly set?: readonly string[]
  readonly terminal: boolean
  readonly seed: number
}

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const options = args as unknown as WatchArgs
  if (options.set !== undefined && options.agent === undefined)
    throw usageError('--set is for an untrained agent, with --agent and --env; a run is watched as it was trained.')
  if (!options.terminal) {
    const { run: runs = [], set: sets = [], ...rest } = options
    return servePage(options, () => openWatch({ ...rest, runs, sets, note }))
  }
  if ((options.run?.length ?? 0) > 1) throw usageError('The terminal shows one run; leave --terminal out for curves.')
  const stage = openTerminalStage()
  let close: (() => void) | undefined
  try {
    const opened = await openPlayer(options)
    close = opened.close
    await play(opened.agent, opened.env, options.seed, stage)
  } finally {
    close?.()
    stage.close()
  }
}

/** A run's agent, or an untrained one. */
async function openPlayer(options: WatchArgs): Promise<{ agent: Agent; env: EnvSpec; close(): void }> {
  const [folder] = options.run ?? []
  if (folder !== undefined) {
    const opened = await openRun(folder, options)
    return { agent: opened.agent, env: opened.env, close: opened.close }
  }
  if (options.agent === undefined || options.env === undefined)
    throw usageError('Watch what? Expected a run folder, or --agent and --env.')
  const config = await resolveConfig({
    agent: options.agent,
    env: options.env,
    sets: options.set ?? [],
    flags: { seed: options.seed, engine: options.engine },
  })
  const engine = await openEngine({ engine: config.engine })
  const env = await makeVector(config.env, { lanes: 1 })
  const agent = await buildAgent(config, engine, env)
  env.close()
  return { agent, env: config.env, close: () => engine.dispose() }
}

/** Keys: space pauses, → steps, + and − change the speed, n begins the next episode, q leaves. */
async function play(agent: Agent, spec: EnvSpec, seed: number, stage: TerminalStage): Promise<void> {
  const env = await makeVector(spec, { lanes: 1, autoreset: 'disabled' })
  const rng = createRng(seed, 'watch')
  env.reset({ seed: rng.stream('env').uint32() })
  const steps = rollout(env, agent.actor(1, 'evaluate', rng.stream('actor')))
  let [paused, single, skip, leaving, speed] = [false, false, false, false, 1]
  const release = readKeys((key) => {
    if (key === 'q' || key === 'ctrl-c') leaving = true
    if (key === 'space') paused = !paused
    if (key === 'right' || key === 's') [paused, single] = [true, true]
    if (key === '+' || key === '=') speed = Math.min(16, speed * 2)
    if (key === '-') speed = Math.max(0.125, speed / 2)
    if (key === 'n') skip = true
  })
  const returns: number[] = []
  let [step, reward, total, ended] = [0, 0, 0, false]
  try {
    while (!leaving) {
      const scene = env.render()
      const q = agent.explain(env.observations()).q
      const chosen = q === undefined ? undefined : q.indexOf(Math.max(...q))
      const line = ` ${spec.id}  step ${step}  return ${Number(total.toFixed(2))}  ${sparkline(returns)}  ×${speed}${paused ? '  paused' : ''}`
      const keys = ' space pause · → step · + − speed · n next · q quit'
      const overlay = { step, reward, return: total, ...(q && { q }), ...(chosen !== undefined && { chosen }) }
      await stage.draw(scene, overlay, line, keys)
      await sleep(paused ? 30 : 1000 / ((scene.fps ?? 30) * speed))
      if (paused && !single && !skip) continue
      single = false
      if (ended || skip) {
        if (ended) returns.push(total)
        if (ended) env.resetLanes(Uint8Array.of(1))
        else env.reset()
        ;[step, reward, total, ended, skip] = [0, 0, 0, false, false]
        continue
      }
      const { result } = steps.next().value
      step++
      reward = result.reward[0]!
      total += reward
      ended = result.episodes.length > 0
    }
  } finally {
    release()
    env.close()
  }
}
