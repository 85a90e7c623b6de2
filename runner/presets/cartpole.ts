import type { Preset } from './types.ts'

/** Tuned for CartPole-v1: one update a step with a slow target; durations in env steps. */
const base = {
  network: { hidden: [120, 84] },
  loss: 'mse',
  gradientNorm: 10,
  gamma: 0.99,
  // Falls to nought, so that the last policies differ little.
  learningRate: { kind: 'linear', from: 1e-3, to: 1e-5, over: '100%' },
  target: { every: 1, tau: 0.01 },
  epsilon: { kind: 'linear', from: 1, to: 0.05, over: '20%' },
  batchSize: 128,
  replayCapacity: 50_000,
  learningStarts: 1_000,
  trainEvery: 1,
  gradientSteps: 1,
}

/** Discounted returns of CartPole lie between 0 and 1 / (1 − γ). */
const categorical = { atoms: 51, min: 0, max: 100 }

const own: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  dqn: {},
  'double-dqn': {},
  'prioritized-dqn': {},
  'dueling-dqn': {},
  // What is random in three steps is not the policy's: less of it at last, and smaller steps where returns surprise.
  'n-step-dqn': { loss: 'huber', epsilon: { kind: 'linear', from: 1, to: 0.01, over: '40%' } },
  'noisy-dqn': {},
  c51: { categorical },
  'qr-dqn': {},
  // Few fractions are drawn, for the time that they take. With half the step two seeds of ten had not learned enough at the end.
  iqn: {
    learningRate: { kind: 'linear', from: 2e-3, to: 1e-5, over: '100%' },
    batchSize: 64,
    implicit: { samples: 8, cosines: 32 },
  },
  rainbow: { categorical },
  'munchausen-dqn': {},
  drqn: { sequences: { units: 64, length: 16, overlap: 4 }, batchSize: 16, trainEvery: 2 },
}

export const cartPole: readonly Preset[] = Object.entries(own).map(([agent, settings]) => ({
  agent,
  env: 'CartPole-v1',
  comment: 'One update a step with a slow target; evaluated every 1,000 steps, the best is kept.',
  steps: 50_000,
  agentConfig: { ...base, ...settings },
  evaluation: { every: 1_000, episodes: 20, stopOnScore: null },
}))
