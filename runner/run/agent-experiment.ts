import { fields } from '../../core/state.ts'
import { createRng, type Rng } from '../../core/rng.ts'
import type { Agent, StepBatch } from '../../agents/types.ts'
import { SnapshotMismatch } from '../../envs/index.ts'
import type { VectorEnv } from '../../envs/types.ts'
import type { Experiment } from './experiment.ts'
import { packPolicy, unpackPolicy } from './policy.ts'
import type { Timings } from './trackers.ts'

export interface AgentExperimentParts {
  readonly agent: Agent
  /** Autoreset `same-step`. */
  readonly env: VectorEnv
  /** Of exploration. */
  readonly rng: Rng
  readonly seed: number
  readonly timings: Timings
}

/** The interplay of an agent and its environments: act, step, observe, learn, in that order, for all lanes at once. */
export function createAgentExperiment({ agent, env, rng, seed, timings }: AgentExperimentParts): Experiment {
  const actor = agent.actor(env.lanes, 'train', rng)
  const isFirst = new Uint8Array(env.lanes)
  let step = 0
  env.reset({ seed })

  const advanceOne = (follower: Parameters<Experiment['advance']>[1]): void => {
    let at = performance.now()
    const observation = env.observations()
    isFirst.set(env.isFirst())
    const actionMask = env.actionMask()
    const acted = actor.act(observation, isFirst, actionMask)
    at = timings.lap('act', at)
    const result = env.step(acted.actions)
    step += env.lanes
    at = timings.lap('envStep', at)
    const { nextActionMask } = result
    const batch: StepBatch = {
      lanes: env.lanes,
      observation,
      action: acted.actions,
      extras: acted.extras,
      reward: result.reward,
      terminated: result.terminated,
      truncated: result.truncated,
      nextObservation: result.nextObservation,
      isFirst,
      ...(actionMask !== undefined && { actionMask }),
      ...(nextActionMask !== undefined && { nextActionMask }),
    }
    agent.observe(batch)
    at = timings.lap('observe', at)
    const metrics = agent.learn()
    if (metrics !== undefined) follower.update?.(metrics, step)
    at = timings.lap('learn', at)
    if (result.episodes.length === 0) return
    for (const episode of result.episodes) follower.episode?.(episode, step)
    timings.lap('log', at)
  }

  const updates = (): number | undefined => agent.metrics()['updates']

  return {
    get step() {
      return step
    },
    get updates() {
      return updates()
    },
    advance({ untilStep, untilUpdates, deadline }, follower) {
      do advanceOne(follower)
      while (
        step < untilStep &&
        performance.now() < deadline &&
        (untilUpdates === undefined || (updates() ?? 0) < untilUpdates)
      )
    },
    metrics: () => agent.metrics(),
    state() {
      const { replay, ...own } = agent.state()
      const policy = packPolicy(own, env.statistics())
      return { policy, training: { step, replay: replay ?? null, env: env.snapshot(), actor: actor.state() } }
    },
    segments: () => agent.segments?.() ?? [],
    restore({ policy, training }, note) {
      const saved = fields(training, 'the training')
      step = saved.number('step')
      const replay = saved.get('replay')
      const { agent: own } = unpackPolicy(policy)
      agent.restore(replay === null || replay === undefined ? own : { ...own, replay })
      actor.restore(saved.tree('actor'))
      try {
        env.restore(saved.tree('env'))
      } catch (error) {
        if (!(error instanceof SnapshotMismatch)) throw error
        note(`${error.message} The run goes on with new episodes, so its end is not bit-identical.`)
        env.reset({ seed: createRng(seed, `after step ${step}`).uint32() })
      }
    },
    close: () => env.close(),
  }
}
