import { fileURLToPath } from 'node:url'
import { createRng } from '../../core/rng.ts'
import { openEngine } from '../../engine/index.ts'
import { makeVector } from '../../envs/index.ts'
import { createAgentExperiment } from '../run/agent-experiment.ts'
import { buildAgent } from '../run/build.ts'
import { resolveConfig } from '../run/config.ts'
import { createTimings } from '../run/trackers.ts'
import { cleanRl } from './clean-rl.ts'
import type { Bench, BenchEngine } from './types.ts'

/** A loop to time: an environment, DQN's settings, and how long. */
interface Loop {
  readonly env: string
  readonly lanes: number
  /** Env steps of one round. */
  readonly steps: number
  readonly settings: Readonly<Record<string, unknown>>
  /** More of the environment's config. */
  readonly more?: Readonly<Record<string, unknown>>
}

const cartPole = (lanes: number): Loop => ({
  env: 'CartPole-v1',
  lanes,
  steps: 20_000,
  settings: { ...cleanRl, learningStarts: 1000, trainEvery: 10 * lanes },
})

/** Of the MinAtar paper (Young and Tian 2019), but for a shorter start. */
const breakout: Loop = {
  env: 'MinAtar/Breakout-v1',
  lanes: 1,
  steps: 6_000,
  settings: {
    network: { kind: 'minatar', hidden: [128] },
    optimizer: { kind: 'rmsprop', decay: 0.95, epsilon: 0.01, centered: true, epsilonInside: false },
    loss: 'huber',
    gradientNorm: null,
    learningRate: 2.5e-4,
    batchSize: 32,
    replayCapacity: 100_000,
    learningStarts: 1000,
    trainEvery: 1,
    target: { every: 1000, tau: 1 },
    epsilon: { kind: 'linear', from: 1, to: 0.1, over: 100_000 },
  },
}

const frames: Loop = {
  env: `${fileURLToPath(new URL('./frames-env.js', import.meta.url))}#Frames`,
  lanes: 1,
  steps: 1_200,
  settings: {
    network: { kind: 'nature', hidden: [512] },
    loss: 'huber',
    gradientNorm: null,
    learningRate: 1e-4,
    batchSize: 32,
    replayCapacity: 10_000,
    learningStarts: 200,
    trainEvery: 4,
    target: { every: 1000, tau: 1 },
    epsilon: { kind: 'constant', value: 0.1 },
  },
  more: { wrappers: [{ name: 'FrameStack', kwargs: { frames: 4 } }] },
}

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
    prepare: (on) => Promise.resolve(() => train(on, cartPole(1))),
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
    prepare: (on) => Promise.resolve(() => train(on, cartPole(8))),
  },
  {
    name: 'train-minatar',
    title: "the whole loop: DQN on MinAtar's Breakout with its paper's network and settings, an update a step",
    unit: 'step',
    peers: [{ name: 'single-file PyTorch', key: 'train-minatar-torch', target: 1 / 1.6 }],
    rounds: 1,
    prepare: (on) => Promise.resolve(() => train(on, breakout)),
  },
  {
    name: 'train-frames',
    title: 'the whole loop: DQN on stacks of 4×84×84 from a table, Nature network, an update every four steps',
    unit: 'step',
    peers: [{ name: 'single-file PyTorch', key: 'train-frames-torch', target: 1 }],
    rounds: 1,
    prepare: (on) => Promise.resolve(() => train(on, frames)),
  },
]

/** A new agent from its first step to its last; seconds of one env step. Files and evaluations are left out, as the peers do. */
async function train(on: BenchEngine, { env: id, lanes, steps, settings, more = {} }: Loop): Promise<number> {
  const agentSets = Object.entries(settings).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  const envSets = Object.entries(more).map(([key, value]) => `env.${key}=${JSON.stringify(value)}`)
  const config = await resolveConfig({
    agent: 'dqn',
    env: id,
    sets: [...agentSets, ...envSets],
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
