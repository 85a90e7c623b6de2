import { setImmediate as nextTick } from 'node:timers/promises'
import type { DType } from '../../../core/dtype.ts'
import { fields } from '../../../core/state.ts'
import { usageError } from '../../../core/errors.ts'
import { createRng } from '../../../core/rng.ts'
import type { Agent } from '../../../agents/types.ts'
import { openEngine } from '../../../engine/index.ts'
import { makeVector, withStatistics } from '../../../envs/index.ts'
import type { VectorEnv } from '../../../envs/types.ts'
import { createAgentExperiment } from '../agent-experiment.ts'
import { buildAgent } from '../build.ts'
import { shortName } from '../config.ts'
import { evaluate } from '../evaluation.ts'
import { finishAgentRun } from '../finish.ts'
import { initFrom } from '../init-from.ts'
import type { Duty } from '../loop.ts'
import { picturesDuty, weightsDuty } from '../tensorboard-duties.ts'
import { createEpisodeTracker, createTimings } from '../trackers.ts'
import type { RunConfig } from '../types.ts'
import type { DutyContext, RunKind, RunParts } from './types.ts'

/** An agent that learns in environments. */
export const agentRun: RunKind<RunConfig> = {
  folderName: ({ agent, env }) => `${shortName(agent.name)}-${shortName(env.id)}`,
  assemble,
  async begin(config, parts, notes) {
    if (config.initFrom === null) return config
    const from = await initFrom((parts as AgentParts).agent, parts.engine, config.initFrom)
    notes.push(`Begins with the weights of ${from.run}, step ${from.checkpoint}.`)
    return { ...config, initFrom: from }
  },
}

interface AgentParts extends RunParts<RunConfig> {
  readonly agent: Agent
  readonly env: VectorEnv
}

async function assemble(config: RunConfig, notes: string[]): Promise<AgentParts> {
  const engine = await openEngine({ engine: config.engine, device: config.device, threads: config.threads })
  if (engine.notice !== undefined) notes.unshift(engine.notice)
  let env: VectorEnv | undefined
  try {
    const { lanes, vectorMode: mode, workers } = config
    env = await makeVector(config.env, { lanes, mode, autoreset: 'same-step', ...(workers > 0 && { workers }) })
    notes.push(...framesNote(config, env))
    const agent = await buildAgent(config, engine, env, (line) => notes.push(line))
    const timings = createTimings()
    const rng = createRng(config.seed, 'exploration')
    if (config.budget.updates !== null && agent.metrics()['updates'] === undefined)
      throw usageError(`budget.updates: the agent ${config.agent.name} does not tell its updates in its metrics.`)
    const experiment = createAgentExperiment({ agent, env, rng, seed: createRng(config.seed, 'env').uint32(), timings })
    const episodes = createEpisodeTracker()
    const opened = env
    return {
      engine,
      env,
      agent,
      experiment,
      timings,
      training: ['act', 'envStep', 'observe', 'learn'],
      follower: (log) => ({
        episode(episode, step) {
          episodes.add(episode)
          log.episode(episode, episodes.episodes, step)
        },
      }),
      state: () => ({ episodes: episodes.state() }),
      restore: (saved) => episodes.restore(fields(saved, 'the run').tree('episodes')),
      duties: (context) => [
        evaluationDuty(config, { agent, env: opened, timings }, context),
        picturesDuty(config, {
          ...context,
          agent,
          timings,
          env: () => withStatistics(config.env, opened.statistics()),
        }),
        weightsDuty(config, { ...context, engine, timings, networks: () => agent.networks() }),
      ],
      row: () => ({
        episodes: episodes.episodes,
        meanReturn: episodes.meanReturn() ?? NaN,
        meanLength: episodes.meanLength() ?? NaN,
        ...experiment.metrics(),
      }),
      progress: () => ({
        episodes: episodes.episodes,
        meanReturn: episodes.meanReturn(),
        epsilon: experiment.metrics()['epsilon'],
      }),
      summary: () => ({ episodes: episodes.episodes, score: null, bestScore: null }),
      finish: (context) => finishAgentRun({ ...context, parts: { engine, env: opened, agent } }),
      close() {
        agent.dispose?.()
        opened.close()
        engine.dispose()
      },
    }
  } catch (error) {
    env?.close()
    engine.dispose()
    throw error
  }
}

/** Larger frames than this, in bytes, are seldom meant to be learned from as they are. */
const largeFrame = 100 * 100 * 3

/** Learning from bare frames of a video game works, slowly, and takes gigabytes: said, not forbidden. */
function framesNote({ env: { wrappers = [] } }: RunConfig, { observationSpace }: VectorEnv): string[] {
  const { shape = [], dtype } = observationSpace as { readonly shape?: readonly number[]; readonly dtype?: DType }
  const isFrame = dtype === 'uint8' && shape.length === 3 && shape[2] === 3
  if (!isFrame || shape[0]! * shape[1]! * 3 < largeFrame || wrappers.length > 0) return []
  return [
    `Learns from frames of ${shape.join(' × ')} as they are. --set 'env.wrappers=[{ name: AtariPreprocessing }]' makes 4 × 84 × 84 bytes of them.`,
  ]
}

/** Plays whole episodes with the present agent, and notes the best. */
function evaluationDuty(
  config: RunConfig,
  { agent, env, timings }: Pick<AgentParts, 'agent' | 'env' | 'timings'>,
  { record, log, stopRequested }: DutyContext<RunConfig>,
): Duty {
  return {
    every: config.evaluation.every,
    async *run(step) {
      const at = performance.now()
      const result = await evaluate({
        agent,
        env: withStatistics(config.env, env.statistics()),
        episodes: config.evaluation.episodes,
        seed: config.seed,
        purpose: `step ${step}`,
        breathe: nextTick,
        stopRequested,
      })
      timings.lap('evaluate', at)
      if (result === undefined) return
      // Of equals the later one: it has learned more.
      const best = result.meanReturn >= record.bestReturn
      record.sinceBest = result.meanReturn > record.bestReturn ? 0 : record.sinceBest + 1
      if (best) {
        record.bestReturn = result.meanReturn
        record.bestStep = step
      }
      const { stopOnScore, stopOnNoImprovement } = config.evaluation
      if (stopOnScore !== null && result.meanReturn >= stopOnScore)
        record.ended ??= `the mean return ${result.meanReturn.toFixed(2)} reached stopOnScore ${stopOnScore}`
      if (stopOnNoImprovement !== null && record.sinceBest >= stopOnNoImprovement)
        record.ended ??= `no new best in the last ${record.sinceBest === 1 ? 'evaluation' : `${record.sinceBest} evaluations`}`
      log.evaluation({ step, ...result })
      yield { kind: 'evaluation', step, best, ...result }
    },
  }
}
