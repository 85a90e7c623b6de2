import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { isAbsolute, resolve } from 'node:path'
import { isNetworkPath } from '../../agents/networks/kind.ts'
import { isModulePath, parseModulePath } from '../../core/load-path.ts'
import type { AnyRunConfig } from './types.ts'

/** Files of the user's that a run is made of: where they were seen from, and what was in them (SHA-256) by path. */
export interface OwnCode {
  readonly folder: string
  readonly files: Readonly<Record<string, string>>
}

/** Undefined for a run of built-in parts. */
export function describeOwnCode(config: AnyRunConfig): OwnCode | undefined {
  const files: Record<string, string> = {}
  mapOwnPaths(config, (path) => {
    const file = fileOf(path)
    if (existsSync(file)) files[path] = createHash('sha256').update(readFileSync(file)).digest('hex')
    return path
  })
  return Object.keys(files).length === 0 ? undefined : { folder: process.cwd(), files }
}

/** The config with paths that lead somewhere: relative ones are seen from here, or else from where the run began. */
export function withFoundPaths<Config extends AnyRunConfig>(config: Config, own: OwnCode | undefined): Config {
  if (own === undefined || own.folder === process.cwd()) return config
  return mapOwnPaths(config, (path) => {
    if (isAbsolute(path) || existsSync(fileOf(path))) return path
    return existsSync(fileOf(path, own.folder)) ? resolve(own.folder, path) : path
  })
}

/** What differs now from what the run was trained with, in words. */
export function changedCode(config: AnyRunConfig, own: OwnCode | undefined): string[] {
  const now = describeOwnCode(config)?.files ?? {}
  const before = new Map(Object.entries(own?.files ?? {}).map(([path, hash]) => [fileOf(path, own!.folder), hash]))
  return Object.entries(now)
    .filter(([path, hash]) => (before.get(fileOf(path)) ?? own?.files[path] ?? hash) !== hash)
    .map(
      ([path]) =>
        `"${path}" is not what it was when this run began: what was learned with it may mean something else now.`,
    )
}

function fileOf(path: string, folder = process.cwd()): string {
  return parseModulePath(path, folder).file
}

/** Environment, network, agent, model, dataset and callbacks, where they are named by paths. */
function mapOwnPaths<Config extends AnyRunConfig>(config: Config, change: (path: string) => string): Config {
  const changed = <T>(value: T, isPath: (text: string) => boolean = isModulePath): T =>
    typeof value === 'string' && isPath(value) ? (change(value) as T) : value
  const named = <T extends { readonly name: string }>(owner: T): T => ({ ...owner, name: changed(owner.name) })
  const callbacks = config.callbacks.map((callback) =>
    typeof callback === 'string' ? changed(callback) : { ...callback, path: changed(callback.path) },
  )
  if ('model' in config) return { ...config, model: named(config.model), dataset: named(config.dataset), callbacks }
  const { network } = config.agent as { network?: { readonly kind?: unknown } }
  const agent = {
    ...named(config.agent),
    ...(network !== undefined && { network: { ...network, kind: changed(network.kind, isNetworkPath) } }),
  }
  return { ...config, agent, env: { ...config.env, id: changed(config.env.id) }, callbacks }
}
