import type { TypedArray } from '../../core/dtype.ts'
import type { Scene } from '../../core/scene.ts'
import { usageError } from '../../core/errors.ts'
import { isBox } from '../spaces/index.ts'
import type { Env, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

/**
 * Each action is taken `skip` times (4) and rewards add up; the observation is the maximum, element by element, of the last
 * two frames (Mnih et al. 2015: things that show in every other frame only). Of an episode that ends early they are the last
 * two before its end. A step of one frame shows that frame.
 */
export class MaxAndSkip extends Wrapper {
  private readonly skip: number

  constructor(env: Env, { skip = 4 }: { readonly skip?: number } = {}) {
    super(env)
    if (!isBox(env.observationSpace))
      throw usageError(`MaxAndSkip expects a Box of observations, this environment's are ${env.observationSpace}.`)
    this.skip = checkedSkip('MaxAndSkip', env, skip)
  }

  override step(action: SpaceValue): StepResult {
    const { result, before } = takeSkipped(this.env, action, this.skip)
    if (before === undefined) return result
    const observation = (result.observation as TypedArray).slice()
    for (let i = 0; i < observation.length; i++) observation[i] = Math.max(observation[i]!, before[i]!)
    return { ...result, observation }
  }

  override render(): Scene {
    return atPace(this.env.render(), this.skip)
  }
}

/** A scene that is shown once in so many of its frames, in its own time. */
export function atPace(scene: Scene, frames: number): Scene {
  return scene.fps === undefined ? scene : { ...scene, fps: scene.fps / frames }
}

export function checkedSkip(wrapper: string, env: Env, skip: number): number {
  if (!Number.isInteger(skip) || skip < 1)
    throw usageError(`${wrapper} expects skip to be a whole number of at least 1, got ${skip}.`)
  const { frameskip = 1 } = env.unwrapped as { readonly frameskip?: unknown }
  if (skip > 1 && frameskip !== 1)
    throw usageError(
      `${wrapper} takes each action ${skip} times, and ${env.unwrapped} takes it for ${String(frameskip)} frames each time; ` +
        'set frameskip to 1 in its kwargs, or skip to 1.',
    )
  return skip
}

/** Takes an action `skip` times or until the episode ends: the last step with all rewards, and the frame before its own. */
export function takeSkipped(
  env: Env,
  action: SpaceValue,
  skip: number,
): { readonly result: StepResult; readonly before: TypedArray | undefined } {
  let result = env.step(action)
  let before: TypedArray | undefined
  let { reward } = result
  let raw = result.rawReward ?? reward
  for (let i = 1; i < skip && !result.terminated && !result.truncated; i++) {
    before = result.observation as TypedArray
    result = env.step(action)
    reward += result.reward
    raw += result.rawReward ?? result.reward
  }
  return { result: { ...result, reward, ...(result.rawReward !== undefined && { rawReward: raw }) }, before }
}
