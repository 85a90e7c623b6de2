import type { Preset } from './types.ts'

/** RL Baselines3 Zoo's settings for PPO on CartPole; durations in env steps. */
const cartPole = {
  horizon: 32,
  epochs: 20,
  minibatches: 1,
  gamma: 0.98,
  lambda: 0.8,
  clip: { kind: 'linear', from: 0.2, to: 0, over: '100%' },
  valueClip: false,
  valueCoefficient: 1,
  entropyCoefficient: 0,
  learningRate: { kind: 'linear', from: 1e-3, to: 0, over: '100%' },
}

/** Found by trying: shorter rollouts and a larger, falling step size than the Zoo's, for a tenth of its steps. */
const acrobot = {
  horizon: 128,
  epochs: 10,
  minibatches: 8,
  lambda: 0.94,
  valueClip: false,
  valueCoefficient: 1,
  learningRate: { kind: 'linear', from: 1e-3, to: 0, over: '100%' },
}

const pendulum = {
  horizon: 512,
  epochs: 10,
  minibatches: 32,
  gamma: 0.9,
  valueClip: false,
  valueCoefficient: 1,
  entropyCoefficient: 0,
  learningRate: { kind: 'linear', from: 1e-3, to: 0, over: '100%' },
}

export const ppo: readonly Preset[] = [
  {
    agent: 'ppo',
    env: 'CartPole-v1',
    comment: "RL Baselines3 Zoo's settings; the best checkpoint is kept",
    steps: 100_000,
    lanes: 8,
    agentConfig: cartPole,
    evaluation: { every: 5_000, episodes: 20 },
  },
  {
    agent: 'ppo',
    env: 'Acrobot-v1',
    comment: "Shorter rollouts and larger steps than RL Baselines3 Zoo's, for a tenth of its env steps",
    steps: 100_000,
    lanes: 16,
    agentConfig: acrobot,
  },
  {
    agent: 'ppo',
    env: 'Pendulum-v1',
    comment: "RL Baselines3 Zoo's settings with half the horizon, a falling step size and plain Gaussian exploration",
    steps: 150_000,
    lanes: 4,
    agentConfig: pendulum,
    evaluation: { episodes: 20 },
  },
]
