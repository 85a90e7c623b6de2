import type { Preset } from './types.ts'

export default {
  agent: 'double-dqn',
  env: 'CartPole-v1',
  comment: 'One update a step with a slow target; evaluated every 1,000 steps, the best is kept.',
  steps: 50_000,
  agentConfig: {
    network: { hidden: [120, 84] },
    loss: 'mse',
    gradientNorm: 10,
    // Longer returns learn faster here and end worse.
    nStep: 1,
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
  },
  evaluation: { every: 1_000, episodes: 20, stopOnScore: null },
} satisfies Preset
