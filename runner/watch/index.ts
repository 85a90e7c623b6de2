export { openPlay, openWatch, playableSpec, type WatchRequest } from './open.ts'
export { createPlayer } from './player.ts'
export type { WatchServer } from './server.ts'
