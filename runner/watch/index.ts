export { openPlay, openWatch, type WatchRequest } from './open.ts'
export type { WatchServer } from './server.ts'
