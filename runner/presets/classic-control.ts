import type { Preset } from './types.ts'

/** RL Baselines3 Zoo's settings for DQN on Acrobot and LunarLander; durations in env steps. */
const zoo = {
  network: { hidden: [256, 256] },
  learningRate: 6.3e-4,
  batchSize: 128,
  replayCapacity: 50_000,
  learningStarts: 1_000,
  trainEvery: 4,
  gradientSteps: 4,
  target: { every: 250, tau: 1 },
  epsilon: { kind: 'linear', from: 1, to: 0.1, over: '12%' },
}

const mountainCar = {
  network: { hidden: [256, 256] },
  learningRate: 4e-3,
  gamma: 0.98,
  batchSize: 128,
  replayCapacity: 10_000,
  learningStarts: 1_000,
  trainEvery: 16,
  gradientSteps: 8,
  target: { every: 600, tau: 1 },
  epsilon: { kind: 'linear', from: 1, to: 0.07, over: '20%' },
}

export const classicControl: readonly Preset[] = [
  ...['dqn', 'double-dqn'].flatMap((agent): Preset[] => [
    { agent, env: 'Acrobot-v1', comment: "RL Baselines3 Zoo's settings", steps: 100_000, agentConfig: zoo },
    { agent, env: 'LunarLander-v3', comment: "RL Baselines3 Zoo's settings", steps: 100_000, agentConfig: zoo },
    { agent, env: 'MountainCar-v0', comment: "RL Baselines3 Zoo's settings", steps: 120_000, agentConfig: mountainCar },
  ]),
]
