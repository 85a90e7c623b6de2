import { checkNumbers } from '../core/check-options.ts'
import { isModulePath, loadModulePath } from '../core/load-path.ts'
import { withKnownOptions } from '../core/known-options.ts'
import { createRegistry } from '../core/registry.ts'
import { inContext, nearestName, RingsideError, unknownName, usageError } from '../core/errors.ts'
import { adaptEnv, buildUserEnv } from './adapt.ts'
import type { EnvControls } from './controls.ts'
import { isGymnasiumId } from './bridge/id.ts'
import { Environment } from './environment.ts'
import type { EnvSpec } from './types.ts'
import type { Env } from './types.ts'
import { OrderEnforcing, PassiveChecker, TimeLimit, wrappers } from './wrappers/index.ts'

/** A class or a function that makes the environment from its keyword arguments. */
export type EnvMaker = (new (kwargs: never) => unknown) | ((kwargs: never) => unknown)

interface Registered {
  readonly spec: EnvSpec
  readonly controls: EnvControls
  load(): Promise<EnvMaker>
}

const registry = createRegistry<Registered>('environment')

/**
 * Registers an environment under `namespace/Name-vN`; `load` is called when the first one is made. `controls`: the keys that
 * a person plays with, and what actions and observations are called.
 */
export function register(spec: EnvSpec, load: () => Promise<EnvMaker>, controls: EnvControls = {}): void {
  if (typeof spec !== 'object' || spec === null || typeof load !== 'function')
    throw usageError(
      `register expects a spec and a function that loads: register({ id: 'me/Name-v0' }, async () => MyEnv).`,
    )
  if (!/^(?:[\w-]+\/)?[\w-]+-v\d+$/.test(spec.id)) {
    throw usageError(`An environment's id has the form Name-v0 or namespace/Name-v0, got "${spec.id}".`)
  }
  checkSpec(spec)
  registry.register(spec.id, { spec, load, controls })
}

/** All registered specs, sorted by id. */
export function envSpecs(): EnvSpec[] {
  return registry.names().map((id) => registry.get(id).spec)
}

/** The controls of a registered environment, or those of a module's export (`static controls`); {} where there are none. */
export async function envControls({ id }: Pick<EnvSpec, 'id'>): Promise<EnvControls> {
  if (isGymnasiumId(id)) return {}
  if (!isModulePath(id)) return find(id).controls
  const exported = (await loadModulePath('environment', id)) as { controls?: unknown } | null | undefined
  const controls = exported?.controls
  return typeof controls === 'object' && controls !== null ? controls : {}
}

export interface MakeOptions {
  readonly kwargs?: Readonly<Record<string, unknown>>
  /** Instead of the spec's; null for no limit. */
  readonly maxEpisodeSteps?: number | null
  /** The safety wrappers are on by default. */
  readonly checker?: boolean
  readonly orderEnforcing?: boolean
}

/**
 * Makes an environment by a registered id (without a version, the newest), a spec, the path of a module of your own (`./my-env.ts#Export`: a class, a
 * factory function or an object) or an id of Python's Gymnasium (`gymnasium:ALE/Pong-v5`), inside PassiveChecker, OrderEnforcing and TimeLimit. Throws usage errors that name the
 * nearest known id.
 */
export async function make(idOrSpec: string | EnvSpec, options: MakeOptions = {}): Promise<Env> {
  const spec = await resolveSpec(idOrSpec, options)
  return dress(await build(spec), spec, options)
}

/** Puts on the safety wrappers, then those that the spec asks for. */
export function dress(inner: Env, spec: EnvSpec, options: MakeOptions): Env {
  let env = options.checker === false ? inner : new PassiveChecker(inner)
  if (options.orderEnforcing !== false) env = new OrderEnforcing(env)
  const { maxEpisodeSteps } = spec
  // Gymnasium's own are cut in Python.
  const cutHere = !isGymnasiumId(spec.id)
  if (cutHere && maxEpisodeSteps !== null && maxEpisodeSteps !== undefined)
    env = new TimeLimit(env, { maxEpisodeSteps })
  for (const wrapper of spec.wrappers ?? []) {
    if (typeof wrapper?.name !== 'string')
      throw usageError(`${spec.id}: a wrapper in a spec is { name, kwargs }, got ${JSON.stringify(wrapper)}.`)
    try {
      env = wrappers.get(wrapper.name).wrap(env, (wrapper.kwargs ?? {}) as never)
    } catch (error) {
      throw error instanceof RingsideError ? inContext(spec.id, error) : error
    }
  }
  return env
}

/** The whole spec that `make` would use: what an id stands for, with the options over it. */
export async function resolveSpec(idOrSpec: string | EnvSpec, options: MakeOptions = {}): Promise<EnvSpec> {
  const asked: EnvSpec = typeof idOrSpec === 'string' ? { id: idOrSpec } : idOrSpec
  checkSpec(asked)
  checkKeys('make', options, makeOptionNames)
  if (options.kwargs !== undefined) checkKwargs(asked.id, options.kwargs)
  const given: EnvSpec =
    options.kwargs === undefined ? asked : { ...asked, kwargs: { ...asked.kwargs, ...options.kwargs } }
  const id = fullId(given.id)
  const known = isModulePath(id)
    ? await specOfPath(given)
    : isGymnasiumId(id)
      ? await (await import('./bridge/index.ts')).gymnasiumSpec(given)
      : find(id).spec
  const kwargs = { ...known.kwargs, ...given.kwargs }
  const limit = options.maxEpisodeSteps !== undefined ? options.maxEpisodeSteps : given.maxEpisodeSteps
  const maxEpisodeSteps = limit !== undefined ? limit : (known.maxEpisodeSteps ?? null)
  if (maxEpisodeSteps !== null) checkNumbers(given.id, { maxEpisodeSteps }, { min: 1, whole: true })
  return { ...known, ...given, id, ...(Object.keys(kwargs).length > 0 && { kwargs }), maxEpisodeSteps }
}

const specNames = [
  'id',
  'kwargs',
  'maxEpisodeSteps',
  'rewardThreshold',
  'wrappers',
] as const satisfies (keyof EnvSpec)[]
export const makeOptionNames = [
  'kwargs',
  'maxEpisodeSteps',
  'checker',
  'orderEnforcing',
] as const satisfies (keyof MakeOptions)[]

function checkSpec(spec: EnvSpec): void {
  if (typeof spec !== 'object' || spec === null || typeof spec.id !== 'string')
    throw usageError(`make expects an id or a spec { id, … }, got ${JSON.stringify(spec) ?? 'nothing'}.`)
  checkKeys(spec.id, spec, specNames)
  if (spec.kwargs !== undefined) checkKwargs(spec.id, spec.kwargs)
  if (spec.wrappers !== undefined && !Array.isArray(spec.wrappers))
    throw usageError(
      `${spec.id}: wrappers in a spec are a list of { name, kwargs }, got ${JSON.stringify(spec.wrappers)}.`,
    )
}

function checkKwargs(id: string, kwargs: unknown): void {
  if (typeof kwargs !== 'object' || kwargs === null || Array.isArray(kwargs))
    throw usageError(`${id}: kwargs are options by their names, got ${JSON.stringify(kwargs)}.`)
}

/** A misspelt one would change nothing, silently. */
export function checkKeys(what: string, given: object, names: readonly string[]): void {
  const unknown = Object.keys(given).find((name) => !names.includes(name))
  if (unknown === undefined) return
  const near = nearestName(unknown, names)
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`
  throw usageError(`${what}: there is no option "${unknown}".${hint} There are: ${names.join(', ')}.`)
}

async function build(spec: EnvSpec): Promise<Env> {
  const kwargs = spec.kwargs ?? {}
  if (isModulePath(spec.id)) {
    const made = adaptEnv(buildUserEnv(await loadModulePath('environment', spec.id), spec.id, kwargs), spec.id)
    return Object.assign(made, { spec })
  }
  if (isGymnasiumId(spec.id)) return (await (await import('./bridge/index.ts')).makeGymnasium(spec, 1)).envs[0]!
  const maker = await find(spec.id).load()
  // A user's own may keep its keyword arguments for later.
  const isOurs = (made: unknown): boolean => made instanceof Environment
  let made: unknown
  try {
    made = withKnownOptions(spec.id, kwargs, (options) => buildUserEnv(maker, spec.id, options), isOurs)
  } catch (error) {
    throw error instanceof RingsideError ? inContext(spec.id, error) : error
  }
  return Object.assign(adaptEnv(made, spec.id), { spec })
}

/** A user's class or object may carry its step limit; for that of an instance one is made and closed again. */
async function specOfPath({ id, kwargs }: EnvSpec): Promise<EnvSpec> {
  const exported = await loadModulePath('environment', id)
  let limit = (exported as { maxEpisodeSteps?: unknown } | null)?.maxEpisodeSteps
  if (limit === undefined && typeof exported === 'function') {
    const probe = buildUserEnv(exported, id, kwargs ?? {}) as
      { maxEpisodeSteps?: unknown; close?: () => void } | null | undefined
    limit = probe?.maxEpisodeSteps
    try {
      probe?.close?.()
    } catch {
      // Whoever closes the one that is used is told.
    }
  }
  return { id, ...(limit !== undefined && { maxEpisodeSteps: limit as number | null }) }
}

/** The id with its version: the newest one where none is named, as in Gymnasium. Of a path or Python's, what was given. */
export function fullId(id: string): string {
  return isModulePath(id) || isGymnasiumId(id) ? id : find(id).spec.id
}

function find(id: string): Registered {
  const found = registry.find(id)
  if (found !== undefined) return found
  const name = id.replace(/-v\d+$/, '')
  const versionOf = (known: string): number => Number(/-v(\d+)$/.exec(known)![1])
  const versions = registry
    .names()
    .filter((known) => known.replace(/-v\d+$/, '') === name)
    .sort((a, b) => versionOf(a) - versionOf(b))
  const newest = versions.at(-1)
  if (newest !== undefined) {
    if (name === id) return registry.get(newest)
    throw usageError(
      `The environment "${name}" has no version "${id}". Did you mean "${newest}"? There are: ${versions.join(', ')}.`,
    )
  }
  const unknown = unknownName('environment', id, registry.names())
  if (!/^(?:[\w-]+[/:])*[\w-]+-v\d+$/.test(id)) throw unknown
  const bare = id.replace(/^gym(?:nasium)?:/i, '')
  throw usageError(`${unknown.message} One of Python's Gymnasium would be "gymnasium:${bare}".`)
}
