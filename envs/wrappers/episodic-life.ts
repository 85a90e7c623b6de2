import { RingsideError } from '../../core/errors.ts'
import { fields } from '../../core/state.ts'
import type { Env, EnvSnapshot, Info, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { checkAction, stepIntoEpisode } from './noop-reset.ts'
import { Wrapper } from './wrapper.ts'

/**
 * The loss of a life (`info.lives`) ends the episode for the learner, while the game goes on: `info.lifeLost` tells it from
 * the game's own end. The reset after it is a step of `noopAction` (0), and says `info.gameGoesOn`; only when the game is
 * over, before a life is lost, or where a seed is given, is the game itself reset. Evaluations count whole games.
 */
export class EpisodicLife extends Wrapper {
  private readonly noopAction: SpaceValue
  private lives = 0
  /** The game waits to go on with the next life. */
  private waits = false

  constructor(env: Env, { noopAction = 0 }: { readonly noopAction?: SpaceValue } = {}) {
    super(env)
    checkAction('EpisodicLife', 'noopAction', env, noopAction)
    this.noopAction = noopAction
  }

  override reset(options?: ResetOptions): ResetResult {
    const goesOn = this.waits && options?.seed === undefined
    const start = goesOn
      ? stepIntoEpisode(this.env, this.noopAction, { observation: 0, info: { gameGoesOn: true } }, options)
      : this.env.reset(options)
    this.waits = false
    this.lives = this.livesOf(start.info)
    return start
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    const lives = this.livesOf(result.info)
    const ended = result.terminated || result.truncated
    // Some games show 0 lives before their last one is over.
    this.waits = !ended && lives > 0 && lives < this.lives
    this.lives = lives
    return this.waits ? { ...result, terminated: true, info: { ...result.info, lifeLost: true } } : result
  }

  override snapshot(): EnvSnapshot {
    return { lives: this.lives, waits: this.waits, env: this.env.snapshot() }
  }

  override restore(snapshot: EnvSnapshot): void {
    const saved = fields(snapshot, 'EpisodicLife')
    this.lives = saved.number('lives')
    this.waits = saved.boolean('waits')
    super.restore(snapshot)
  }

  private livesOf({ lives }: Info): number {
    if (typeof lives === 'number') return lives
    throw new RingsideError(
      `EpisodicLife expects info.lives to be a number after every reset and step of ${this.env}, got ${String(lives)}.`,
    )
  }
}
