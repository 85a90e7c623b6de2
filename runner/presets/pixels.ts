import type { Preset } from './types.ts'

/** Young and Tian's numbers (2019) with Dopamine's optimizer for MinAtar; durations in env steps. */
const minatar = {
  gamma: 0.99,
  learningRate: 2.5e-4,
  optimizer: { kind: 'adam', epsilon: 3.125e-4 },
  target: { every: 1_000, tau: 1 },
  epsilon: { kind: 'linear', from: 1, to: 0.1, over: 100_000 },
  batchSize: 32,
  replayCapacity: 100_000,
  learningStarts: 1_000,
  trainEvery: 1,
  gradientSteps: 1,
}

/** φ as published; the game begins by itself, and a life lost ends what the learner takes for an episode. */
const phi = [{ name: 'AtariPreprocessing', kwargs: { fireReset: true, episodicLife: true } }]

/** Mnih et al.'s numbers (2015) for a hundredth of their frames: a smaller replay, Adam, ε falls sooner; durations in env steps. */
const arcade = {
  gamma: 0.99,
  rewardClip: 'sign',
  learningRate: 2e-4,
  target: { every: 1_000, tau: 1 },
  epsilon: { kind: 'linear', from: 1, to: 0.02, over: '40%' },
  evaluationEpsilon: 0.01,
  batchSize: 32,
  replayCapacity: 50_000,
  learningStarts: 1_000,
  trainEvery: 4,
  gradientSteps: 1,
}

const agents = [
  'dqn',
  'double-dqn',
  'prioritized-dqn',
  'dueling-dqn',
  'n-step-dqn',
  'noisy-dqn',
  'c51',
  'qr-dqn',
  'iqn',
  'rainbow',
  'munchausen-dqn',
]

export const pixels: readonly Preset[] = agents.flatMap((agent): Preset[] => [
  {
    agent,
    env: 'MinAtar/*',
    comment: "Young and Tian's settings with Adam, for a tenth of their steps; evaluated on 30 episodes each time.",
    steps: 500_000,
    agentConfig: minatar,
    evaluation: { episodes: 30 },
  },
  {
    agent,
    env: 'Arcade/*',
    comment: 'Frames by φ: 4 × 84 × 84 bytes. The settings of Mnih et al. for far fewer frames.',
    steps: 200_000,
    wrappers: phi,
    agentConfig: arcade,
    evaluation: { every: 20_000, episodes: 5 },
  },
])
