import { usageError } from '../../core/errors.ts'
import type { Env, ResetOptions, ResetResult } from '../types.ts'
import { checkAction, stepIntoEpisode } from './noop-reset.ts'
import { Wrapper } from './wrapper.ts'

/**
 * Episodes begin with the action that starts the game, for games that stand still until then: the one that the environment
 * calls FIRE (`actionMeanings`), or `action` (1).
 */
export class FireReset extends Wrapper {
  private readonly action: number

  constructor(env: Env, { action }: { readonly action?: number } = {}) {
    super(env)
    const { actionMeanings } = env.unwrapped as { actionMeanings?: unknown }
    const named = Array.isArray(actionMeanings) ? actionMeanings.indexOf('FIRE') : 1
    this.action = action ?? named
    if (this.action < 0)
      throw usageError(
        `FireReset expects an action called FIRE, this environment has ${String(actionMeanings)}; set action to its number, or leave FireReset out.`,
      )
    checkAction('FireReset', 'action', env, this.action)
  }

  override reset(options?: ResetOptions): ResetResult {
    return stepIntoEpisode(this.env, this.action, this.env.reset(options), options)
  }
}
