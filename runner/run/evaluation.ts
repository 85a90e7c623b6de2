import { createRng } from '../../core/rng.ts'
import type { Agent } from '../../agents/types.ts'
import type { EnvSpec } from '../../envs/types.ts'
import { makeVector } from '../../envs/index.ts'
import { rollout } from './rollout.ts'
import type { Evaluation } from './types.ts'

export interface EvaluationPlan {
  readonly agent: Agent
  readonly env: EnvSpec
  readonly episodes: number
  /** Environments and the actor draw from streams of this seed named by `purpose`; training's are never touched. */
  readonly seed: number
  readonly purpose: string
  /** Called at least every 10 ms of play. */
  readonly breathe?: () => Promise<unknown>
  /** Asked as often; when it says yes, the evaluation is given up. */
  readonly stopRequested?: () => boolean
}

/** Episodes that step together; each lane plays a fixed share, so that short episodes are not counted more often. */
const maxLanes = 10

/**
 * Where an environment has no time limit, an evaluation's episodes are cut here, in steps: a policy that walks into a wall
 * for ever would never be told so.
 */
export const longestEpisode = 10_000

/**
 * Plays whole episodes in environments of their own at the evaluation ε: raw returns, unclipped and undiscounted. Where a
 * lost life ends the learner's episode, the game goes on and counts as one.
 */
export async function evaluate(plan: EvaluationPlan & { stopRequested: () => boolean }): Promise<Evaluation | undefined>
export async function evaluate(plan: EvaluationPlan & { stopRequested?: never }): Promise<Evaluation>
export async function evaluate(plan: EvaluationPlan): Promise<Evaluation | undefined> {
  const { agent, env: spec, episodes, seed, purpose, breathe, stopRequested } = plan
  const lanes = Math.min(maxLanes, episodes)
  const maxEpisodeSteps = spec.maxEpisodeSteps ?? longestEpisode
  const env = await makeVector(spec, { lanes, autoreset: 'same-step', maxEpisodeSteps })
  const rng = createRng(seed, 'evaluation', purpose)
  const quota = (lane: number): number => Math.floor(episodes / lanes) + (lane < episodes % lanes ? 1 : 0)
  const games = Array.from({ length: lanes }, () => ({ return: 0, length: 0 }))
  const byLane: { return: number; length: number }[][] = Array.from({ length: lanes }, () => [])
  let missing = episodes
  try {
    env.reset({ seed: Array.from({ length: lanes }, (_, lane) => rng.stream(`lane ${lane}`).uint32()) })
    const actor = agent.actor(lanes, 'evaluate', rng.stream('actor'))
    let breathAt = performance.now()
    for (const { result } of rollout(env, actor)) {
      for (const episode of result.episodes) {
        const { lane } = episode
        const game = games[lane]!
        game.return += episode.return
        game.length += episode.length
        if (result.infos[lane]!['gameGoesOn'] === true) continue
        games[lane] = { return: 0, length: 0 }
        if (byLane[lane]!.length < quota(lane)) {
          byLane[lane]!.push(game)
          missing--
        }
      }
      if (missing === 0) break
      if (breathe !== undefined && performance.now() - breathAt > 10) {
        await breathe()
        if (stopRequested?.() === true) return undefined
        breathAt = performance.now()
      }
    }
  } finally {
    env.close()
  }
  const played = byLane.flat()
  return { ...statistics(played.map((e) => e.return)), lengths: played.map((e) => e.length) }
}

function statistics(returns: readonly number[]): Omit<Evaluation, 'lengths'> {
  const meanReturn = returns.reduce((a, b) => a + b, 0) / returns.length
  const variance = returns.reduce((sum, r) => sum + (r - meanReturn) ** 2, 0) / Math.max(1, returns.length - 1)
  return { meanReturn, standardDeviation: Math.sqrt(variance), returns }
}
