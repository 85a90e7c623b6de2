import { register } from '../registry.ts'

// 108,000 frames are half an hour at 60 a second, the limit of the Atari benchmarks.
const maxEpisodeSteps = 108_000
register({ id: 'Arcade/Breakout-v0', maxEpisodeSteps }, async () => (await import('./breakout.ts')).Breakout, {
  actions: ['no-op', 'fire', 'right', 'left'],
  keys: { ' ': 1, ArrowRight: 2, ArrowLeft: 3 },
  idle: 0,
})
register({ id: 'Arcade/Pong-v0', maxEpisodeSteps }, async () => (await import('./pong.ts')).Pong, {
  actions: ['no-op', 'fire', 'up', 'down'],
  keys: { ' ': 1, ArrowUp: 2, ArrowDown: 3 },
  idle: 0,
})
