import type { Acted, Actor } from '../../agents/types.ts'
import type { TypedArray } from '../../core/dtype.ts'
import type { Info, VectorEnv, VectorStep } from '../../envs/types.ts'

/** One step of play. The arrays are reused by the next one. */
export interface RolloutStep {
  readonly observations: TypedArray
  readonly acted: Acted
  readonly result: VectorStep
}

/** Plays without learning: evaluating, recording and watching are folds over this sequence. The environment is reset already. */
export function* rollout(env: VectorEnv, actor: Actor): Generator<RolloutStep, never> {
  for (;;) {
    const observations = env.observations()
    const acted = actor.act(observations, env.isFirst(), env.actionMask())
    yield { observations, acted, result: env.step(acted.actions) }
  }
}

/** By the info of an episode's last step: it was a life's (`EpisodicLife`), and a reset without a seed goes on with the game. */
export function gameGoesOn(info: Info): boolean {
  return info['lifeLost'] === true
}
