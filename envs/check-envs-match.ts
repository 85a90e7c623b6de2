import { createRng } from '../core/rng.ts'
import { firstDifference } from './same-value.ts'
import type { Env, ResetResult, StepResult } from './types.ts'

export interface MatchOptions {
  /** An episode is begun with each. */
  readonly seeds?: readonly number[]
  /** Of each seed, over as many episodes as they take. */
  readonly steps?: number
  /** How far apart two numbers of observations and rewards may be. */
  readonly tolerance?: number
}

/** Where two environments first part. */
export interface EnvsDifference {
  /** Undefined where their spaces differ. */
  readonly seed: number | undefined
  /** Steps taken since `reset({ seed })`, the one that differs included; 0 is that reset. */
  readonly step: number
  /** `observation[3]`, `reward`, `terminated`, `actionSpace`. */
  readonly what: string
  readonly a: unknown
  readonly b: unknown
  /** All of it in a sentence. */
  readonly message: string
}

/**
 * Plays two environments with the same seeds and the same random actions and gives the first difference of spaces,
 * observations, rewards or ends; undefined where they match. For a port beside its original, a faster version beside a
 * plain one, or an environment beside its wrapped self. Infos are not compared. Environments that draw their random
 * numbers in different ways match only where nothing is random.
 */
export function checkEnvsMatch(
  a: Env,
  b: Env,
  { seeds = [0, 1, 2], steps = 200, tolerance = 0 }: MatchOptions = {},
): EnvsDifference | undefined {
  for (const what of ['observationSpace', 'actionSpace'] as const) {
    if (firstDifference(a[what].toJSON(), b[what].toJSON()) === undefined) continue
    const [left, right] = [String(a[what]), String(b[what])]
    const message = `${what}: ${a} has ${left}, ${b} has ${right}.`
    return { seed: undefined, step: 0, what, a: left, b: right, message }
  }
  for (const seed of seeds) {
    const actions = createRng(seed, 'match')
    let found = compare(a.reset({ seed }), b.reset({ seed }), ['observation'])
    for (let step = 0; ; step++) {
      if (found !== undefined) {
        const { part, path, left, right } = found
        const what = `${part}${path}`
        const when = step === 0 ? `at reset({ seed: ${seed} })` : `in step ${step} after reset({ seed: ${seed} })`
        const message = `${what} ${when}: ${a} has ${String(left)}, ${b} has ${String(right)}.`
        return { seed, step, what, a: left, b: right, message }
      }
      if (step === steps) break
      const action = a.actionSpace.sample(actions)
      const [ours, theirs] = [a.step(action), b.step(action)]
      found = compare(ours, theirs, ['observation', 'reward', 'terminated', 'truncated'])
      if (found === undefined && (ours.terminated || ours.truncated))
        found = compare(a.reset(), b.reset(), ['observation'])
    }
  }
  return undefined

  function compare<T extends ResetResult | StepResult>(
    ours: T,
    theirs: T,
    parts: readonly (keyof T & string)[],
  ): { part: string; path: string; left: unknown; right: unknown } | undefined {
    for (const part of parts) {
      const found = firstDifference(ours[part], theirs[part], tolerance)
      if (found !== undefined) return { part, path: found.path, left: found.a, right: found.b }
    }
    return undefined
  }
}
