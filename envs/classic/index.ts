import type { EnvControls } from '../controls.ts'
import { register } from '../registry.ts'

const cartPole: EnvControls = {
  actions: ['left', 'right'],
  keys: { ArrowLeft: 0, ArrowRight: 1 },
  observation: ['cart position', 'cart speed', 'pole angle', 'pole speed'],
}
register(
  { id: 'CartPole-v0', maxEpisodeSteps: 200, rewardThreshold: 195 },
  async () => (await import('./cart-pole.ts')).CartPole,
  cartPole,
)
register(
  { id: 'CartPole-v1', maxEpisodeSteps: 500, rewardThreshold: 475 },
  async () => (await import('./cart-pole.ts')).CartPole,
  cartPole,
)
register(
  { id: 'MountainCar-v0', maxEpisodeSteps: 200, rewardThreshold: -110 },
  async () => (await import('./mountain-car.ts')).MountainCar,
  {
    actions: ['left', 'coast', 'right'],
    keys: { ArrowLeft: 0, ArrowRight: 2 },
    idle: 1,
    observation: ['position', 'speed'],
  },
)
register(
  { id: 'Acrobot-v1', maxEpisodeSteps: 500, rewardThreshold: -100 },
  async () => (await import('./acrobot.ts')).Acrobot,
  {
    actions: ['torque −1', 'torque 0', 'torque +1'],
    keys: { ArrowLeft: 0, ArrowRight: 2 },
    idle: 1,
    observation: ['cos θ₁', 'sin θ₁', 'cos θ₂', 'sin θ₂', 'speed of θ₁', 'speed of θ₂'],
  },
)
register(
  { id: 'MountainCarContinuous-v0', maxEpisodeSteps: 999, rewardThreshold: 90 },
  async () => (await import('./mountain-car-continuous.ts')).MountainCarContinuous,
  { keys: { ArrowLeft: [-1], ArrowRight: [1] }, idle: [0], observation: ['position', 'speed'] },
)
const pendulum = async () => (await import('./pendulum.ts')).Pendulum
const angle = ['cos θ', 'sin θ', 'angular speed']
register({ id: 'Pendulum-v1', maxEpisodeSteps: 200 }, pendulum, {
  keys: { ArrowLeft: [2], ArrowRight: [-2] },
  idle: [0],
  observation: angle,
})
register({ id: 'PendulumDiscrete-v1', kwargs: { actions: 5 }, maxEpisodeSteps: 200 }, pendulum, {
  actions: ['torque −2', 'torque −1', 'torque 0', 'torque +1', 'torque +2'],
  keys: { ArrowLeft: 4, ArrowRight: 0 },
  idle: 2,
  observation: angle,
})
