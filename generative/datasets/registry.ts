import { z } from 'zod'
import { usageError } from '../../core/errors.ts'
import { isModulePath, loadModulePath } from '../../core/load-path.ts'
import { createRegistry, type Registry } from '../../core/registry.ts'
import { definitions } from './definitions.ts'
import { completeDataset, type SimpleDataset } from './images-from.ts'
import type { Dataset, DatasetContext, DatasetDefinition, DatasetFactory } from './types.ts'

/** Datasets by name. Reading it loads no implementation and no data. */
export const datasets: Registry<DatasetDefinition> = createRegistry<DatasetDefinition>('dataset')

/** Makes a dataset available by its name. Throws a usage error when the name is taken or could be mistaken for a path. */
export function registerDataset<Config>(definition: DatasetDefinition<Config>): void {
  if (isModulePath(definition.name) || definition.name.includes(':'))
    throw usageError(`"${definition.name}" cannot be a dataset's name: it would be read as a path or as kind:name.`)
  datasets.register(definition.name, definition as DatasetDefinition)
}

definitions.forEach((definition) => registerDataset(definition))

const kinds = createRegistry<(name: string) => DatasetDefinition>('kind of dataset')

/** Datasets made from another name: `registerDatasetKind('env', …)` answers for all of `env:NAME`. */
export function registerDatasetKind(prefix: string, make: (name: string) => DatasetDefinition): void {
  kinds.register(prefix, make)
}

/**
 * The definition of a registered name, of `./my-data.ts#Export`, or of `env:ID` where the runner is loaded. Throws usage errors
 * that name the nearest name.
 */
export async function resolveDataset(nameOrPath: string): Promise<DatasetDefinition> {
  const colon = nameOrPath.indexOf(':')
  const kind = colon < 0 ? undefined : kinds.find(nameOrPath.slice(0, colon))
  if (kind !== undefined) return kind(nameOrPath.slice(colon + 1))
  if (nameOrPath.startsWith('env:'))
    throw usageError(
      `Frames of environments ("${nameOrPath}") are put together by the runner: import 'ringside/runner' first.`,
    )
  if (!isModulePath(nameOrPath)) return datasets.get(nameOrPath)
  return asDefinition(await loadModulePath('dataset', nameOrPath), nameOrPath)
}

/** Resolves, checks the settings (over the schema's defaults), opens, and checks what came. */
export async function openDataset(
  nameOrPath: string,
  settings: Readonly<Record<string, unknown>>,
  context: DatasetContext,
): Promise<Dataset> {
  const definition = await resolveDataset(nameOrPath)
  const config = definition.config.safeParse(settings)
  if (!config.success) throw usageError(`The settings of ${nameOrPath} do not fit:\n${z.prettifyError(config.error)}`)
  const factory = await definition.load()
  return completeDataset(await factory.open(config.data, context), nameOrPath)
}

/** What a module exported, as a definition: it may be one, a factory, a function that gives a dataset, or the dataset itself. */
function asDefinition(exported: unknown, name: string): DatasetDefinition {
  if (isDefinition(exported)) return exported
  const open = opener(exported, name)
  if (open === undefined)
    throw usageError(
      `"${name}" is no dataset: expected a definition { name, summary, config (a zod schema), load }, a factory ` +
        `{ open(config, context) }, a function that gives { image, train: { images, labels } }, or that itself; got ${describe(exported)}.`,
    )
  return {
    name,
    summary: `the dataset of ${name}`,
    config: z.strictObject({}),
    load: () => Promise.resolve({ open }),
  }
}

function opener(exported: unknown, name: string): DatasetFactory['open'] | undefined {
  if (isFactory(exported)) return (config, context) => exported.open(config, context)
  if (typeof exported === 'function') {
    const give = exported as (context: DatasetContext) => SimpleDataset | Promise<SimpleDataset>
    return async (_, context) => {
      const given: unknown = await give(context)
      if (!isSimple(given))
        throw usageError(
          `"${name}" gave no dataset: expected { image, train: { images, labels } }, got ${describe(given)}.`,
        )
      return completeDataset(given, name)
    }
  }
  if (isSimple(exported)) return () => Promise.resolve(completeDataset(exported, name))
  return undefined
}

function isDefinition(value: unknown): value is DatasetDefinition {
  if (typeof value !== 'object' || value === null) return false
  const { name, config, load } = value as Partial<Record<keyof DatasetDefinition, unknown>>
  const parses = typeof (config as { safeParse?: unknown } | undefined)?.safeParse === 'function'
  return typeof name === 'string' && typeof load === 'function' && parses
}

function isFactory(value: unknown): value is DatasetFactory {
  return typeof value === 'object' && value !== null && typeof (value as { open?: unknown }).open === 'function'
}

function isSimple(value: unknown): value is SimpleDataset {
  if (typeof value !== 'object' || value === null) return false
  const { image, train } = value as Partial<Record<keyof SimpleDataset, unknown>>
  return typeof image === 'object' && image !== null && typeof train === 'object' && train !== null
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return `a ${value === null ? 'null' : typeof value}`
  return `an object with ${Object.keys(value).join(', ') || 'nothing in it'}`
}
