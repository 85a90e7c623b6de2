import { existsSync } from 'node:fs'
import { dirname, extname } from 'node:path'
import { usageError } from '../../core/errors.ts'
import { createRng } from '../../core/rng.ts'
import { openEngine } from '../../engine/index.ts'
import type { EngineOptions } from '../../engine/types.ts'
import { openDataset, resolveDataset } from '../../generative/datasets/registry.ts'
import type { Dataset } from '../../generative/datasets/types.ts'
import { besideNearest } from '../../generative/quality/nearest.ts'
import type { GenerativeModel, ImageShape } from '../../generative/types.ts'
import { encodePng, imageGrid } from '../../render/index.ts'
import { openCheckpoints } from './checkpoint.ts'
import './env-frames.ts'
import { makeFolder, writeFileAtomic } from './files.ts'
import { isModelConfig } from './kinds/is-model.ts'
import { buildModel } from './kinds/model-run.ts'
import { settingsOf } from './model-config.ts'
import { enlarged, labelsOf, toBytes } from './model-samples.ts'
import { chooseCheckpoint, readRunConfig } from './open.ts'
import type { ModelRunConfig } from './types.ts'

export interface SampleOptions {
  readonly count?: number
  readonly seed?: number
  readonly out?: string
  readonly force?: boolean
  readonly columns?: number
  /** Each picture from its own darkest value to its own brightest. */
  readonly stretch?: boolean
  /** Of a conditional model: this class alone. */
  readonly label?: number
  /** Instead of single pictures, `frames` of them on the way from the z of one seed to that of another. */
  readonly from?: number
  readonly to?: number
  readonly frames?: number
  /** Beside each picture so many training pictures, those nearest to it in pixels: is it a copy? Reads the dataset. */
  readonly nearest?: number
  /** `last` (default) or a step. */
  readonly checkpoint?: string
  readonly engine?: string
}

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
      pictures: (asked) => pictures(model, asked, classes),
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
  const out = outOf(options, 'samples.png')
  const { nearest } = options
  if (nearest !== undefined && options.columns !== undefined)
    throw usageError('--nearest has a row for each picture: leave out --columns.')
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

/** Real pictures of a dataset, as a grid. */
export async function sampleDataset(
  name: string,
  settings: Readonly<Record<string, unknown>>,
  options: SampleOptions,
  note: (line: string) => void = () => {},
): Promise<Omit<Sampled, 'step'>> {
  const out = outOf(options, 'real.png')
  const { seed = 0, count = 72 } = options
  const { train, image } = await openDataset(name, settings, { rng: createRng(seed, 'data'), note })
  const bytes = image.height * image.width * image.channels
  const rng = createRng(seed, 'real')
  const chosen = new Uint8Array(count * bytes)
  for (let i = 0; i < count; i++) {
    const at = rng.int(train.count)
    chosen.set(train.images.subarray(at * bytes, (at + 1) * bytes), i * bytes)
  }
  write(out, image, chosen, options.columns ?? 12, options)
  return { path: out, count }
}

export async function isDataset(name: string): Promise<boolean> {
  return resolveDataset(name).then(
    () => true,
    () => false,
  )
}

function pictures(model: GenerativeModel, options: SampleOptions, classes: number): Uint8Array {
  const { count = 16, seed = 0, label, from, to, frames = 10 } = options
  if (label !== undefined && !model.conditional)
    throw usageError('--label is for models that were told labels: train with --set conditional=true.')
  if (label !== undefined && !(Number.isInteger(label) && label >= 0 && label < classes))
    throw usageError(`--label expects a class from 0 to ${classes - 1}, got ${label}.`)
  for (const [name, value] of Object.entries({ count, frames }))
    if (!Number.isInteger(value) || value < 1 || value > 10_000)
      throw usageError(`--${name} expects a whole number from 1 to 10000, got ${value}.`)
  const zOf = (root: number, rows: number): Float32Array => {
    const rng = createRng(root, 'sample')
    return Float32Array.from({ length: rows * model.latent }, () => rng.uniform(-1, 1))
  }
  if ((from === undefined) !== (to === undefined))
    throw usageError('--from and --to belong together: seeds of two pictures.')
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

function outOf({ out, force }: SampleOptions, usual: string): string {
  const path = out ?? usual
  if (extname(path).toLowerCase() !== '.png') throw usageError(`--out expects a .png file, got "${path}".`)
  if (existsSync(path) && force !== true)
    throw usageError(`"${path}" exists; choose another --out or replace it by --force.`)
  return path
}

function write(
  out: string,
  image: ImageShape,
  images: Uint8Array,
  columns: number,
  { stretch = false }: SampleOptions,
): void {
  makeFolder(dirname(out))
  writeFileAtomic(out, encodePng(imageGrid({ ...image, images, columns, stretch, scale: enlarged(image) })))
}
