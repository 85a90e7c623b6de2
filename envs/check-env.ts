import { messageOf } from '../core/errors.ts'
import { createRng } from '../core/rng.ts'
import { sameValue } from './same-value.ts'
import type { Env, SpaceValue, StepResult } from './types.ts'

/** One thing that is wrong or worth knowing: what was expected, what came, what to change. */
export interface EnvFinding {
  readonly severity: 'error' | 'warning'
  readonly message: string
}

/**
 * Plays an environment and tells all that breaks the contract; an empty list is a clean bill. The environment should come
 * from `make`, whose checker words most of the errors.
 */
export function checkEnv(env: Env, { steps = 200, seed = 1 }: { steps?: number; seed?: number } = {}): EnvFinding[] {
  const findings: EnvFinding[] = []
  const attempt = <T>(what: string, fn: () => T): T | undefined => {
    try {
      return fn()
    } catch (error) {
      findings.push({ severity: 'error', message: `${what}: ${messageOf(error)}` })
      return undefined
    }
  }
  const actions = createRng(seed, 'check')
  const draw = (): SpaceValue => env.actionSpace.sample(actions)

  const first = attempt('reset({ seed })', () => env.reset({ seed }))
  if (first === undefined) return findings
  const again = attempt('a second reset with the same seed', () => env.reset({ seed }))
  if (again !== undefined && !sameValue(first.observation, again.observation)) {
    findings.push({
      severity: 'error',
      message:
        'reset({ seed }) with one seed gave two first observations. Draw every random number from a generator that reset seeds.',
    })
  }

  const played: { action: SpaceValue; result: StepResult }[] = []
  const play = attempt('step', () => {
    let running = true
    for (let i = 0; i < steps; i++) {
      if (!running) {
        env.reset()
        running = true
      }
      const action = draw()
      const result = env.step(action)
      played.push({ action, result })
      running = !result.terminated && !result.truncated
    }
    return true
  })
  if (play === true) {
    const replayed = attempt('playing the same actions again', () => {
      env.reset({ seed })
      let running = true
      for (const { action, result } of played) {
        if (!running) env.reset()
        const now = env.step(action)
        if (!sameValue(now.observation, result.observation) || now.reward !== result.reward) return false
        running = !now.terminated && !now.truncated
      }
      return true
    })
    if (replayed === false) {
      findings.push({
        severity: 'error',
        message: 'The same seed and actions gave another episode. Draw random numbers from the seeded generator only.',
      })
    }
    checkSnapshot(env, seed, draw, findings, attempt)
  }
  const rendered = attempt('render', () => {
    env.reset({ seed })
    return env.render()
  })
  if (rendered !== undefined && !(rendered.width > 0 && rendered.height > 0 && Array.isArray(rendered.items))) {
    findings.push({ severity: 'error', message: 'render() expects a Scene: { width, height, background, items }.' })
  }
  attempt('close() called twice', () => {
    env.close()
    env.close()
  })
  return findings
}

function checkSnapshot(
  env: Env,
  seed: number,
  draw: () => SpaceValue,
  findings: EnvFinding[],
  attempt: <T>(what: string, fn: () => T) => T | undefined,
): void {
  const continues = attempt('snapshot and restore', () => {
    env.reset({ seed })
    const warmUp = env.step(draw())
    if (warmUp.terminated || warmUp.truncated) env.reset()
    const snapshot = env.snapshot()
    const action = draw()
    const expected = env.step(action)
    env.restore(snapshot)
    const came = env.step(action)
    return sameValue(expected.observation, came.observation) && expected.reward === came.reward
  })
  if (continues === false) {
    findings.push({
      severity: 'error',
      message: 'After restore(snapshot()) the same action gave another step. The snapshot misses a part of the state.',
    })
  }
}
