import { createRegistry } from '../../core/registry.ts'
import type { Env } from '../types.ts'
import { Flatten } from './flatten.ts'
import { OrderEnforcing } from './order-enforcing.ts'
import { PassiveChecker } from './passive-checker.ts'
import { TimeLimit } from './time-limit.ts'

export { Flatten, OrderEnforcing, PassiveChecker, TimeLimit }
export { Wrapper } from './wrapper.ts'

/** Builds a wrapper around an environment from plain settings. */
export type WrapperFactory = (env: Env, kwargs: Readonly<Record<string, unknown>>) => Env

/** Wrappers by the names that specs use. */
export const wrappers = createRegistry<WrapperFactory>('wrapper')
wrappers.register('TimeLimit', (env, kwargs) => new TimeLimit(env, kwargs as { maxEpisodeSteps: number }))
wrappers.register('Flatten', (env) => new Flatten(env))
wrappers.register('OrderEnforcing', (env) => new OrderEnforcing(env))
wrappers.register('PassiveChecker', (env) => new PassiveChecker(env))
