import { register } from '../registry.ts'

register(
  { id: 'LunarLander-v3', maxEpisodeSteps: 1000, rewardThreshold: 200 },
  async () => (await import('./lunar-lander.ts')).LunarLander,
  {
    actions: ['nothing', 'turn left', 'main engine', 'turn right'],
    keys: { ArrowLeft: 1, ArrowUp: 2, ArrowRight: 3 },
    idle: 0,
    observation: ['x', 'y', 'speed x', 'speed y', 'tilt', 'spin', 'left leg', 'right leg'],
  },
)
