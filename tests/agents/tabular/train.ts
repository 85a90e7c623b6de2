import { createAgent } from '../../../agents/index.ts'
import type { Agent } from '../../../agents/types.ts'
import { createRng } from '../../../core/index.ts'
import type { Engine } from '../../../engine/types.ts'
import { makeVector, resolveSpec } from '../../../envs/index.ts'
import type { EpisodeStatistics, VectorEnv } from '../../../envs/types.ts'
import { findPreset } from '../../../runner/presets/index.ts'
import { createAgentExperiment } from '../../../runner/run/agent-experiment.ts'
import type { Experiment } from '../../../runner/run/experiment.ts'
import { createTimings } from '../../../runner/run/trackers.ts'

export interface Training {
  readonly agent: Agent
  readonly env: VectorEnv
  readonly experiment: Experiment
  /** In the order in which they ended. */
  readonly episodes: EpisodeStatistics[]
  /** Goes on to a step. */
  to(step: number): void
}

/** Tables need no engine. */
const noEngine = {} as Engine

/** An agent by its preset (or by `settings` alone), put into its environment. */
export async function begin(
  name: string,
  id: string,
  {
    seed = 0,
    lanes = 1,
    steps = findPreset(name, id)?.steps ?? 1_000,
    settings = {},
  }: {
    readonly seed?: number
    readonly lanes?: number
    readonly steps?: number
    readonly settings?: Readonly<Record<string, unknown>>
  } = {},
): Promise<Training> {
  const env = await makeVector(await resolveSpec(id), { lanes })
  const { observationSpace, actionSpace } = env
  const rng = createRng(seed, 'agent')
  const agent = await createAgent(
    name,
    { observationSpace, actionSpace, lanes, engine: noEngine, rng, steps },
    { ...findPreset(name, id)?.agentConfig, ...settings },
  )
  const timings = createTimings()
  const experiment = createAgentExperiment({ agent, env, rng: createRng(seed, 'exploration'), seed, timings })
  const episodes: EpisodeStatistics[] = []
  const follower = { episode: (episode: EpisodeStatistics) => void episodes.push(episode) }
  const to = (step: number): void => experiment.advance({ untilStep: step, deadline: Infinity }, follower)
  return { agent, env, experiment, episodes, to }
}
