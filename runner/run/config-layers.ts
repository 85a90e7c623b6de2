import { existsSync, readFileSync } from 'node:fs'
import { extname } from 'node:path'
import { parse } from 'yaml'
import type { z } from 'zod'
import { messageOf, nearestName, usageError } from '../../core/errors.ts'

/** Keys of config.json that tell how a run was made and decide nothing. */
export const recordKeys = ['ringside', 'made'] as const

export type Tree = Record<string, unknown>

// What YAML would only warn of is a mistake of somebody's as well, or nothing to be told.
const parseYaml = (text: string): unknown => parse(text, { logLevel: 'error' }) as unknown

/** Reads a YAML or JSON config; a run's config.json is one. */
export function readConfigFile(path: string, known: readonly string[]): Tree {
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
  for (const key of Object.keys(value)) {
    if ([...known, ...recordKeys].includes(key)) continue
    const { message } = unknownKey(`Unknown setting in "${path}":`, key, known)
    const owner = ['agent', 'model'].find((name) => known.includes(name) && known.includes('steps'))
    throw usageError(owner === undefined ? message : `${message} The ${owner}'s own settings stand under "${owner}".`)
  }
  return Object.fromEntries(Object.entries(value).filter(([key]) => !(recordKeys as readonly string[]).includes(key)))
}

/** Whether a config file has this key; false for one that cannot be read, whoever reads it in earnest says why. */
export function configNames(path: string, key: string): boolean {
  try {
    const text = readFileSync(path, 'utf8')
    const value: unknown = extname(path) === '.json' ? JSON.parse(text) : parseYaml(text)
    return isTree(value) && key in value
  } catch {
    return false
  }
}

/** Who the settings without a prefix may belong to, and the keys that are the run's. */
export interface SetOwner {
  /** `agent` or `model`. */
  readonly owner: string
  readonly ownKeys: readonly string[]
  readonly runKeys: readonly string[]
  /** Keys that are named by arguments: `agent`, `env`. */
  readonly named: readonly string[]
  /** Keys of a dataset, which come after all others. */
  readonly datasetKeys?: readonly string[]
}

/** One `--set a.b=value`. A first key that only the owner knows is short for `<owner>.<key>`, or that only the dataset knows. */
export function parseSet(text: string, { owner, ownKeys, runKeys, named, datasetKeys = [] }: SetOwner): Tree {
  const at = text.indexOf('=')
  if (at < 1) throw usageError(`--set expects key=value, got "${text}".`)
  const path = text.slice(0, at).trim().split('.')
  const forbidden = path.find((key) => ['__proto__', 'constructor', 'prototype', ''].includes(key))
  if (forbidden !== undefined)
    throw usageError(`--set expects a dotted path of setting names before "=", got "${text}".`)
  if (![...runKeys, ...named].includes(path[0]!)) {
    if (ownKeys.includes(path[0]!)) path.unshift(owner)
    else if (datasetKeys.includes(path[0]!)) path.unshift('dataset')
  }
  let value: unknown
  try {
    value = parseYaml(text.slice(at + 1))
  } catch (error) {
    throw usageError(`The value of --set ${text} is not YAML or JSON: ${messageOf(error)}`)
  }
  if (path.length === 1 && named.includes(path[0]!) && !isTree(value)) {
    const line = named.map((name) => `<${name}>`).join(' ')
    throw usageError(`--set cannot choose the ${path[0]}; name it as an argument: ringside train ${line}.`)
  }
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value) as Tree
}

/** Validates with messages that name the setting, what was expected and what came. */
export function check<T>(
  schema: z.ZodType<T>,
  value: unknown,
  prefix: string,
  unknown: string,
  known: readonly string[],
): T {
  const result = schema.safeParse(value, { reportInput: true })
  if (result.success) return result.data
  const lines = result.error.issues.map((issue) => {
    const path = prefix + issue.path.join('.')
    if (issue.code === 'unrecognized_keys') {
      const names = issue.path.length === 0 ? known : siblingsOf(schema, issue.path.map(String), value)
      return unknownKey(
        unknown,
        [...issue.path, issue.keys[0]].join('.'),
        names.map((name) => [...issue.path, name].join('.')),
      ).message
    }
    const { input } = issue
    // JSON has no word for numbers that are none.
    const got = input === undefined ? '' : ` (got ${typeof input === 'number' ? input : JSON.stringify(input)})`
    const hint = typeof input === 'string' && isKindOf(schema, issue.path.map(String), value, input)
    const expected =
      issue.code === 'invalid_union' && issue.errors.length > 0 ? eitherOf(issue.errors) : plainly(issue.message)
    return `${path.replace(/\.$/, '')}: ${expected}${got}${hint ? `. Did you mean {kind: ${String(input)}}?` : ''}`
  })
  throw usageError(lines.join('\n'))
}

/** A kind may be left out, but nobody writes undefined. */
function plainly(message: string): string {
  return message.replace(
    /^Invalid discriminator value\. Expected (.*)$/,
    (_, kinds: string) => `expected ${kinds.replaceAll(/'undefined' \| | \| 'undefined'/g, '')}`,
  )
}

/** Why a value is none of several forms: what those say that it comes nearest to. */
function eitherOf(forms: readonly Issues[]): string {
  const flat = forms.flatMap((issues) => formsOf(issues))
  // A form whose kind was named is meant; else the ones that got furthest into the value.
  const ofKind = flat.filter((issues) => issues.every(({ path }) => path.length > 0 && path.at(-1) !== 'kind'))
  const candidates = ofKind.length > 0 ? ofKind : flat
  const depth = Math.max(...candidates.flat().map(({ path }) => path.length))
  const nearest = candidates.filter((issues) => issues.some(({ path }) => path.length === depth))
  const said = nearest.map((issues) => {
    const { path, message } = issues.find((issue) => issue.path.length === depth)!
    const plain = message.replace(/^Invalid (input|option|discriminator value)[:.] /, '')
    return path.length === 0 ? plain : `${path.join('.')}: ${plain}`
  })
  return [...new Set(said)].join(', or ')
}

type Issues = readonly Pick<z.core.$ZodIssue, 'path' | 'message'>[]

/** The forms within a form that is itself one of several. */
function formsOf(issues: Issues): Issues[] {
  const union = issues.find((issue) => (issue as z.core.$ZodIssue).code === 'invalid_union') as
    (z.core.$ZodIssue & { readonly errors: readonly Issues[] }) | undefined
  if (union === undefined || union.errors.length === 0) return [issues]
  return union.errors
    .flatMap(formsOf)
    .map((inner) => inner.map(({ path, message }) => ({ path: [...union.path, ...path], message })))
}

function unknownKey(lead: string, key: string, known: readonly string[]): Error {
  const near = nearestName(key, known)
  const hint = near === undefined ? '' : ` Did you mean "${near}"?`
  const names = known.length === 0 ? '' : ` Known: ${[...known].sort().join(', ')}.`
  return usageError(`${lead} "${key}".${hint}${names}`)
}

/** Names of an object schema's keys; [] for any other kind. */
export function keysOf(schema: unknown): string[] {
  const inner = unwrap(schema)
  const shape = (inner as { shape?: object }).shape
  return shape === undefined ? [] : Object.keys(shape)
}

/** Keys that may stand beside one at a path; of several forms, those of the kind that the value says it is. */
function siblingsOf(schema: unknown, path: readonly string[], value: unknown): string[] {
  const [at, here] = schemaAt(schema, path, value)
  return keysOf(formOf(at, here))
}

/** `rmsprop`, where `{ kind: rmsprop }` is wanted. */
function isKindOf(schema: unknown, path: readonly string[], value: unknown, kind: string): boolean {
  return keysOf(formOf(schemaAt(schema, path, value)[0], { kind })).includes('kind')
}

function schemaAt(
  schema: unknown,
  path: readonly string[],
  value: unknown,
): readonly [schema: unknown, value: unknown] {
  let [at, here] = [unwrap(schema), value]
  for (const key of path) {
    at = unwrap((formOf(at, here) as { shape?: Record<string, unknown> }).shape?.[key])
    here = isTree(here) ? here[key] : undefined
  }
  return [at, here]
}

/** Of several forms the one whose `kind` the value has, or that stands for none. */
function formOf(schema: unknown, value: unknown): unknown {
  const options = (schema as { def?: { options?: readonly unknown[] } }).def?.options
  if (options === undefined) return schema
  const forms = options.map((option) => formOf(unwrap(option), value))
  const kind = isTree(value) ? value['kind'] : undefined
  const takes = (form: unknown): boolean => {
    const ofKind = (form as { shape?: Record<string, { safeParse(value: unknown): { success: boolean } }> }).shape?.[
      'kind'
    ]
    return ofKind?.safeParse(kind).success ?? false
  }
  return forms.find(takes) ?? schema
}

/** The object under defaults, prefaults, refinements and pipes. */
function unwrap(schema: unknown): unknown {
  let at = schema as { shape?: unknown; def?: { innerType?: unknown; in?: unknown } } | undefined
  while (at !== undefined && at.shape === undefined && (at.def?.innerType ?? at.def?.in) !== undefined) {
    at = (at.def?.innerType ?? at.def?.in) as typeof at
  }
  return at ?? {}
}

export function nameIn(value: unknown, key: string, field: string): string | undefined {
  if (value === undefined) return undefined
  const name = isTree(value) ? value[field] : value
  if (name !== undefined && typeof name !== 'string')
    throw usageError(`${key} expects a name, got ${JSON.stringify(name)}.`)
  return name
}

/**
 * One layer over another, objects key by key. Where the schema takes one of several forms (a schedule, an optimizer), another
 * `kind` takes the whole place: what was said of the one means nothing to the other.
 */
export function merge(base: Tree, over: Tree, schema?: unknown): Tree {
  const { shape } = unwrap(schema) as { shape?: Record<string, unknown> }
  const out: Tree = { ...base }
  for (const [key, value] of Object.entries(over)) {
    if (key === '__proto__') continue
    const [below, inner] = [out[key], shape?.[key]]
    const merges = isTree(value) && isTree(below) && !isOtherForm(below, value, inner)
    out[key] = merges ? merge(below, value, inner) : value
  }
  return out
}

function isOtherForm(below: Tree, value: Tree, schema: unknown): boolean {
  const isOneOfSeveral = schema !== undefined && (unwrap(schema) as { shape?: unknown }).shape === undefined
  return isOneOfSeveral && value['kind'] !== undefined && value['kind'] !== below['kind']
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function definedOnly(tree: Tree): Tree {
  return Object.fromEntries(Object.entries(tree).filter(([, value]) => value !== undefined))
}
