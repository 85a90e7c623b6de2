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
register(
  { id: 'MountainCarContinuous-v0', maxEpisodeSteps: 999, rewardThreshold: 90 },
  async () => (await import('./mountain-car-continuous.ts')).MountainCarContinuous,
)
const pendulum = async () => (await import('./pendulum.ts')).Pendulum
register({ id: 'Pendulum-v1', maxEpisodeSteps: 200 }, pendulum)
register({ id: 'PendulumDiscrete-v1', kwargs: { actions: 5 }, maxEpisodeSteps: 200 }, pendulum)
