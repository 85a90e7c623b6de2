import { allocate, type TypedArray } from '../../core/dtype.ts'
import { usageError } from '../../core/errors.ts'
import { fields } from '../../core/state.ts'
import { box, isBox, type Box, type StackInfo } from '../spaces/index.ts'
import type { Env, EnvSnapshot, Info, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

const paddings: readonly StackInfo['padding'][] = ['blank', 'copy', 'wait']

/**
 * Observations become the last `frames` (4) ones, the oldest first, in front of their shape: [stack, height, width] of gray
 * frames. What an episode's first stacks lack is, by `padding`,
 *
 * - `blank` (the default): zeros;
 * - `copy`: copies of the first frame;
 * - `wait`: zeros, and `info.stackReady` is false until the stack is full; replay does not store such steps.
 *
 * The Box says so (`stack`), so that replay can keep every frame once.
 */
export class FrameStack extends Wrapper {
  private readonly stack: StackInfo
  private readonly inner: Box
  private readonly present: TypedArray
  /** Frames of the episode, as far as they are counted: up to the stack's. */
  private seen = 0

  constructor(env: Env, options: Partial<StackInfo> = {}) {
    super(env)
    const { frames = 4, padding = 'blank' } = options
    const space = env.observationSpace
    if (!isBox(space)) throw usageError(`FrameStack expects a Box of observations, this environment's are ${space}.`)
    if (!Number.isInteger(frames) || frames < 1)
      throw usageError(`FrameStack expects frames to be a whole number of at least 1, got ${frames}.`)
    if (!paddings.includes(padding))
      throw usageError(`FrameStack expects a padding of ${paddings.join(', ')}, got ${String(padding)}.`)
    this.stack = { frames, padding }
    this.inner = space
    this.present = allocate(space.dtype, frames * space.low.length)
    this.observationSpace = box({
      low: repeat(space.low, frames, padding === 'copy' ? Infinity : 0, Math.min),
      high: repeat(space.high, frames, padding === 'copy' ? -Infinity : 0, Math.max),
      shape: [frames, ...space.shape],
      dtype: space.dtype,
      stack: this.stack,
    })
  }

  override reset(options?: ResetOptions): ResetResult {
    const { observation, info } = this.env.reset(options)
    const frame = observation as TypedArray
    this.seen = 1
    if (this.stack.padding === 'copy')
      for (let at = 0; at < this.present.length; at += frame.length) this.present.set(frame, at)
    else this.present.fill(0)
    this.present.set(frame, this.present.length - frame.length)
    return { observation: this.present.slice(), info: this.told(info) }
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    const frame = result.observation as TypedArray
    this.seen = Math.min(this.seen + 1, this.stack.frames)
    this.present.copyWithin(0, frame.length)
    this.present.set(frame, this.present.length - frame.length)
    return { ...result, observation: this.present.slice(), info: this.told(result.info) }
  }

  override snapshot(): EnvSnapshot {
    return { present: this.present.slice(), seen: this.seen, env: this.env.snapshot() }
  }

  override restore(snapshot: EnvSnapshot): void {
    const saved = fields(snapshot, 'FrameStack')
    this.present.set(saved.array('present', this.inner.dtype, [this.present.length]))
    this.seen = saved.number('seen')
    super.restore(snapshot)
  }

  private told(info: Info): Info {
    return this.stack.padding === 'wait' ? { ...info, stackReady: this.seen === this.stack.frames } : info
  }
}

/** Bounds of a stack: the frame's, `times` over, widened to hold `other`. */
function repeat(
  bounds: Float64Array,
  times: number,
  other: number,
  wider: (a: number, b: number) => number,
): Float64Array {
  const out = new Float64Array(times * bounds.length)
  for (let i = 0; i < times; i++)
    out.set(
      bounds.map((bound) => wider(bound, other)),
      i * bounds.length,
    )
  return out
}
