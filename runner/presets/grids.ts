import type { Preset } from './types.ts'

/** A corridor of ten squares and a sign at its start; durations in env steps. */
const tMaze = {
  network: { hidden: [32, 32] },
  recurrent: 'lstm',
  sequences: { units: 32, length: 12, burnIn: 0 },
  loss: 'mse',
  gamma: 0.98,
  learningRate: 1e-3,
  target: { every: 1, tau: 0.02 },
  epsilon: { kind: 'linear', from: 1, to: 0.05, over: '40%' },
  batchSize: 32,
  replayCapacity: 20_000,
  learningStarts: 1_000,
  trainEvery: 4,
  gradientSteps: 1,
}

const { recurrent: _, sequences: __, ...withoutMemory } = tMaze

export const grids: readonly Preset[] = [
  { agent: 'drqn', env: 'TMaze-v0', comment: 'Remembers the sign.', steps: 40_000, agentConfig: tMaze },
  {
    agent: 'double-dqn',
    env: 'TMaze-v0',
    comment: 'The same without a memory: it turns the wrong way half the time.',
    steps: 40_000,
    agentConfig: withoutMemory,
  },
]
