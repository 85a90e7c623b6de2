import './classic/index.ts'
import * as spaces from './spaces/index.ts'

export { spaces }
export { adaptEnv, SnapshotMismatch, type UserEnv } from './adapt.ts'
export { envSpecs, make, register, resolveSpec, type EnvMaker, type MakeOptions } from './registry.ts'
export { makeVector, type MakeVectorOptions } from './vector/make-vector.ts'
export { createSyncVector } from './vector/sync.ts'
export { checkEnv, type EnvFinding } from './check-env.ts'
export { OrderEnforcing, PassiveChecker, TimeLimit, Wrapper, wrappers } from './wrappers/index.ts'
export type * from './types.ts'
export type { Color, Scene, SceneItem } from '../core/scene.ts'
export type { Rng } from '../core/rng.ts'
export { createRng } from '../core/rng.ts'
