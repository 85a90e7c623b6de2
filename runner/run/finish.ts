import { setImmediate as nextTick } from 'node:timers/promises'
import { join } from 'node:path'
import { messageOf } from '../../core/errors.ts'
import type { Agent } from '../../agents/types.ts'
import type { Engine } from '../../engine/types.ts'
import { withStatistics } from '../../envs/index.ts'
import type { VectorEnv } from '../../envs/types.ts'
import { buildAgent } from './build.ts'
import type { Checkpoints } from './checkpoint.ts'
import { evaluate } from './evaluation.ts'
import { filmEpisode } from './film.ts'
import type { RunLog } from './loggers/run-log.ts'
import { plotLearningCurve } from './learning-curve.ts'
import { unpackPolicy } from './policy.ts'
import type { RunConfig, RunEvent, Summary } from './types.ts'
import { makeFolder } from './files.ts'

export interface FinishParts {
  readonly folder: string
  readonly config: RunConfig
  readonly parts: { readonly engine: Engine; readonly env: VectorEnv; readonly agent: Agent }
  readonly checkpoints: Checkpoints
  readonly log: RunLog
  stopRequested(): boolean
}

/**
 * What a run leaves behind once training is over: its scores, its learning curve and a film of its best agent. Undefined
 * when a stop was requested on the way. A plot or film that fails is told and costs no score.
 */
export async function* finishAgentRun(finish: FinishParts): AsyncGenerator<RunEvent, Partial<Summary> | undefined> {
  const { folder, config, parts, checkpoints, log, stopRequested } = finish
  const scoring = {
    episodes: config.score.episodes,
    seed: config.seed,
    breathe: nextTick,
    stopRequested,
  }

  yield { kind: 'phase', phase: 'scoring' }
  const finalEnv = withStatistics(config.env, parts.env.statistics())
  const score = await evaluate({ ...scoring, env: finalEnv, agent: parts.agent, purpose: 'score' })
  if (score === undefined) return undefined
  const bestStep = checkpoints.bestStep()
  // The final agent is filmed where no evaluation chose a best one.
  let best: Agent | undefined
  let bestEnv = finalEnv
  try {
    let bestScore: number | null = null
    if (bestStep !== undefined) {
      best = await buildAgent(config, parts.engine, parts.env)
      const policy = unpackPolicy(checkpoints.readPolicy(bestStep))
      best.restore(policy.agent)
      bestEnv = withStatistics(config.env, policy.statistics)
      // Fresh seeds: the evaluation that chose the checkpoint was lucky more often than not.
      const fresh = await evaluate({ ...scoring, env: bestEnv, agent: best, purpose: 'best score' })
      if (fresh === undefined) return undefined
      bestScore = fresh.meanReturn
    }

    yield { kind: 'phase', phase: 'plotting' }
    try {
      await plotLearningCurve(folder, config, log.evaluations)
    } catch (error) {
      yield { kind: 'note', text: `The learning curve could not be drawn: ${messageOf(error)}` }
    }
    if (config.film.maxSteps > 0) {
      yield { kind: 'phase', phase: 'filming' }
      try {
        makeFolder(join(folder, 'media'))
        const film = { agent: best ?? parts.agent, env: bestEnv, seed: config.seed, maxSteps: config.film.maxSteps }
        await filmEpisode({ ...film, out: join(folder, 'media', 'episode.gif'), format: 'gif', overlay: true })
      } catch (error) {
        yield { kind: 'note', text: `The film could not be made: ${messageOf(error)}` }
      }
    }
    return { score: score.meanReturn, bestScore, bestStep: bestStep ?? null }
  } finally {
    best?.dispose?.()
  }
}
