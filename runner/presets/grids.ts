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

/** Twenty by ten gray pixels, drawn; the last two of them. */
const pixels = [
  { name: 'RenderObservation', kwargs: { height: 20, width: 10 } },
  { name: 'Grayscale' },
  { name: 'FrameStack', kwargs: { frames: 2 } },
]

/** A reward of 1 or −1 every nine steps; durations in env steps. */
const catchBall = {
  network: { kind: 'minatar', hidden: [64] },
  gamma: 0.99,
  batchSize: 32,
  replayCapacity: 20_000,
  learningStarts: 1_000,
  trainEvery: 2,
  gradientSteps: 1,
  target: { every: 500, tau: 1 },
}

export const grids: readonly Preset[] = [
  { agent: 'drqn', env: 'TMaze-v0', comment: 'Remembers the sign.', steps: 40_000, agentConfig: tMaze },
  {
    agent: 'double-dqn',
    env: 'TMaze-v0',
    comment: 'The same without a memory: it turns the wrong way half the time.',
    steps: 40_000,
    agentConfig: withoutMemory,
  },
  {
    agent: 'dqn',
    env: 'Catch-v0',
    comment: 'From pixels, by the convolutions of the MinAtar network.',
    steps: 25_000,
    wrappers: pixels,
    agentConfig: { ...catchBall, learningRate: 5e-4, epsilon: { kind: 'linear', from: 1, to: 0.05, over: '30%' } },
  },
  {
    agent: 'rainbow',
    env: 'Catch-v0',
    comment: 'From pixels; returns lie between −1 and 1.',
    steps: 20_000,
    wrappers: pixels,
    agentConfig: { ...catchBall, learningRate: 1e-3, categorical: { min: -1, max: 1, atoms: 21 } },
  },
]
