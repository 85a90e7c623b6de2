import { register } from '../registry.ts'

const frozenLake = async () => (await import('./frozen-lake.ts')).FrozenLake
register({ id: 'FrozenLake-v1', kwargs: { mapName: '4x4' }, maxEpisodeSteps: 100, rewardThreshold: 0.7 }, frozenLake)
register(
  { id: 'FrozenLake8x8-v1', kwargs: { mapName: '8x8' }, maxEpisodeSteps: 200, rewardThreshold: 0.85 },
  frozenLake,
)
const cliffWalking = async () => (await import('./cliff-walking.ts')).CliffWalking
register({ id: 'CliffWalking-v1' }, cliffWalking)
register({ id: 'CliffWalkingSlippery-v1', kwargs: { isSlippery: true } }, cliffWalking)
register({ id: 'Taxi-v4', maxEpisodeSteps: 200, rewardThreshold: 8 }, async () => (await import('./taxi.ts')).Taxi)
register({ id: 'Blackjack-v1' }, async () => (await import('./blackjack.ts')).Blackjack)
