/** CleanRL's settings of DQN on CartPole-v1: few updates, a long run. What the whole-loop bench compares with Python. */
export const cleanRl = {
  network: { hidden: [120, 84], initializer: 'uniform' },
  loss: 'mse',
  gradientNorm: null,
  learningRate: 2.5e-4,
  batchSize: 128,
  replayCapacity: 10_000,
  learningStarts: 10_000,
  trainEvery: 10,
  gradientSteps: 1,
  target: { every: 500, tau: 1 },
  epsilon: { kind: 'linear', from: 1, to: 0.05, over: '50%' },
}
