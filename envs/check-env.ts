import { messageOf, nearestName, placeOf, RingsideError } from '../core/errors.ts'
import { createRng } from '../core/rng.ts'
import type { Scene } from '../core/scene.ts'
import { decodeState, encodeState } from '../core/state.ts'
import { isTypedArray } from '../core/dtype.ts'
import { firstDifference, sameValue } from './same-value.ts'
import type { Env, EnvSnapshot, SpaceValue, StepResult } from './types.ts'

/** One thing that is wrong or worth knowing: what was expected, what came, what to change. */
export interface EnvFinding {
  readonly severity: 'error' | 'warning'
  readonly message: string
}

/**
 * Plays an environment and tells all that breaks the contract; an empty list is a clean bill. The environment should come
 * from `make`, whose checker words what is wrong with a single step; this looks at what only several show: seeds that do
 * not reproduce, an observation array that is filled again, snapshots that miss a part, pictures that cannot be drawn.
 */
export function checkEnv(env: Env, { steps = 200, seed = 1 }: { steps?: number; seed?: number } = {}): EnvFinding[] {
  const findings: EnvFinding[] = []
  const error = (message: string): void => void findings.push({ severity: 'error', message })
  const attempt = <T>(what: string, fn: () => T): T | undefined => {
    try {
      return fn()
    } catch (thrown) {
      const verb = thrown instanceof RingsideError ? '' : ` threw${placeOf(thrown)}`
      error(`${what}${verb}: ${messageOf(thrown)}`)
      return undefined
    }
  }
  const actions = createRng(seed, 'check')
  const draw = (): SpaceValue => env.actionSpace.sample(actions)

  const first = attempt('reset({ seed })', () => env.reset({ seed }))
  if (first === undefined) return findings
  const kept = copy(first.observation)
  const again = attempt('the second reset({ seed })', () => env.reset({ seed }))
  if (again === undefined) return findings
  const isSeeded = sameValue(kept, again.observation)
  if (!isSeeded) {
    error(
      `Two calls of reset({ seed: ${seed} }) gave two first observations; expected the same one. ` +
        'Draw every random number from a generator that reset() seeds: createRng(seed), not Math.random().',
    )
  }

  const played = attempt('step()', () => play(env, seed, steps, draw))
  if (played !== undefined) {
    if (played.written !== undefined) {
      error(
        `step() was given the action ${played.written.given} and made ${played.written.left} of it; expected it to be left ` +
          'as it is, for the caller to keep. Work on a copy: action.slice().',
      )
    }
    if (played.overwritten !== undefined) {
      error(
        `${played.overwritten} hands out one observation array and fills it again; expected a new array for every step, ` +
          'for the caller to keep (replay does). Return a copy: observation.slice().',
      )
    }
    const replayed = attempt('step(), with the same actions again', () => replay(env, seed, played.steps))
    if (typeof replayed === 'string' && isSeeded) {
      error(
        `The same seed and actions gave another episode: ${replayed}; expected the same. Set every field anew in reset(), ` +
          'and draw random numbers only from the generator that reset() seeds.',
      )
    }
    if (replayed === true) checkSnapshot(env, seed, draw, error, attempt)
  }
  const scene = attempt('render()', () => {
    env.reset({ seed })
    return env.render()
  })
  if (scene !== undefined) for (const message of faultsOf(scene)) error(message)
  attempt('close(), twice', () => {
    env.close()
    env.close()
  })
  return findings
}

interface Played {
  readonly steps: readonly { readonly action: SpaceValue; readonly result: StepResult }[]
  /** What handed out an array that it had handed out before. */
  readonly overwritten: string | undefined
  /** An action before and after a step that wrote to it. */
  readonly written: { readonly given: string; readonly left: string } | undefined
}

function play(env: Env, seed: number, count: number, draw: () => SpaceValue): Played {
  const steps: { action: SpaceValue; result: StepResult }[] = []
  let overwritten: string | undefined
  let written: Played['written']
  let last: SpaceValue | undefined
  let kept: SpaceValue | undefined
  const receive = (observation: SpaceValue, from: string): SpaceValue => {
    if ((isTypedArray(observation) && observation === last) || !sameValue(last, kept)) overwritten ??= from
    last = observation
    kept = copy(observation)
    return kept
  }
  receive(env.reset({ seed }).observation, 'reset()')
  for (let i = 0; i < count; i++) {
    const action = draw()
    const given = copy(action)
    const result = env.step(given)
    if (!sameValue(action, given)) written ??= { given: String(action), left: String(given) }
    steps.push({ action, result: { ...result, observation: receive(result.observation, 'step()') } })
    if (result.terminated || result.truncated) receive(env.reset().observation, 'reset()')
  }
  return { steps, overwritten, written }
}

/** True, or what differed. */
function replay(env: Env, seed: number, steps: Played['steps']): true | string {
  env.reset({ seed })
  let running = true
  for (const [i, { action, result }] of steps.entries()) {
    if (!running) env.reset()
    const now = env.step(copy(action))
    const found = differenceOf(result, now)
    if (found !== undefined) return `in step ${i + 1} ${found}`
    running = !now.terminated && !now.truncated
  }
  return true
}

function checkSnapshot(
  env: Env,
  seed: number,
  draw: () => SpaceValue,
  error: (message: string) => void,
  attempt: <T>(what: string, fn: () => T) => T | undefined,
): void {
  const snapshot = attempt('snapshot()', () => {
    env.reset({ seed })
    const warmUp = env.step(draw())
    if (warmUp.terminated || warmUp.truncated) env.reset()
    return env.snapshot()
  })
  if (snapshot === undefined) return
  // As a checkpoint would write it, and before anything moves on that the snapshot may only point to.
  const bytes = attempt('writing what snapshot() returned', () => encodeState(snapshot))
  if (bytes === undefined) return
  const differs = attempt('going on from restore(snapshot())', () => {
    const steps: { action: SpaceValue; result: StepResult }[] = []
    for (let i = 0; i < 20; i++) {
      const action = draw()
      const result = env.step(copy(action))
      steps.push({ action, result: { ...result, observation: copy(result.observation) } })
      if (result.terminated || result.truncated) break
    }
    const written = decodeState(bytes)
    const ways: [string, EnvSnapshot][] = [
      ['The snapshot misses a part of the state: fields, or random numbers (rng.state() and rng.restore()).', written],
      [
        "An array in the snapshot is the environment's own and moved on with it: put a copy there, with .slice().",
        snapshot,
      ],
      ['restore() made an array of the snapshot its own and wrote to it: copy it, with .slice() or .set().', written],
    ]
    for (const [why, state] of ways) {
      env.restore(state)
      for (const [i, { action, result }] of steps.entries()) {
        const found = differenceOf(result, env.step(copy(action)))
        if (found !== undefined) return `in step ${i + 1} after it ${found}; expected the same. ${why}`
      }
    }
    return undefined
  })
  if (typeof differs === 'string') error(`The same actions after restore(snapshot()) led elsewhere: ${differs}`)
}

function differenceOf(before: StepResult, now: StepResult): string | undefined {
  for (const part of ['observation', 'reward', 'terminated', 'truncated'] as const) {
    const found = firstDifference(before[part], now[part])
    if (found !== undefined) return `${part}${found.path} was ${String(found.a)} and then ${String(found.b)}`
  }
  return undefined
}

const itemKinds = ['rect', 'circle', 'line', 'polygon', 'text', 'pixels', 'sprite']

/** What in a picture no painter could draw. */
function faultsOf(scene: Scene): string[] {
  const value = scene as Scene | null
  if (
    typeof value !== 'object' ||
    value === null ||
    !Array.isArray(value.items) ||
    !(value.width > 0 && value.height > 0)
  )
    return ['render() expects a Scene to be returned: { width, height, background, items: [ … ] } with positive sizes.']
  const faults: string[] = []
  for (const [i, item] of value.items.entries()) {
    const { kind, ...rest } = item as { readonly kind: string }
    if (!itemKinds.includes(kind)) {
      const near = nearestName(String(kind), itemKinds)
      const hint = near === undefined ? '' : ` Did you mean "${near}"?`
      faults.push(
        `Item ${i} of render() has the kind ${JSON.stringify(kind)}; expected ${itemKinds.join(', ')}.${hint}`,
      )
    }
    for (const [name, x] of Object.entries(rest)) {
      const numbers = name === 'points' && Array.isArray(x) ? (x as unknown[]) : [x]
      if (numbers.some((n) => typeof n === 'number' && !Number.isFinite(n)))
        faults.push(`Item ${i} of render(), a ${kind}, has ${name} ${String(x)}; expected finite numbers.`)
    }
  }
  return faults
}

function copy(value: SpaceValue): SpaceValue {
  if (isTypedArray(value)) return value.slice()
  if (Array.isArray(value)) return (value as readonly SpaceValue[]).map(copy)
  if (typeof value === 'object')
    return Object.fromEntries(Object.entries(value as Record<string, SpaceValue>).map(([k, v]) => [k, copy(v)]))
  return value
}
