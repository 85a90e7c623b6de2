import { register } from '../registry.ts'

register(
  { id: 'CartPole-v0', maxEpisodeSteps: 200, rewardThreshold: 195 },
  async () => (await import('./cart-pole.ts')).CartPole,
)
register(
  { id: 'CartPole-v1', maxEpisodeSteps: 500, rewardThreshold: 475 },
  async () => (await import('./cart-pole.ts')).CartPole,
)
register(
  { id: 'MountainCar-v0', maxEpisodeSteps: 200, rewardThreshold: -110 },
  async () => (await import('./mountain-car.ts')).MountainCar,
)
register(
  { id: 'Acrobot-v1', maxEpisodeSteps: 500, rewardThreshold: -100 },
  async () => (await import('./acrobot.ts')).Acrobot,
)
