import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { decodeState, encodeState, fields } from '../../core/state.ts'
import { RingsideError } from '../../core/errors.ts'
import type { Rng } from '../../core/rng.ts'
import type { ToBytes } from '../../generative/datasets/scale.ts'
import type { GenerativeModel, ImageShape } from '../../generative/types.ts'
import { encodePng, imageGrid, type Frame } from '../../render/index.ts'
import { makeFolder, writeFileAtomic } from './files.ts'
import type { PngImage } from './loggers/tensorboard.ts'

/** Pictures as bytes: count × height × width × channels. */
export interface Samples {
  readonly step: number
  readonly epoch: number
  readonly images: Uint8Array
}

export interface Drawing {
  readonly model: GenerativeModel
  /** The way back of the run's scale. */
  readonly toBytes: ToBytes
  /** Of the labels; 0 for none. */
  readonly classes: number
}

/** `count` pictures from z of `rng`; of a conditional model the classes in turn. */
export function draw({ model, toBytes, classes }: Drawing, rng: Rng, count: number): Uint8Array {
  const z = Float32Array.from({ length: count * model.latent }, () => rng.uniform(-1, 1))
  return toBytes(model.generate(z, labelsOf(model, count, classes)))
}

export function labelsOf(
  model: GenerativeModel,
  count: number,
  classes: number,
  label?: number,
): Uint8Array | undefined {
  return model.conditional ? Uint8Array.from({ length: count }, (_, i) => label ?? i % classes) : undefined
}

/** Writes `media/samples/<step>.png`, a grid, and `.bin`, the bytes behind it; gives the picture and its path. */
export function writeSamples(
  folder: string,
  image: ImageShape,
  { step, epoch, images }: Samples,
): { readonly path: string; readonly picture: PngImage } {
  const media = join(folder, 'media', 'samples')
  makeFolder(media)
  const path = join(media, `${step}.png`)
  writeFileAtomic(join(media, `${step}.bin`), encodeState({ step, epoch, images }))
  const grid = gridOf(image, images)
  const png = encodePng(grid)
  writeFileAtomic(path, png)
  return { path, picture: { png, width: grid.width, height: grid.height } }
}

/** Steps that a run has written pictures of, ascending. */
export function sampleSteps(folder: string): number[] {
  const media = join(folder, 'media', 'samples')
  if (!existsSync(media)) return []
  return readdirSync(media)
    .filter((name) => /^\d+\.bin$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b)
}

export function readSampleAt(folder: string, step: number): Samples {
  const saved = fields(
    decodeState(readFileSync(join(folder, 'media', 'samples', `${step}.bin`))),
    `the samples "${step}.bin"`,
  )
  return {
    step: saved.number('step'),
    epoch: saved.number('epoch'),
    images: saved.array('images', 'uint8') as Uint8Array,
  }
}

/** All that a run has written up to a step, oldest first. */
export function readSamples(folder: string, upTo = Infinity): Samples[] {
  return sampleSteps(folder)
    .filter((step) => step <= upTo)
    .map((step) => readSampleAt(folder, step))
}

/**
 * Pictures as people look at them: small ones enlarged, in no more columns than there are pictures; of two channels the first, of
 * more than three the first three.
 */
export function gridOf(
  { height, width, channels }: ImageShape,
  images: Uint8Array,
  columns = 12,
  stretch = false,
): Frame {
  const shown = channels < 3 ? 1 : 3
  const seen = shown === channels ? images : images.filter((_, i) => i % channels < shown)
  return imageGrid({
    ...{ height, width, channels: shown, images: seen, stretch },
    columns: Math.max(1, Math.min(columns, images.length / (height * width * channels))),
    scale: Math.max(1, Math.round(56 / Math.max(height, width))),
  })
}

/** The first `count` pictures; throws where there are fewer. */
export function firstOf(images: Uint8Array, image: ImageShape, count: number): Uint8Array {
  const bytes = image.height * image.width * image.channels
  if (images.length < count * bytes)
    throw new RingsideError(`There are ${images.length / bytes} pictures, and ${count} were asked for.`)
  return images.subarray(0, count * bytes)
}

/** How much pictures differ from each other: the deviation of each pixel over the pictures, its mean, in bytes. */
export function diversity(images: Uint8Array, count: number): number {
  const pixels = images.length / count
  let sum = 0
  for (let p = 0; p < pixels; p++) {
    let [total, squares] = [0, 0]
    for (let i = 0; i < count; i++) {
      const value = images[i * pixels + p]!
      total += value
      squares += value * value
    }
    sum += Math.sqrt(Math.max(0, squares / count - (total / count) ** 2))
  }
  return sum / pixels
}
