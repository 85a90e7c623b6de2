import { withKnownOptions } from '../../core/known-options.ts'
import { usageError } from '../../core/errors.ts'
import { createRegistry } from '../../core/registry.ts'
import type { Env } from '../types.ts'
import { ActionHistory } from './action-history.ts'
import { ClipAction, DiscretizeAction, RescaleAction } from './action.ts'
import { Delay } from './delay.ts'
import { Dtype } from './dtype.ts'
import { Enumerate } from './enumerate.ts'
import { Filter } from './filter.ts'
import { Flatten } from './flatten.ts'
import { ObstructView, WhiteNoise } from './noise.ts'
import { NormalizeObservation, NormalizeReward } from './normalize.ts'
import { OrderEnforcing } from './order-enforcing.ts'
import { PassiveChecker } from './passive-checker.ts'
import { RecordEpisodeStatistics } from './record-episode-statistics.ts'
import { AtariPreprocessing } from './atari-preprocessing.ts'
import { EpisodicLife } from './episodic-life.ts'
import { FireReset } from './fire-reset.ts'
import { FrameStack } from './frame-stack.ts'
import { Crop, Grayscale, Resize } from './image.ts'
import { MaxAndSkip } from './max-and-skip.ts'
import { NoopReset } from './noop-reset.ts'
import { RenderObservation } from './render-observation.ts'
import { RepeatAction, StickyAction } from './repetition.ts'
import { RescaleObservation } from './rescale-observation.ts'
import { ClipReward, ScaleReward } from './reward.ts'
import { TimeAware } from './time-aware.ts'
import { TimeLimit } from './time-limit.ts'

export { ActionHistory, Delay, Dtype, Filter, NormalizeObservation, NormalizeReward, ObstructView }
export { RecordEpisodeStatistics, WhiteNoise }
export {
  AtariPreprocessing,
  Crop,
  EpisodicLife,
  FireReset,
  FrameStack,
  Grayscale,
  MaxAndSkip,
  NoopReset,
  RenderObservation,
  Resize,
}
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
export { withStatistics } from './statistics.ts'
export { Transform, type TransformOptions } from './transform.ts'
export { Wrapper } from './wrapper.ts'

/** A wrapper by the name that specs use: what it does in a line, and how it is built from plain settings. */
export interface WrapperDefinition {
  readonly summary: string
  wrap(env: Env, kwargs: never): Env
}

export const wrappers = createRegistry<WrapperDefinition>('wrapper')

const define = <Kwargs>(name: string, summary: string, Class: new (env: Env, kwargs: Kwargs) => Env): void =>
  wrappers.register(name, {
    summary,
    wrap: (env, kwargs) =>
      withKnownOptions(`The wrapper ${name}`, kwargs, (options) => new Class(env, options as Kwargs)),
  })

define('ActionHistory', 'appends the last { actions: 1 } actions one-hot', ActionHistory)
define('ClipAction', 'cuts continuous actions to their bounds', ClipAction)
define('ClipReward', 'rewards become their sign, or are cut to { low, high }', ClipReward)
define('Delay', 'observations come { steps } steps late', Delay)
define('DiscretizeAction', 'continuous actions as { bins } values an axis', DiscretizeAction)
define('Dtype', 'observations as { dtype }', Dtype)
define('Enumerate', 'one number of each observation that has finitely many values (Tuples of Discretes)', Enumerate)
define('Filter', 'keeps the { keys } of a Dict observation', Filter)
define('Flatten', 'one vector of each observation: Discrete one-hot, Tuple and Dict part after part', Flatten)
define('NormalizeObservation', 'observations less their running mean, over their deviation', NormalizeObservation)
define(
  'NormalizeReward',
  'rewards over the running deviation of the discounted return { gamma: 0.99 }',
  NormalizeReward,
)
define('ObstructView', 'patches of noise { width } wide over a { share } of the picture', ObstructView)
define('OrderEnforcing', 'refuses steps before a reset and after the end', OrderEnforcing)
define('PassiveChecker', 'holds every observation, action and reward to the contract', PassiveChecker)
define('RecordEpisodeStatistics', 'info.episode at the end: { return, length, seconds }', RecordEpisodeStatistics)
define('AtariPreprocessing', 'φ: no-ops, frame skip, maximum, grayscale, 84 × 84 and a stack of 4', AtariPreprocessing)
define('Crop', 'cuts frames to { top, left, height, width }, or to the square in the middle', Crop)
define('EpisodicLife', 'a lost life ends the episode for the learner', EpisodicLife)
define('FireReset', 'begins episodes with the action FIRE', FireReset)
define('FrameStack', 'the last { frames: 4 } observations, { padding: blank | copy | wait } at the start', FrameStack)
define('Grayscale', 'RGB frames become their luminance', Grayscale)
define('MaxAndSkip', 'takes each action { skip: 4 } times and shows the maximum of the last two frames', MaxAndSkip)
define('NoopReset', 'begins episodes with up to { noopMax: 30 } steps of doing nothing', NoopReset)
define('RenderObservation', 'pixels of { height, width } × 3 bytes, drawn from the scene', RenderObservation)
define('RepeatAction', 'takes each action { times } times', RepeatAction)
define('RescaleAction', 'stretches actions of { low: -1, high: 1 } to the bounds', RescaleAction)
define('RescaleObservation', 'scales bounded observations to { low: -1, high: 1 }', RescaleObservation)
define('Resize', 'resizes frames to { height, width }, { interpolation: area | bilinear | nearest }', Resize)
define('ScaleReward', 'multiplies rewards by { factor }', ScaleReward)
define('StickyAction', 'repeats the last action with probability { p: 0.25 }', StickyAction)
define('TimeAware', 'appends the share of { horizon } steps that has passed', TimeAware)
wrappers.register('Transform', {
  summary: 'observations through a function: in code alone, new Transform(env, { transform, space })',
  wrap: () => {
    throw usageError(
      'Transform takes a function, which a spec cannot hold: make it in code, new Transform(env, { transform, space }), in an environment of your own.',
    )
  },
})
define('TimeLimit', 'truncates after { maxEpisodeSteps }', TimeLimit)
define('WhiteNoise', 'replaces a { share } of the pixels, or adds noise of { standardDeviation }', WhiteNoise)
