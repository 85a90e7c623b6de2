import { usageError } from '../../core/errors.ts'
import type { Agent } from '../../agents/types.ts'
import { makeVector } from '../../envs/index.ts'
import type { EnvSpec } from '../../envs/types.ts'
import { openEngine } from '../../engine/index.ts'
import { buildAgent } from '../run/build.ts'
import { resolveConfig } from '../run/config.ts'
import { openRun } from '../run/open.ts'
import type { EvaluateOptions } from '../run/types.ts'
import { openWatch } from '../watch/index.ts'
import { note, servePage, type PageOptions } from './serve-page.ts'
import { openTerminalStage, toldReturns } from './terminal-stage.ts'
import { watchInTerminal } from './watch-terminal.ts'

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
  let told = ''
  try {
    const opened = await openPlayer(options)
    close = opened.close
    told = toldReturns(await watchInTerminal(opened.agent, opened.env, options.seed, stage))
  } finally {
    close?.()
    stage.close()
  }
  process.stdout.write(told)
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
