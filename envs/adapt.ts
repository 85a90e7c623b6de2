import { createRng, type Rng } from '../core/rng.ts'
import type { Scene } from '../core/scene.ts'
import { copyState, fields, type StateValue } from '../core/state.ts'
import { messageOf, placeOf, RingsideError, usageError } from '../core/errors.ts'
import { isTypedArray } from '../core/dtype.ts'
import { sameValue } from './same-value.ts'
import type { Space } from './spaces/index.ts'
import type { Env, EnvSnapshot, EnvSpec, ResetOptions, ResetResult, SpaceValue, StepResult } from './types.ts'

/** The least that a user's environment has to be; all else is optional. */
export interface UserEnv {
  readonly observationSpace: Space
  readonly actionSpace: Space
  reset(options?: ResetOptions): ResetResult
  step(action: SpaceValue): StepResult
  render?(): Scene
  close?(): void
  snapshot?(): EnvSnapshot
  restore?(snapshot: EnvSnapshot): void
  /**
   * With a snapshot that holds the random numbers: a `reset()` without a seed goes on drawing from where it stands. Others
   * are given a seed of ours.
   */
  readonly drawsOn?: boolean
  /** Steps after which an episode is cut; none where it is missing. */
  readonly maxEpisodeSteps?: number
  /** What its actions are called, in order: NoopReset looks for NOOP there, FireReset for FIRE. */
  readonly actionMeanings?: readonly string[]
  /** Frames, or a range of them, that each of its steps takes already: who skips frames wants 1. */
  readonly frameskip?: number | readonly number[]
}

/** The replay of an episode did not come to the same place: the environment is not a function of its seed and actions. */
export class SnapshotMismatch extends RingsideError {}

/**
 * Makes a whole environment of a user's; one that is whole is given back as it is. One without `snapshot` is given one: each episode is begun with a seed of our
 * own, its actions are remembered, and `restore` plays them again and checks that it came to the same observation.
 */
export function adaptEnv(user: unknown, id: string): Env {
  if (isWholeEnv(user)) return user
  const env = checkShape(user, id)
  const rng = createRng(0, 'user env')
  const keepsSnapshots = typeof env.snapshot === 'function' && typeof env.restore === 'function'
  let seed = 0
  let options: Record<string, unknown> | undefined
  let actions: SpaceValue[] = []
  let last: SpaceValue | undefined
  let closed = false

  const adapted: Env & { spec: EnvSpec | undefined } & Pick<UserEnv, 'actionMeanings' | 'frameskip'> = {
    ...(env.actionMeanings !== undefined && { actionMeanings: env.actionMeanings }),
    ...(env.frameskip !== undefined && { frameskip: env.frameskip }),
    observationSpace: env.observationSpace,
    actionSpace: env.actionSpace,
    spec: undefined,
    rng,
    get unwrapped() {
      return adapted
    },
    reset(request: ResetOptions = {}) {
      if (request.seed !== undefined && !Number.isSafeInteger(request.seed))
        throw usageError(`${id}: reset expects a whole number as seed, got ${JSON.stringify(request.seed)}.`)
      if (request.seed !== undefined) rng.restore(createRng(request.seed, 'user env').state())
      seed = request.seed ?? rng.uint32()
      options = request.options
      actions = []
      const seeded = request.seed !== undefined || !(keepsSnapshots && env.drawsOn === true)
      const result = env.reset({ ...(seeded && { seed }), ...(options !== undefined && { options }) })
      last = keep(result?.observation)
      return result
    },
    step(action) {
      const result = env.step(action)
      if (!keepsSnapshots) actions.push(isTypedArray(action) ? action.slice() : action)
      if (!keepsSnapshots) last = keep(result?.observation)
      return result
    },
    render() {
      if (env.render === undefined) return describeAsText(id, last)
      const scene: unknown = env.render()
      if (typeof scene !== 'object' || scene === null) {
        throw new RingsideError(
          `The environment ${id} breaks its contract: render() returned ${String(scene)}; expected a Scene: ` +
            '{ width, height, background, items: [ … ] }.',
        )
      }
      return scene as Scene
    },
    close() {
      if (!closed) env.close?.()
      closed = true
    },
    snapshot() {
      const { key, words, spare } = rng.state()
      const own = { rng: { key, words, spare } }
      if (keepsSnapshots) return { ...own, state: env.snapshot!() }
      return {
        ...own,
        seed,
        options: (options ?? null) as StateValue,
        actions: actions.slice() as StateValue,
        last: (last ?? null) as StateValue,
      }
    },
    restore(snapshot) {
      const saved = fields(snapshot, `the environment ${id}`)
      const state = saved.tree('rng')
      rng.restore(copyState(state) as unknown as ReturnType<Rng['state']>)
      if (keepsSnapshots) {
        env.restore!(saved.tree('state'))
        return
      }
      seed = saved.number('seed')
      const savedOptions = saved.get('options')
      options = savedOptions === null ? undefined : (savedOptions as Record<string, unknown>)
      actions = [...saved.list('actions')] as SpaceValue[]
      const expected = saved.get('last')
      if (expected === null) return
      let reached = env.reset({ seed, ...(options !== undefined && { options }) }).observation
      for (const action of actions) reached = env.step(action).observation
      last = reached
      if (!sameValue(reached, expected)) {
        throw new SnapshotMismatch(
          `${id} has no snapshot(), and playing its episode again from seed ${seed} came to another place: it draws random ` +
            'numbers that do not come from the seed of reset(). Seed them, or write snapshot() and restore().',
        )
      }
    },
    toString: () => id,
  }
  return adapted
}

/** Whether there is nothing to add: an environment of our own kind. */
function isWholeEnv(value: unknown): value is Env {
  const methods = ['reset', 'step', 'render', 'close', 'snapshot', 'restore'] as const
  const env = value as Partial<Env> | null | undefined
  const isNamed = env?.toString !== Object.prototype.toString
  return env?.rng !== undefined && isNamed && methods.every((name) => typeof env[name] === 'function')
}

/** A copy, should the environment fill one array again and again. */
function keep(observation: SpaceValue | undefined): SpaceValue | undefined {
  return isTypedArray(observation) ? observation.slice() : observation
}

const wholeEnv = 'expected an object with observationSpace, actionSpace, reset() and step()'

function checkShape(value: unknown, id: string): UserEnv {
  if (typeof value !== 'object' || value === null) {
    const hint = value === undefined ? ' A factory function returns the environment: is its return missing?' : ''
    throw usageError(`The environment ${id} is ${String(value)}; ${wholeEnv}.${hint}`)
  }
  const env = value as Record<string, unknown>
  for (const space of ['observationSpace', 'actionSpace']) {
    if (typeof (env[space] as { contains?: unknown } | null | undefined)?.contains === 'function') continue
    const came = env[space] === undefined ? `has no ${space}` : `has ${JSON.stringify(env[space])} as ${space}`
    throw usageError(
      `The environment ${id} ${came}; expected a space such as spaces.box({ … }) or spaces.discrete(2), ` +
        "with import { spaces } from 'ringside/envs'.",
    )
  }
  for (const method of ['reset', 'step']) {
    if (typeof env[method] !== 'function') throw usageError(`The environment ${id} has no ${method}(); ${wholeEnv}.`)
  }
  if ((typeof env['snapshot'] === 'function') !== (typeof env['restore'] === 'function')) {
    const [one, other] = typeof env['snapshot'] === 'function' ? ['snapshot', 'restore'] : ['restore', 'snapshot']
    throw usageError(
      `The environment ${id} has ${one}() and no ${other}(); expected both, or neither: then its episodes are played again.`,
    )
  }
  return value as UserEnv
}

/** Calls a user's export: a class is constructed, a factory called, both with the keyword arguments. */
export function buildUserEnv(exported: unknown, id: string, kwargs: Readonly<Record<string, unknown>>): unknown {
  if (typeof exported !== 'function') return exported
  let made: unknown
  try {
    const isClass = /^class\b/.test(Function.prototype.toString.call(exported))
    made = isClass
      ? new (exported as new (kwargs: unknown) => unknown)(kwargs)
      : (exported as (kwargs: unknown) => unknown)(kwargs)
  } catch (error) {
    const place = error instanceof RingsideError ? '' : `: it threw${placeOf(error)}`
    throw usageError(`The environment ${id} could not be built${place}: ${messageOf(error)}`, error)
  }
  if (made instanceof Promise) {
    // What is said here is the reason, not what it may be rejected with later.
    made.catch(() => {})
    throw usageError(
      `The environment ${id} is a Promise; ${wholeEnv}. Take "async" from its factory, and await at the top of its module.`,
    )
  }
  return made
}

/** The picture of an environment that draws none: its observation in words. */
function describeAsText(id: string, observation: SpaceValue | undefined): Scene {
  const values = isTypedArray(observation)
    ? Array.from(observation.slice(0, 12), (x) => x.toFixed(3))
    : [JSON.stringify(observation ?? null)]
  const lines = [id, ...values.map((value, i) => `${i}: ${value}`)]
  return {
    width: 600,
    height: 400,
    background: '#fbfaf7',
    items: lines.map((text, i) => ({
      kind: 'text',
      x: 24,
      y: 28 + i * 28,
      text,
      size: 18,
      color: '#2b2d33',
      baseline: 'top',
    })),
  }
}
