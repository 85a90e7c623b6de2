import type { Preset } from './types.ts'

const agents = ['q-learning', 'double-q-learning', 'sarsa', 'expected-sarsa']

/** The same for all four: they differ in what they learn, not in how fast. */
const shared: readonly Omit<Preset, 'agent'>[] = [
  {
    env: 'FrozenLake-v1',
    comment: 'Optimistic values explore; the step size falls, since every step is a gamble.',
    steps: 200_000,
    agentConfig: {
      gamma: 0.99,
      learningRate: { kind: 'exponential', from: 0.5, to: 0.005, timeConstant: '20%' },
      epsilon: { kind: 'linear', from: 1, to: 0.02, over: '50%' },
      initialValue: 0,
    },
    evaluation: { episodes: 100 },
  },
  {
    env: 'FrozenLake8x8-v1',
    comment: 'As on the small lake, for longer.',
    steps: 1_000_000,
    agentConfig: {
      gamma: 0.999,
      learningRate: { kind: 'exponential', from: 0.5, to: 0.005, timeConstant: '20%' },
      epsilon: { kind: 'linear', from: 1, to: 0.02, over: '50%' },
      initialValue: 1,
    },
    evaluation: { episodes: 100 },
  },
  {
    env: 'CliffWalking-v1',
    comment: "Sutton and Barto's example 6.6: ε stays at 0.1, so that Sarsa learns to keep away from the edge.",
    steps: 20_000,
    agentConfig: { gamma: 1, learningRate: 0.5, epsilon: 0.1 },
    // Nothing is drawn: one episode tells all.
    evaluation: { episodes: 1 },
  },
  {
    env: 'Taxi-v4',
    comment: 'Nothing is drawn but the start, so large steps are safe.',
    steps: 200_000,
    agentConfig: { gamma: 0.99, learningRate: 0.5, epsilon: { kind: 'linear', from: 0.2, to: 0, over: '80%' } },
    evaluation: { episodes: 100 },
  },
  {
    env: 'MaximizationBias-v0',
    comment: "Sutton and Barto's figure 6.5: about 300 episodes.",
    steps: 600,
    agentConfig: { gamma: 1, learningRate: 0.1, epsilon: 0.1 },
  },
]

export const tabular: readonly Preset[] = agents.flatMap((agent) => shared.map((preset) => ({ agent, ...preset })))
