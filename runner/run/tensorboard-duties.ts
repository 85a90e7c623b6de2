import { setImmediate as nextTick } from 'node:timers/promises'
import { messageOf } from '../../core/errors.ts'
import type { Agent } from '../../agents/types.ts'
import type { Engine, Variables } from '../../engine/types.ts'
import type { EnvSpec } from '../../envs/types.ts'
import { episodeStrip } from './episode-strip.ts'
import type { RunLog } from './loggers/run-log.ts'
import type { Duty } from './loop.ts'
import type { Timings } from './trackers.ts'
import type { AnyRunConfig, RunConfig } from './types.ts'

/** Histograms of all weights, `weights/<path>`. */
export function weightsDuty(
  { log: { histogramsEvery } }: AnyRunConfig,
  parts: { readonly engine: Engine; readonly log: RunLog; readonly timings: Timings; networks(): Variables },
): Duty {
  const { engine, log, timings, networks } = parts
  return {
    every: histogramsEvery,
    async *run(step) {
      const at = performance.now()
      for (const [path, variable] of Object.entries(networks()))
        log.histogram(`weights/${path}`, engine.read(variable), step)
      timings.lap('log', at)
    },
  }
}

/** Pictures of an episode, `evaluation/episode`: none where the run wants no film. */
export function picturesDuty(
  { film, seed }: RunConfig,
  parts: {
    readonly agent: Agent
    /** With the present statistics of its wrappers. */
    env(): EnvSpec
    readonly log: RunLog
    readonly timings: Timings
    stopRequested(): boolean
  },
): Duty {
  const { agent, env, log, timings, stopRequested } = parts
  let fails = false
  return {
    every: film.every,
    async *run(step) {
      if (film.maxSteps === 0 || fails) return
      const at = performance.now()
      const plan = { agent, env: env(), seed, maxSteps: film.maxSteps, breathe: nextTick, stopRequested }
      try {
        const image = await episodeStrip({ ...plan, purpose: `step ${step}` })
        if (image !== undefined) log.image('evaluation/episode', image, step)
      } catch (error) {
        fails = true
        yield { kind: 'note', text: `There are no pictures of episodes in TensorBoard: ${messageOf(error)}` }
      }
      timings.lap('log', at)
    },
  }
}
