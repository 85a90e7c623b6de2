import { register } from '../registry.ts'

const frozenLake = async () => (await import('./frozen-lake.ts')).FrozenLake
const onIce = {
  actions: ['left', 'down', 'right', 'up'],
  keys: { ArrowLeft: 0, ArrowDown: 1, ArrowRight: 2, ArrowUp: 3 },
}
register(
  { id: 'FrozenLake-v1', kwargs: { mapName: '4x4' }, maxEpisodeSteps: 100, rewardThreshold: 0.7 },
  frozenLake,
  onIce,
)
register(
  { id: 'FrozenLake8x8-v1', kwargs: { mapName: '8x8' }, maxEpisodeSteps: 200, rewardThreshold: 0.85 },
  frozenLake,
  onIce,
)
const cliffWalking = async () => (await import('./cliff-walking.ts')).CliffWalking
const onCliff = {
  actions: ['up', 'right', 'down', 'left'],
  keys: { ArrowUp: 0, ArrowRight: 1, ArrowDown: 2, ArrowLeft: 3 },
}
register({ id: 'CliffWalking-v1' }, cliffWalking, onCliff)
register({ id: 'CliffWalkingSlippery-v1', kwargs: { isSlippery: true } }, cliffWalking, onCliff)
register({ id: 'Taxi-v4', maxEpisodeSteps: 200, rewardThreshold: 8 }, async () => (await import('./taxi.ts')).Taxi, {
  actions: ['south', 'north', 'east', 'west', 'pick up', 'drop off'],
  keys: { ArrowDown: 0, ArrowUp: 1, ArrowRight: 2, ArrowLeft: 3, p: 4, d: 5 },
})
register({ id: 'Blackjack-v1' }, async () => (await import('./blackjack.ts')).Blackjack, {
  actions: ['stick', 'hit'],
  keys: { ArrowLeft: 0, ArrowRight: 1, s: 0, h: 1 },
  observation: ['my sum', 'dealer shows', 'usable ace'],
})
