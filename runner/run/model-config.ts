import { z } from 'zod'
import { usageError } from '../../core/errors.ts'
import { envSpecs } from '../../envs/index.ts'
import { resolveDataset } from '../../generative/datasets/registry.ts'
import type { DatasetDefinition } from '../../generative/datasets/types.ts'
import { resolveModel } from '../../generative/registry.ts'
import { findModelPreset } from '../presets/generative.ts'
import { runSchema } from './config.ts'
import { check, definedOnly, keysOf, merge, nameIn, parseSet, readConfigFile, type Tree } from './config-layers.ts'
import './env-frames.ts'
import type { ConfigRequest, ModelRunConfig } from './types.ts'

const count = z.number().int().nonnegative()
const positive = z.number().int().positive()
const { seed, engine, device, threads, checkpoint, log, callbacks } = runSchema.shape
const { seconds } = runSchema.shape.budget.unwrap().shape

/** Every setting of a model's run beside the model's and the dataset's own. */
export const modelRunSchema = z.strictObject({
  epochs: positive.default(25).describe('walks through the training pictures'),
  steps: count.default(0).describe('batches that are learned from; 0: as many as epochs take'),
  ...{ seed, engine, device, threads, checkpoint, log, callbacks },
  budget: z.strictObject({ seconds }).prefault({}),
  image: z
    .strictObject({ height: positive, width: positive, channels: positive })
    .optional()
    .describe('what the pictures are; a run tells it in its config'),
  classes: count.optional().describe('of the labels; a run tells it in its config'),
  scale: z
    .string()
    .default('signed')
    .describe(
      "what makes numbers of bytes: signed (−1 … 1), unit (0 … 1), by-batch (the original's on SVHN), or ./file.ts#Export",
    ),
  samples: z
    .strictObject({
      every: count.default(0).describe('steps between pictures of the same z; 0: once an epoch'),
      count: positive.max(1024).default(72).describe('pictures of each'),
    })
    .prefault({}),
})

/** What a model's run asks for, before presets and defaults. */
export interface ModelConfigRequest extends Pick<ConfigRequest, 'file' | 'sets'> {
  /** A registered name or `./file.ts#Export`. */
  readonly model?: string
  /** A registered name, `env:ID` or `./file.ts#Export`. */
  readonly dataset?: string
  readonly flags?: Pick<NonNullable<ConfigRequest['flags']>, 'steps' | 'seed' | 'engine' | 'device' | 'threads'> & {
    readonly epochs?: number | undefined
  }
}

const named = ['model', 'dataset']

/** Layers preset < file < sets < flags, checks every value, and fills the defaults in. Throws usage errors. */
export async function resolveModelConfig(request: ModelConfigRequest): Promise<ModelRunConfig> {
  const runKeys = keysOf(modelRunSchema)
  const layers = [request.file === undefined ? {} : readConfigFile(request.file, [...runKeys, ...named])]
  const modelName = request.model ?? nameIn(layers[0]!['model'], 'model', 'name')
  const datasetName = request.dataset ?? nameIn(layers[0]!['dataset'], 'dataset', 'name')
  if (modelName === undefined)
    throw usageError('Which model? Expected a name ("ringside list models") or ./file.ts#Export.')
  if (datasetName === undefined)
    throw usageError(`Which dataset? Expected a name ("ringside list datasets"), env:ID or ./file.ts#Export.`)
  const model = await resolveModel(modelName)
  const dataset = await datasetOf(datasetName)
  const ownKeys = keysOf(model.config)
  const datasetKeys = keysOf(dataset.config)
  const owner = { owner: 'model', ownKeys, runKeys, named, datasetKeys }
  for (const text of request.sets ?? []) layers.push(parseSet(text, owner))
  layers.push(definedOnly(request.flags ?? {}))

  const preset = findModelPreset(modelName, datasetName)
  const merged = [
    {
      model: preset?.modelConfig ?? {},
      ...definedOnly({ epochs: preset?.epochs, samples: preset?.samples, log: preset?.log }),
    } as Tree,
    ...layers.map((layer) => ({
      ...layer,
      ...(typeof layer['model'] === 'string' && { model: { name: modelName } }),
      ...(typeof layer['dataset'] === 'string' && { dataset: { name: datasetName } }),
    })),
  ].reduce<Tree>((base, over) => merge(base, over, { shape: { model: model.config } }), {})
  const { model: ofModel = {}, dataset: ofDataset = {}, ...run } = merged as Tree & { model?: Tree; dataset?: Tree }
  const settings = (tree: Tree): Tree => Object.fromEntries(Object.entries(tree).filter(([key]) => key !== 'name'))
  const known = [...new Set([...runKeys, ...named, ...ownKeys, ...datasetKeys])]
  const checked = <T extends Tree>(schema: unknown, value: Tree, prefix: string, what: string, keys: string[]): T =>
    check(schema as z.ZodType<T>, settings(value), prefix, what, keys)
  return {
    model: {
      ...checked(model.config, ofModel, 'model.', `Unknown setting of the model ${modelName}:`, ownKeys),
      name: modelName,
    },
    dataset: {
      ...checked(dataset.config, ofDataset, 'dataset.', `Unknown setting of the dataset ${datasetName}:`, datasetKeys),
      name: datasetName,
    },
    ...check(modelRunSchema, run, '', 'Unknown setting', known),
  }
}

/** Throws usage errors; of the name of an environment it is told that its frames are a dataset. */
async function datasetOf(name: string): Promise<DatasetDefinition> {
  try {
    return await resolveDataset(name)
  } catch (error) {
    if (!envSpecs().some(({ id }) => id === name)) throw error
    throw usageError(`"${name}" is an environment and no dataset; its frames are one: env:${name}.`, error)
  }
}

/** The settings of a model or a dataset, without its name. */
export function settingsOf(
  named: { readonly name: string } & Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const { name: _, ...settings } = named
  return settings
}
