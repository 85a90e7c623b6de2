import type { Preset } from './types.ts'

type Settings = Omit<Preset, 'agent'>

const agents = ['q-learning', 'double-q-learning', 'sarsa', 'expected-sarsa'] as const

/** Optimistic values explore; the step size falls, since where a step leads is a gamble. */
const lake = {
  gamma: 0.999,
  learningRate: { kind: 'exponential', from: 0.5, to: 0.005, timeConstant: '20%' },
  epsilon: { kind: 'linear', from: 1, to: 0.02, over: '50%' },
  initialValue: 1,
}

/** The same for all four. */
const shared: readonly Settings[] = [
  {
    env: 'FrozenLake-v1',
    comment: 'Optimistic values, falling step size and ε; evaluated on 500 episodes each time, the best is kept.',
    steps: 200_000,
    agentConfig: lake,
    // One episode's return is 0 or 1: of 100 the mean still wanders by 0.045.
    evaluation: { episodes: 500 },
  },
  {
    env: 'FrozenLake8x8-v1',
    comment: 'As on the small lake for longer, and in more of a hurry: 200 steps are few for the safest way.',
    steps: 1_000_000,
    agentConfig: { ...lake, gamma: 0.995, epsilon: { kind: 'linear', from: 1, to: 0.01, over: '50%' } },
    evaluation: { episodes: 500 },
  },
  {
    env: 'Taxi-v4',
    comment: 'Nothing is drawn but the start, so large steps are safe.',
    steps: 200_000,
    agentConfig: { gamma: 0.99, learningRate: 0.5, epsilon: { kind: 'linear', from: 0.2, to: 0, over: '80%' } },
    evaluation: { episodes: 100 },
  },
  {
    env: 'Blackjack-v1',
    comment:
      'Hands as one number; falling step size and ε; evaluated on 5,000 hands each time, for one is a coin toss.',
    steps: 500_000,
    wrappers: [{ name: 'Enumerate' }],
    agentConfig: {
      gamma: 1,
      learningRate: { kind: 'exponential', from: 0.1, to: 0.002, timeConstant: '25%' },
      epsilon: { kind: 'linear', from: 1, to: 0.05, over: '80%' },
    },
    evaluation: { episodes: 5_000 },
  },
  {
    env: 'MaximizationBias-v0',
    comment: "Sutton and Barto's figure 6.5 (ε 0.1, step size 0.1): more than 300 episodes.",
    steps: 600,
    agentConfig: { gamma: 1, learningRate: 0.1, epsilon: 0.1 },
    // Returns are noise about −0.1 or nothing: few episodes would choose the luckiest policy, not the best.
    evaluation: { episodes: 1_000 },
  },
]

/** Nothing is drawn, so one episode tells all. */
const evaluation = { episodes: 1 }

/** ε stays at 0.1, so that Sarsa keeps away from the edge (Sutton and Barto, example 6.6), while its step size falls. */
const safePath: Settings = {
  env: 'CliffWalking-v1',
  comment: "Sutton and Barto's example 6.6 (ε 0.1), the step size falling from 0.5.",
  steps: 100_000,
  agentConfig: { gamma: 1, learningRate: { kind: 'linear', from: 0.5, to: 0.02, over: '100%' }, epsilon: 0.1 },
  evaluation,
}
const cliff: Readonly<Record<(typeof agents)[number], Settings>> = {
  'q-learning': {
    env: 'CliffWalking-v1',
    comment: "Sutton and Barto's example 6.6 (ε 0.1, step size 0.5).",
    steps: 20_000,
    agentConfig: { gamma: 1, learningRate: 0.5, epsilon: 0.1 },
    evaluation,
  },
  // Each table learns half as often, and values along the edge spread only as far as exploration walks there.
  'double-q-learning': {
    env: 'CliffWalking-v1',
    comment: 'Step size 0.5, ε falling from 1 to 0.1.',
    steps: 200_000,
    agentConfig: { gamma: 1, learningRate: 0.5, epsilon: { kind: 'linear', from: 1, to: 0.1, over: '100%' } },
    evaluation,
  },
  sarsa: safePath,
  'expected-sarsa': safePath,
}

export const tabular: readonly Preset[] = agents.flatMap((agent) =>
  [...shared, cliff[agent]].map((settings) => ({ agent, ...settings })),
)
