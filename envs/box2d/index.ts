import { register } from '../registry.ts'

register(
  { id: 'LunarLander-v3', maxEpisodeSteps: 1000, rewardThreshold: 200 },
  async () => (await import('./lunar-lander.ts')).LunarLander,
)
