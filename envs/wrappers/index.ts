import { createRegistry } from '../../core/registry.ts'
import type { Env } from '../types.ts'
import { ClipAction, DiscretizeAction, RescaleAction } from './action.ts'
import { Enumerate } from './enumerate.ts'
import { Flatten } from './flatten.ts'
import { OrderEnforcing } from './order-enforcing.ts'
import { PassiveChecker } from './passive-checker.ts'
import { RepeatAction, StickyAction } from './repetition.ts'
import { RescaleObservation } from './rescale-observation.ts'
import { ClipReward, ScaleReward } from './reward.ts'
import { TimeAware } from './time-aware.ts'
import { TimeLimit } from './time-limit.ts'

export {
  ClipAction,
  ClipReward,
  DiscretizeAction,
  Enumerate,
  Flatten,
  OrderEnforcing,
  PassiveChecker,
  RepeatAction,
  RescaleAction,
  RescaleObservation,
  ScaleReward,
  StickyAction,
  TimeAware,
  TimeLimit,
}
export { Wrapper } from './wrapper.ts'

/** A wrapper by the name that specs use: what it does in a line, and how it is built from plain settings. */
export interface WrapperDefinition {
  readonly summary: string
  wrap(env: Env, kwargs: never): Env
}

export const wrappers = createRegistry<WrapperDefinition>('wrapper')

const define = <Kwargs>(name: string, summary: string, Class: new (env: Env, kwargs: Kwargs) => Env): void =>
  wrappers.register(name, { summary, wrap: (env, kwargs) => new Class(env, kwargs) })

define('ClipAction', 'cuts continuous actions to their bounds', ClipAction)
define('ClipReward', 'rewards become their sign, or are cut to { low, high }', ClipReward)
define('DiscretizeAction', 'continuous actions as { bins } values an axis', DiscretizeAction)
define('Enumerate', 'one number of each observation that has finitely many values (Tuples of Discretes)', Enumerate)
define('Flatten', 'one vector of each observation: Discrete one-hot, Tuple and Dict part after part', Flatten)
define('OrderEnforcing', 'refuses steps before a reset and after the end', OrderEnforcing)
define('PassiveChecker', 'holds every observation, action and reward to the contract', PassiveChecker)
define('RepeatAction', 'takes each action { times } times', RepeatAction)
define('RescaleAction', 'stretches actions of { low: -1, high: 1 } to the bounds', RescaleAction)
define('RescaleObservation', 'scales bounded observations to { low: -1, high: 1 }', RescaleObservation)
define('ScaleReward', 'multiplies rewards by { factor }', ScaleReward)
define('StickyAction', 'repeats the last action with probability { p: 0.25 }', StickyAction)
define('TimeAware', 'appends the share of { horizon } steps that has passed', TimeAware)
define('TimeLimit', 'truncates after { maxEpisodeSteps }', TimeLimit)
