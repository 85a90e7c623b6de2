import { register } from '../registry.ts'

register(
  { id: 'BlindCliffWalk-v0', rewardThreshold: 1 },
  async () => (await import('./blind-cliff-walk.ts')).BlindCliffWalk,
  { keys: { ArrowLeft: 0, ArrowRight: 1 } },
)
register({ id: 'Catch-v0', rewardThreshold: 1 }, async () => (await import('./catch.ts')).Catch, {
  actions: ['left', 'stay', 'right'],
  keys: { ArrowLeft: 0, ArrowDown: 1, ArrowRight: 2 },
})
register({ id: 'DeepSea-v0' }, async () => (await import('./deep-sea.ts')).DeepSea, {
  keys: { ArrowLeft: 0, ArrowRight: 1 },
})
register({ id: 'MaximizationBias-v0' }, async () => (await import('./maximization-bias.ts')).MaximizationBias, {
  keys: { ArrowRight: 0, ArrowLeft: 1 },
})
register({ id: 'Snake-v0', maxEpisodeSteps: 1000 }, async () => (await import('./snake.ts')).Snake, {
  actions: ['up', 'right', 'down', 'left'],
  keys: { ArrowUp: 0, ArrowRight: 1, ArrowDown: 2, ArrowLeft: 3 },
  observation: ['head', 'body', 'food'],
})
register({ id: 'TMaze-v0', maxEpisodeSteps: 100 }, async () => (await import('./t-maze.ts')).TMaze, {
  actions: ['on', 'back', 'up', 'down'],
  keys: { ArrowRight: 0, ArrowLeft: 1, ArrowUp: 2, ArrowDown: 3 },
  observation: ['sign: up', 'sign: down', 'corridor', 'junction'],
})
