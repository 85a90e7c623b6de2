export type { Space, SpaceJson } from './space.ts'
