import { register } from '../registry.ts'

register(
  { id: 'BlindCliffWalk-v0', rewardThreshold: 1 },
  async () => (await import('./blind-cliff-walk.ts')).BlindCliffWalk,
)
register({ id: 'Catch-v0', rewardThreshold: 1 }, async () => (await import('./catch.ts')).Catch)
register({ id: 'DeepSea-v0' }, async () => (await import('./deep-sea.ts')).DeepSea)
register({ id: 'MaximizationBias-v0' }, async () => (await import('./maximization-bias.ts')).MaximizationBias)
register({ id: 'Snake-v0', maxEpisodeSteps: 1000 }, async () => (await import('./snake.ts')).Snake)
register({ id: 'TMaze-v0', maxEpisodeSteps: 100 }, async () => (await import('./t-maze.ts')).TMaze)
