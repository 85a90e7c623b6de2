import { usageError } from '../../core/errors.ts'
import { createRng, type Rng } from '../../core/rng.ts'
import { restoreRng, saveRng } from '../../core/rng-state.ts'
import type { Env, EnvSnapshot, ResetOptions, ResetResult, SpaceValue } from '../types.ts'
import { Wrapper } from './wrapper.ts'

export interface NoopResetOptions {
  /** The most; 0 for none. */
  readonly noopMax?: number
  /** The action that does nothing; default: the one that the environment calls NOOP (`actionMeanings`). */
  readonly noopAction?: SpaceValue
}

/**
 * Episodes begin with 1 to `noopMax` (30) steps of doing nothing, so that a deterministic game has many starts (Mnih et al.
 * 2015). Its random numbers are a stream of its own.
 */
export class NoopReset extends Wrapper {
  private readonly noopMax: number
  private readonly noopAction: SpaceValue
  private readonly own: Rng = createRng(0)

  constructor(env: Env, { noopMax = 30, noopAction = noopOf(env) }: NoopResetOptions = {}) {
    super(env)
    if (!Number.isInteger(noopMax) || noopMax < 0)
      throw usageError(`NoopReset expects noopMax to be a whole number, 0 or more, got ${noopMax}.`)
    if (noopAction === undefined)
      throw usageError(
        'NoopReset expects an action that does nothing, and the environment calls none of its actions NOOP; set noopAction to one.',
      )
    checkAction('NoopReset', 'noopAction', env, noopAction)
    this.noopMax = noopMax
    this.noopAction = noopAction
    this.own.restore(env.rng.stream('NoopReset').state())
  }

  override reset(options?: ResetOptions): ResetResult {
    let start = this.env.reset(options)
    if (options?.seed !== undefined) this.own.restore(this.env.rng.stream('NoopReset').state())
    const noops = this.noopMax === 0 ? 0 : 1 + this.own.int(this.noopMax)
    for (let i = 0; i < noops; i++) start = stepIntoEpisode(this.env, this.noopAction, start, options)
    return start
  }

  override snapshot(): EnvSnapshot {
    return { own: saveRng(this.own), env: this.env.snapshot() }
  }

  override restore(snapshot: EnvSnapshot): void {
    restoreRng(this.own, snapshot['own'], 'the random numbers of NoopReset')
    super.restore(snapshot)
  }
}

/** The number of the action that the environment calls NOOP (or no-op); undefined where it calls none so. */
export function noopOf(env: Env): number | undefined {
  const { actionMeanings } = env.unwrapped as { actionMeanings?: unknown }
  if (!Array.isArray(actionMeanings)) return undefined
  const at = actionMeanings.findIndex((name) => /^no-?op$/i.test(String(name)))
  return at < 0 ? undefined : at
}

/** A step that belongs to the start of an episode; should it end one, another begins. */
export function stepIntoEpisode(
  env: Env,
  action: SpaceValue,
  start: ResetResult,
  options: ResetOptions | undefined,
): ResetResult {
  const { observation, terminated, truncated, info } = env.step(action)
  if (!terminated && !truncated) return { observation, info: { ...start.info, ...info } }
  // The seed was used up by the episode that is over.
  return env.reset(options?.options === undefined ? {} : { options: options.options })
}

/** A usage error unless the action is one of the environment's. */
export function checkAction(wrapper: string, option: string, env: Env, action: SpaceValue): void {
  if (!env.actionSpace.contains(action))
    throw usageError(
      `${wrapper} expects ${option} to be one of ${env.actionSpace}, got ${JSON.stringify(action)}; set ${option}.`,
    )
}
