import { z } from 'zod'
import { usageError } from '../core/errors.ts'
import { isModulePath, loadModulePath } from '../core/load-path.ts'
import { createRegistry, type Registry } from '../core/registry.ts'
import { dcganConfig, ganConfig, type DcganConfig, type GanConfig } from './config.ts'
import type { GenerativeModel, ModelContext, ModelDefinition, ModelFactory } from './types.ts'

/** Generative models by name. Reading it loads no implementation. */
export const models: Registry<ModelDefinition> = createRegistry<ModelDefinition>('model')

/** Makes a model available by its name. Throws a usage error when the name is taken or could be mistaken for a path. */
export function registerModel<Config>(definition: ModelDefinition<Config>): void {
  if (isModulePath(definition.name))
    throw usageError(`"${definition.name}" cannot be a model's name: it would be read as the path of a module.`)
  models.register(definition.name, definition as ModelDefinition)
}

registerModel<GanConfig>({
  name: 'gan',
  summary: 'two dense networks that play against each other (Goodfellow et al. 2014)',
  config: ganConfig,
  load: async () => (await import('./models.ts')).gan,
})
registerModel<DcganConfig>({
  name: 'dcgan',
  summary: 'the same of convolutions with batch normalisation (Radford et al. 2016)',
  config: dcganConfig,
  load: async () => (await import('./models.ts')).dcgan,
})

/** The definition of a registered name, or of `./my-model.ts#Export`. Throws usage errors that name the nearest name. */
export async function resolveModel(nameOrPath: string): Promise<ModelDefinition> {
  if (!isModulePath(nameOrPath)) return models.get(nameOrPath)
  const exported = await loadModulePath('model', nameOrPath)
  const { name, config, load, create } = (exported ?? {}) as Record<string, unknown>
  const parses = typeof (config as { safeParse?: unknown } | undefined)?.safeParse === 'function'
  if (typeof name === 'string' && typeof load === 'function' && parses) return exported as ModelDefinition
  if (typeof create === 'function') {
    const factory = exported as ModelFactory
    return {
      name: nameOrPath,
      summary: `the model of ${nameOrPath}`,
      config: z.strictObject({}),
      load: () => Promise.resolve(factory),
    }
  }
  throw usageError(
    `"${nameOrPath}" is no model: expected a definition { name, summary, config (a zod schema), load } or a factory { create(context, config) }.`,
  )
}

/** Resolves, checks the settings (over the schema's defaults), loads and builds a model. */
export async function createModel(
  nameOrPath: string,
  context: ModelContext,
  settings: Readonly<Record<string, unknown>> = {},
): Promise<GenerativeModel> {
  const definition = await resolveModel(nameOrPath)
  const config = definition.config.safeParse(settings)
  if (!config.success) throw usageError(`The settings of ${nameOrPath} do not fit:\n${z.prettifyError(config.error)}`)
  return (await definition.load()).create(context, config.data)
}
