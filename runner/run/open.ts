import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, RingsideError, usageError } from '../../core/errors.ts'
import type { Agent } from '../../agents/types.ts'
import { openEngine } from '../../engine/index.ts'
import type { Engine, EngineOptions } from '../../engine/types.ts'
import { makeVector, withStatistics } from '../../envs/index.ts'
import type { EnvSpec } from '../../envs/types.ts'
import { buildAgent, type Made } from './build.ts'
import { openCheckpoints, type Checkpoints } from './checkpoint.ts'
import { recordKeys } from './config-layers.ts'
import { evaluate } from './evaluation.ts'
import { assertRunFolder } from './folder.ts'
import { unpackPolicy } from './policy.ts'
import { changedCode, withFoundPaths, type OwnCode } from './own-code.ts'
import { isModelConfig } from './kinds/is-model.ts'
import type { AnyRunConfig, EvaluateOptions, Evaluation, RunConfig } from './types.ts'

/**
 * config.json, taken apart into what decides the numbers and how it was made. Paths of the user's files are found from here, or
 * from where the run began.
 */
export function readRunConfig(folder: string): { config: AnyRunConfig; made: Made; code: OwnCode | undefined } {
  assertRunFolder(folder)
  const path = join(folder, 'config.json')
  try {
    const all = JSON.parse(readFileSync(path, 'utf8')) as Record<string, unknown>
    const config = Object.fromEntries(
      Object.entries(all).filter(([key]) => !(recordKeys as readonly string[]).includes(key)),
    )
    const code = (all['made'] as Made | undefined)?.code
    return { config: withFoundPaths(config as unknown as AnyRunConfig, code), made: all['made'] as Made, code }
  } catch (error) {
    throw new RingsideError(`The run's "${path}" cannot be read: ${messageOf(error)}`)
  }
}

/** The config of an agent's run. Throws a usage error for that of a model. */
export function readAgentConfig(folder: string): RunConfig {
  const { config, code } = readRunConfig(folder)
  if (isModelConfig(config))
    throw usageError(
      `"${folder}" is a run of the model ${config.model.name}, and this is for agents. Pictures of it: ringside sample ${folder}`,
    )
  for (const change of changedCode(config, code)) process.emitWarning(change, 'RingsideWarning')
  return config
}

/** A run that is there, its agent loaded from one of its checkpoints: what evaluating, watching and recording start from. */
export interface OpenedRun {
  readonly folder: string
  readonly config: RunConfig
  /** What to play in: the run's environment, its wrappers with the checkpoint's statistics, which nothing changes. */
  readonly env: EnvSpec
  readonly engine: Engine
  readonly agent: Agent
  /** Step of the checkpoint that was loaded. */
  readonly step: number
  close(): void
}

/** `checkpoint`: `best` (the default; the newest where no evaluation chose one), `last`, or a step. */
export async function openRun(
  folder: string,
  options: Pick<EvaluateOptions, 'checkpoint' | 'engine' | 'device' | 'threads'> = {},
): Promise<OpenedRun> {
  const config = readAgentConfig(folder)
  const checkpoints = openCheckpoints(folder, config.checkpoint.keep)
  const step = chooseCheckpoint(checkpoints, options.checkpoint ?? 'best', folder)
  const policy = unpackPolicy(checkpoints.readPolicy(step))
  const engine = await openEngine({
    engine: (options.engine ?? config.engine) as NonNullable<EngineOptions['engine']>,
    device: options.device ?? config.device,
    threads: options.threads ?? config.threads,
  })
  try {
    const env = await makeVector(config.env, { lanes: 1, autoreset: 'same-step' })
    const agent = await buildAgent(config, engine, env)
    env.close()
    agent.restore(policy.agent)
    return {
      folder,
      config,
      env: withStatistics(config.env, policy.statistics),
      engine,
      agent,
      step,
      close() {
        agent.dispose?.()
        engine.dispose()
      },
    }
  } catch (error) {
    engine.dispose()
    throw error
  }
}

/** Plays `episodes` (100 by default) with a checkpoint of a run; seed 0 unless given, never training's own seeds. */
export async function evaluateRun(
  folder: string,
  options: EvaluateOptions = {},
): Promise<Evaluation & { step: number }> {
  const opened = await openRun(folder, options)
  try {
    const result = await evaluate({
      agent: opened.agent,
      env: opened.env,
      episodes: options.episodes ?? opened.config.score.episodes,
      seed: options.seed ?? 0,
      purpose: 'evaluate',
    })
    return { ...result, step: opened.step }
  } finally {
    opened.close()
  }
}

export function chooseCheckpoint(checkpoints: Checkpoints, wanted: string, folder: string): number {
  const steps = checkpoints.steps()
  const last = steps.at(-1)
  if (last === undefined) throw new RingsideError(`The run "${folder}" has no checkpoint yet.`)
  if (wanted === 'last') return last
  if (wanted === 'best') return checkpoints.bestStep() ?? last
  const step = Number(wanted)
  if (!steps.includes(step)) {
    throw usageError(
      `The run "${folder}" keeps no checkpoint "${wanted}"; expected best, last or one of ${steps.join(', ')}.`,
    )
  }
  return step
}
