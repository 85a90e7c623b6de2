import { dirname } from 'node:path'
import { usageError } from '../../core/errors.ts'
import { createRng } from '../../core/rng.ts'
import { openEngine } from '../../engine/index.ts'
import type { EngineOptions } from '../../engine/types.ts'
import { openDataset } from '../../generative/datasets/registry.ts'
import { bytesBehind, resolveScale, type ToBytes } from '../../generative/datasets/scale.ts'
import { permutation, pick } from '../../generative/datasets/split.ts'
import type { Dataset, DatasetContext } from '../../generative/datasets/types.ts'
import { besideNearest } from '../../generative/quality/nearest.ts'
import type { GenerativeModel, ImageShape } from '../../generative/types.ts'
import { encodePng } from '../../render/index.ts'
import { openCheckpoints } from './checkpoint.ts'
import './env-frames.ts'
import { makeFolder, writeFileAtomic } from './files.ts'
import { isModelConfig } from './kinds/is-model.ts'
import { buildModel } from './kinds/model-run.ts'
import { settingsOf } from './model-config.ts'
import { gridOf, labelsOf } from './model-samples.ts'
import { chooseCheckpoint, readRunConfig } from './open.ts'
import { checkSampleOptions, outOf, type SampleOptions } from './sample-options.ts'
import type { ModelRunConfig } from './types.ts'

export interface Sampled {
  readonly path: string
  readonly count: number
  readonly step: number
}

/** A generator from a checkpoint, in inference mode. */
export interface Sampler {
  readonly image: ImageShape
  /** Step of the checkpoint. */
  readonly step: number
  /** Takes the newest checkpoint instead, where there is a newer one. */
  renew(): void
  /** Pictures as bytes: count × height × width × channels. Throws usage errors. */
  pictures(options: SampleOptions): Uint8Array
  close(): void
}

export async function openSampler(
  folder: string,
  options: Pick<SampleOptions, 'checkpoint' | 'engine'> = {},
): Promise<Sampler> {
  const { config } = readRunConfig(folder)
  if (!isModelConfig(config))
    throw usageError(`"${folder}" is a run of the agent ${config.agent.name}. A film of it: ringside record ${folder}`)
  const checkpoints = openCheckpoints(folder, config.checkpoint.keep)
  let step = chooseCheckpoint(checkpoints, options.checkpoint ?? 'last', folder)
  const sampling = checkpoints.readPolicy(step)
  const toBytes = bytesBehind(await resolveScale(config.scale))
  const engine = await openEngine({ engine: (options.engine ?? config.engine) as NonNullable<EngineOptions['engine']> })
  try {
    const { image, classes } = shapeOf(config, folder)
    const model = await buildModel(
      config,
      { image, ...(classes > 0 && { classes: Array<string>(classes).fill('') }) },
      engine,
    )
    model.restore({ sampling })
    return {
      image,
      get step() {
        return step
      },
      renew() {
        const newest = checkpoints.steps().at(-1)
        if (newest === undefined || newest === step) return
        model.restore({ sampling: checkpoints.readPolicy(newest) })
        step = newest
      },
      pictures: (asked) => pictures(model, asked, classes, toBytes),
      close() {
        model.dispose()
        engine.dispose()
      },
    }
  } catch (error) {
    engine.dispose()
    throw error
  }
}

/** Pictures of a model's run, as a grid. */
export async function sampleRun(folder: string, options: SampleOptions = {}): Promise<Sampled> {
  checkSampleOptions(options)
  const out = outOf(options, 'samples.png')
  const { nearest } = options
  const sampler = await openSampler(folder, options)
  const { image, step } = sampler
  try {
    const images = sampler.pictures(options)
    const pixels = image.height * image.width * image.channels
    const count = images.length / pixels
    if (nearest === undefined) write(out, image, images, options.columns ?? Math.ceil(Math.sqrt(count)), options)
    else {
      const { train } = await trainingPictures(folder, image)
      if (!Number.isInteger(nearest) || nearest < 1 || nearest > Math.min(100, train.count))
        throw usageError(`--nearest expects a whole number from 1 to ${Math.min(100, train.count)}, got ${nearest}.`)
      write(out, image, besideNearest(images, train.images, pixels, nearest), nearest + 1, options)
    }
    return { path: out, count, step }
  } finally {
    sampler.close()
  }
}

/** The data that a run learned from. */
async function trainingPictures(folder: string, image: ImageShape): Promise<Dataset> {
  const { config } = readRunConfig(folder) as { config: ModelRunConfig }
  const dataset = await openDataset(config.dataset.name, settingsOf(config.dataset), {
    rng: createRng(config.seed, 'data'),
  })
  const told = ({ height, width, channels }: ImageShape): string => `${height} × ${width} × ${channels}`
  if (told(dataset.image) !== told(image))
    throw usageError(
      `The dataset ${config.dataset.name} now has pictures of ${told(dataset.image)}, and the run learned ${told(image)}.`,
    )
  return dataset
}

/** Different real pictures of a dataset, chosen by the seed, as a grid. */
export async function sampleDataset(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  options: SampleOptions,
  context: Pick<DatasetContext, 'note' | 'progress'> = {},
): Promise<Omit<Sampled, 'step'>> {
  checkSampleOptions(options)
  for (const key of ['from', 'to', 'frames', 'nearest'] as const)
    if (options[key] !== undefined) throw usageError(`--${key} is for pictures that a model makes; leave out --real.`)
  const out = outOf(options, 'real.png')
  const { seed = 0, label } = options
  const { train, image, classes } = await openDataset(name, settings, { rng: createRng(seed, 'data'), ...context })
  if (label !== undefined && train.labels === undefined)
    throw usageError(`--label is for pictures with labels, and ${name} has none.`)
  if (label !== undefined && !isClass(label, classes?.length ?? 256))
    throw usageError(`--label expects a class from 0 to ${(classes?.length ?? 256) - 1}, got ${label}.`)
  const order = permutation(train.count, createRng(seed, 'real'))
  const wanted = label === undefined ? order : order.filter((place) => train.labels![place] === label)
  const count = options.count ?? Math.min(72, wanted.length)
  if (count > wanted.length || count === 0)
    throw usageError(
      `${name} has ${wanted.length} pictures${label === undefined ? '' : ` of class ${label}`} to train on.`,
    )
  const { images } = pick(train, wanted.subarray(0, count))
  write(out, image, images, options.columns ?? 12, options)
  return { path: out, count }
}

function isClass(label: number, classes: number): boolean {
  return Number.isInteger(label) && label >= 0 && label < classes
}

function pictures(model: GenerativeModel, options: SampleOptions, classes: number, toBytes: ToBytes): Uint8Array {
  checkSampleOptions(options)
  const { count = 16, seed = 0, label, from, to, frames = 10 } = options
  if (label !== undefined && !model.conditional)
    throw usageError('--label is for models that were told labels: train with --set conditional=true.')
  if (label !== undefined && !isClass(label, classes))
    throw usageError(`--label expects a class from 0 to ${classes - 1}, got ${label}.`)
  const zOf = (root: number, rows: number): Float32Array => {
    const rng = createRng(root, 'sample')
    return Float32Array.from({ length: rows * model.latent }, () => rng.uniform(-1, 1))
  }
  if (from === undefined || to === undefined)
    return toBytes(model.generate(zOf(seed, count), labelsOf(model, count, classes, label)))
  const [a, b] = [zOf(from, 1), zOf(to, 1)]
  const way = new Float32Array(frames * model.latent)
  for (let i = 0; i < frames; i++) {
    const share = frames === 1 ? 0 : i / (frames - 1)
    for (let k = 0; k < model.latent; k++) way[i * model.latent + k] = (1 - share) * a[k]! + share * b[k]!
  }
  const labels = model.conditional ? new Uint8Array(frames).fill(label ?? 0) : undefined
  return toBytes(model.generate(way, labels))
}

/** What the checkpoint's run was for; kept in its config, so that no data is needed to sample. */
function shapeOf(config: ModelRunConfig, folder: string): { image: ImageShape; classes: number } {
  const { image, classes } = config
  if (image === undefined) throw usageError(`"${folder}" does not say the size of its pictures.`)
  return { image, classes: classes ?? 0 }
}

function write(
  out: string,
  image: ImageShape,
  images: Uint8Array,
  columns: number,
  { stretch = false }: SampleOptions,
): void {
  makeFolder(dirname(out))
  writeFileAtomic(out, encodePng(gridOf(image, images, columns, stretch)))
}
