import { createRng } from '../../core/rng.ts'
import { openEngine } from '../../engine/index.ts'
import { makeVector } from '../../envs/index.ts'
import { createAgentExperiment } from '../run/agent-experiment.ts'
import { buildAgent } from '../run/build.ts'
import { resolveConfig } from '../run/config.ts'
import { createTimings } from '../run/trackers.ts'
import { cleanRl } from './clean-rl.ts'
import type { Bench, BenchEngine } from './types.ts'

/** Env steps of one round. */
const steps = 20_000

export const trainingBenches: readonly Bench[] = [
  {
    name: 'train',
    title: "the whole loop: DQN on CartPole-v1 with CleanRL's network and settings, 20,000 steps, one environment",
    unit: 'step',
    peers: [
      { name: 'Stable-Baselines3', key: 'train-sb3', target: 1 / 5 },
      { name: 'single-file PyTorch', key: 'train-torch', target: 1 / 2.5 },
    ],
    rounds: 2,
    prepare: (on) => Promise.resolve(() => train(on, 1)),
  },
  {
    name: 'train-8',
    title: 'the same with eight environments, an update every ten steps of all of them',
    unit: 'step',
    peers: [
      { name: 'Stable-Baselines3', key: 'train-8-sb3', target: 1 / 5 },
      { name: 'single-file PyTorch', key: 'train-8-torch', target: 1 / 2.5 },
    ],
    rounds: 2,
    prepare: (on) => Promise.resolve(() => train(on, 8)),
  },
]

/** A new agent from its first step to its last; seconds of one env step. Files and evaluations are left out, as the peers do. */
async function train(on: BenchEngine, lanes: number): Promise<number> {
  const settings = { ...cleanRl, learningStarts: 1000, trainEvery: 10 * lanes }
  const config = await resolveConfig({
    agent: 'dqn',
    env: 'CartPole-v1',
    sets: Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value)}`),
    flags: { steps, lanes },
  })
  const engine = await openEngine(on)
  const env = await makeVector(config.env, { lanes, autoreset: 'same-step' })
  const agent = await buildAgent(config, engine, {
    observationSpace: env.observationSpace,
    actionSpace: env.actionSpace,
  })
  const experiment = createAgentExperiment({
    agent,
    env,
    rng: createRng(0, 'actor'),
    seed: 0,
    timings: createTimings(),
  })
  const returns: number[] = []
  const began = performance.now()
  experiment.advance(
    { untilStep: steps, deadline: Infinity },
    { episode: (episode) => void returns.push(episode.return) },
  )
  const seconds = (performance.now() - began) / 1000
  experiment.close()
  return seconds / steps
}
