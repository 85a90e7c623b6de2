import { existsSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { isModulePath } from '../../core/load-path.ts'
import { messageOf, nearestName, usageError } from '../../core/errors.ts'
import { resolveAgent } from '../../agents/registry.ts'
import { resolveSpec } from '../../envs/registry.ts'
import { findPreset } from '../presets/index.ts'
import type { ConfigRequest, RunConfig } from './types.ts'

const count = z.number().int().nonnegative()
const positive = z.number().int().positive()

/** Every setting of a run beside the agent's own: type, default and documentation in one place. */
export const runSchema = z.strictObject({
  steps: positive.default(50_000).describe('environment steps of training, all lanes together'),
  lanes: positive.max(1024).default(1).describe('environments stepped together'),
  vectorMode: z
    .enum(['sync', 'workers'])
    .default('sync')
    .describe('lanes stepped in one thread, or in threads of their own; the numbers are the same'),
  workers: count.max(1024).default(0).describe('threads of vectorMode workers; 0: one a core, at most one a lane'),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe('root of every random stream'),
  initFrom: z
    .strictObject({
      run: z.string().describe('the run folder'),
      checkpoint: z.string().default('best').describe('best, last, or the step of a kept checkpoint'),
    })
    .nullable()
    .default(null)
    .describe('the run whose weights this one begins with'),
  engine: z.enum(['auto', 'onnx', 'tensorflow', 'wasm', 'cpu']).default('auto').describe('what computes the networks'),
  device: z.string().default('cpu').describe('where the engine computes'),
  threads: positive.max(256).default(1).describe('threads of the engine; small networks are fastest on one'),
  evaluation: z
    .strictObject({
      every: count.default(0).describe('environment steps between evaluations; 0: steps / 20'),
      episodes: positive.default(10).describe('episodes of one evaluation'),
      stopOnScore: z.number().nullable().default(null).describe('stop once an evaluation reaches this mean return'),
    })
    .prefault({}),
  score: z
    .strictObject({ episodes: positive.default(100).describe('episodes behind score and best score') })
    .prefault({}),
  checkpoint: z
    .strictObject({
      every: count.default(0).describe('environment steps between checkpoints; 0: steps / 10'),
      keep: positive.default(2).describe('newest checkpoints kept, beside the best'),
    })
    .prefault({}),
  log: z
    .strictObject({ every: count.default(0).describe('environment steps between rows of metrics; 0: steps / 200') })
    .prefault({}),
  film: z
    .strictObject({ maxSteps: count.default(1000).describe('longest film of the trained agent, in steps; 0: none') })
    .prefault({}),
})

/** Keys of config.json that tell how a run was made and decide nothing. */
export const recordKeys = ['ringside', 'made'] as const

type Tree = Record<string, unknown>

/** Layers preset < file < sets < flags, checks every value, and fills the defaults in. Throws usage errors. */
export async function resolveConfig(request: ConfigRequest): Promise<RunConfig> {
  const layers = [request.file === undefined ? {} : readConfigFile(request.file)]
  const agentName = request.agent ?? nameIn(layers[0]!['agent'], 'agent', 'name')
  const envName = request.env ?? nameIn(layers[0]!['env'], 'env', 'id')
  if (agentName === undefined)
    throw usageError('Which agent? Expected a name ("ringside list agents") or ./file.ts#Export.')
  const definition = await resolveAgent(agentName)
  if (envName === undefined)
    throw usageError('Which environment? Expected an id ("ringside list envs") or ./file.ts#Export.')
  const agentKeys = keysOf(definition.config)
  for (const text of request.sets ?? []) layers.push(parseSet(text, agentKeys))
  const { initFrom, ...flags } = request.flags ?? {}
  layers.push(definedOnly({ ...flags, initFrom: initFrom === undefined ? undefined : { run: initFrom } }))

  const preset = findPreset(agentName, envName)
  const merged = [
    {
      agent: { ...definition.defaults, ...preset?.agentConfig },
      ...(preset?.wrappers !== undefined && { env: { wrappers: preset.wrappers } }),
      ...definedOnly({
        steps: preset?.steps,
        lanes: preset?.lanes,
        threads: preset?.threads,
        evaluation: preset?.evaluation,
      }),
    },
    ...layers.map((layer) => withObjects(layer, agentName, envName)),
  ].reduce<Tree>(merge, {})

  const { agent, env, ...run } = merged as Tree & { agent: Tree; env: Tree }
  const { name: _, ...settings } = agent
  const runConfig = check(runSchema, run, '', 'Unknown setting', [...keysOf(runSchema), 'agent', 'env', ...agentKeys])
  const agentConfig = check(
    definition.config as z.ZodType<Tree>,
    settings,
    'agent.',
    `Unknown setting of the agent ${agentName}:`,
    agentKeys,
  )
  const spec = await resolveSpec({ ...env, id: envName })
  const { steps, lanes } = runConfig
  return {
    agent: { ...agentConfig, name: agentName },
    env: spec,
    ...runConfig,
    evaluation: { ...runConfig.evaluation, every: runConfig.evaluation.every || share(steps, 20, lanes) },
    checkpoint: { ...runConfig.checkpoint, every: runConfig.checkpoint.every || share(steps, 10, lanes) },
    log: { every: runConfig.log.every || share(steps, 200, lanes) },
  }
}

/** The settings of an agent's own: `config.agent` without its name. */
export function agentSettings(config: RunConfig): Readonly<Record<string, unknown>> {
  const { name: _, ...settings } = config.agent
  return settings
}

/** Reads a YAML or JSON config; a run's config.json is one. */
export function readConfigFile(path: string): Tree {
  if (!existsSync(path)) throw usageError(`The config file "${path}" does not exist.`)
  let value: unknown
  try {
    const text = readFileSync(path, 'utf8')
    value = extname(path) === '.json' ? JSON.parse(text) : parseYaml(text)
  } catch (error) {
    throw usageError(
      `The config file "${path}" cannot be read as ${extname(path) === '.json' ? 'JSON' : 'YAML'}: ${messageOf(error)}`,
    )
  }
  if (!isTree(value))
    throw usageError(`The config file "${path}" holds no settings; expected keys such as agent, env and steps.`)
  const known = [...keysOf(runSchema), 'agent', 'env', ...recordKeys]
  for (const key of Object.keys(value)) {
    if (!known.includes(key)) throw unknownKey(`Unknown setting in "${path}":`, key, known)
  }
  return Object.fromEntries(Object.entries(value).filter(([key]) => !(recordKeys as readonly string[]).includes(key)))
}

/** One `--set a.b=value`. A first key that only the agent knows is short for `agent.<key>`. */
export function parseSet(text: string, agentKeys: readonly string[] = []): Tree {
  const at = text.indexOf('=')
  if (at < 1) throw usageError(`--set expects key=value, got "${text}".`)
  const path = text.slice(0, at).trim().split('.')
  const forbidden = path.find((key) => ['__proto__', 'constructor', 'prototype', ''].includes(key))
  if (forbidden !== undefined)
    throw usageError(`--set expects a dotted path of setting names before "=", got "${text}".`)
  const runKeys = [...keysOf(runSchema), 'agent', 'env']
  if (!runKeys.includes(path[0]!) && agentKeys.includes(path[0]!)) path.unshift('agent')
  if (path.length === 1 && (path[0] === 'agent' || path[0] === 'env')) {
    throw usageError(`--set cannot choose the ${path[0]}; name it as an argument: ringside train <agent> <env>.`)
  }
  let value: unknown
  try {
    value = parseYaml(text.slice(at + 1))
  } catch (error) {
    throw usageError(`The value of --set ${text} is not YAML or JSON: ${messageOf(error)}`)
  }
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Tree
}

/** Validates with messages that name the setting, what was expected and what came. */
function check<T>(schema: z.ZodType<T>, value: unknown, prefix: string, unknown: string, known: readonly string[]): T {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  const lines = result.error.issues.map((issue) => {
    const path = prefix + issue.path.join('.')
    if (issue.code === 'unrecognized_keys') {
      const names = issue.path.length === 0 ? known : siblingsOf(schema, issue.path.map(String))
      return unknownKey(
        unknown,
        [...issue.path, issue.keys[0]].join('.'),
        names.map((name) => [...issue.path, name].join('.')),
      ).message
    }
    const got = issue.input === undefined ? '' : ` (got ${JSON.stringify(issue.input)})`
    return `${path.replace(/\.$/, '')}: ${issue.message}${got}`
  })
  throw usageError(lines.join('\n'))
}

function unknownKey(lead: string, key: string, known: readonly string[]): Error {
  const near = nearestName(key, known)
  return usageError(
    `${lead} "${key}".${near === undefined ? '' : ` Did you mean "${near}"?`} Known: ${[...known].sort().join(', ')}.`,
  )
}

/** Names of an object schema's keys; [] for any other kind. */
export function keysOf(schema: unknown): string[] {
  const inner = unwrap(schema)
  const shape = (inner as { shape?: object }).shape
  return shape === undefined ? [] : Object.keys(shape)
}

function siblingsOf(schema: unknown, path: readonly string[]): string[] {
  let at: unknown = unwrap(schema)
  for (const key of path) at = unwrap((at as { shape?: Record<string, unknown> }).shape?.[key])
  return keysOf(at)
}

/** The object under defaults, prefaults, refinements and pipes. */
function unwrap(schema: unknown): unknown {
  let at = schema as { shape?: unknown; def?: { innerType?: unknown; in?: unknown } } | undefined
  while (at !== undefined && at.shape === undefined && (at.def?.innerType ?? at.def?.in) !== undefined) {
    at = (at.def?.innerType ?? at.def?.in) as typeof at
  }
  return at ?? {}
}

/** `agent: dqn` is short for `agent: { name: dqn }`, and `env: ID` for `env: { id: ID }`. */
function withObjects(layer: Tree, agent: string, env: string): Tree {
  const out: Tree = { ...layer }
  if (typeof layer['agent'] === 'string') out['agent'] = { name: agent }
  if (typeof layer['env'] === 'string') out['env'] = { id: env }
  return out
}

function nameIn(value: unknown, key: string, field: string): string | undefined {
  if (value === undefined) return undefined
  const name = isTree(value) ? value[field] : value
  if (name !== undefined && typeof name !== 'string')
    throw usageError(`${key} expects a name, got ${JSON.stringify(name)}.`)
  return name
}

function merge(base: Tree, over: Tree): Tree {
  const out: Tree = { ...base }
  for (const [key, value] of Object.entries(over)) {
    if (key === '__proto__') continue
    const below = out[key]
    out[key] = isTree(value) && isTree(below) ? merge(below, value) : value
  }
  return out
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function definedOnly(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([, value]) => value !== undefined))
}

/** A round share of the run that falls on whole steps of all lanes. */
function share(steps: number, parts: number, lanes: number): number {
  return Math.max(1, Math.round(steps / parts / lanes)) * lanes
}

/** A short name for folders: `CartPole-v1`, or the export or file name of a module path. */
export function shortName(name: string): string {
  const plain = isModulePath(name)
    ? name
        .replace(/^.*#/, '')
        .replace(/^.*[/\\]/, '')
        .replace(/\.[cm]?[jt]s$/, '')
    : name
  return plain.replace(/[^A-Za-z0-9._-]+/g, '-')
}
