import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../../core/errors.ts'
import { createRng } from '../../core/rng.ts'
import type { Dataset } from '../../generative/datasets/types.ts'
import { besideNearest } from '../../generative/quality/nearest.ts'
import type { ImageShape } from '../../generative/types.ts'
import { encodeGif, encodePng, plotLines, type Point } from '../../render/index.ts'
import { makeFolder, writeFileAtomic } from './files.ts'
import { draw, firstOf, gridOf, readSamples, type Drawing, type Samples } from './model-samples.ts'
import type { AnySummary, ModelRunConfig, RunEvent } from './types.ts'

export interface FinishModelParts {
  readonly folder: string
  readonly config: ModelRunConfig
  readonly dataset: Dataset
  readonly drawing: Drawing
  stopRequested(): boolean
}

/**
 * What a model's run leaves behind: the losses as a plot; grids of 4 × 4 and 6 × 12 pictures; the same pictures over the
 * training, as a grid of ten rows of six and as a film; beside eight pictures the training pictures nearest to them. What fails is told and costs nothing else.
 */
export async function* finishModelRun(
  parts: FinishModelParts,
): AsyncGenerator<RunEvent, Partial<AnySummary> | undefined> {
  const { folder, config, dataset, drawing, stopRequested } = parts
  if (stopRequested()) return undefined
  const { image } = dataset
  makeFolder(join(folder, 'media'))
  makeFolder(join(folder, 'plots'))
  const grid = (name: string, images: Uint8Array, columns: number): void =>
    writeFileAtomic(join(folder, 'media', name), encodePng(gridOf(image, images, columns)))

  yield { kind: 'phase', phase: 'plotting' }
  try {
    const { svg, png } = await plotLines({
      title: `${config.model.name} on ${config.dataset.name}`,
      subtitle: 'losses of single batches; at even odds the two of sigmoid losses are 1.39 and 0.69',
      xTitle: 'epoch',
      yTitle: 'loss',
      series: [
        { name: 'discriminator', points: column(folder, 'discriminatorLoss') },
        { name: 'generator', points: column(folder, 'generatorLoss') },
      ],
    })
    writeFileAtomic(join(folder, 'plots', 'losses.svg'), svg)
    writeFileAtomic(join(folder, 'plots', 'losses.png'), png)
  } catch (error) {
    yield { kind: 'note', text: `The losses could not be drawn: ${messageOf(error)}` }
  }
  yield { kind: 'phase', phase: 'filming' }
  try {
    const many = draw(drawing, createRng(config.seed, 'grid'), 72)
    grid('samples-4x4.png', firstOf(many, image, 16), 4)
    grid('samples-6x12.png', many, 12)
    const bytes = image.height * image.width * image.channels
    const beside = Math.min(nearest, dataset.train.count)
    grid('nearest.png', besideNearest(firstOf(many, image, 8), dataset.train.images, bytes, beside), beside + 1)
    const samples = readSamples(folder, config.steps)
    if (samples.length > 0) {
      grid('progress.png', progress(samples, image), 6)
      writeFileAtomic(join(folder, 'media', 'training.gif'), film(samples, image))
    }
  } catch (error) {
    yield { kind: 'note', text: `The pictures could not be made: ${messageOf(error)}` }
  }
  return {}
}

/** Training pictures shown beside a made one. */
const nearest = 5

/** Up to ten moments of the training, evenly taken, a row of six pictures each. */
function progress(samples: readonly Samples[], image: ImageShape): Uint8Array {
  const bytes = image.height * image.width * image.channels
  const rows = Math.min(10, samples.length)
  const each = Math.min(6, samples[0]!.images.length / bytes)
  const chosen = Array.from(
    { length: rows },
    (_, i) => samples[Math.round((i * (samples.length - 1)) / Math.max(1, rows - 1))]!,
  )
  const out = new Uint8Array(rows * 6 * bytes).fill(255)
  chosen.forEach(({ images }, row) => out.set(images.subarray(0, each * bytes), row * 6 * bytes))
  return out
}

function film(samples: readonly Samples[], image: ImageShape): Uint8Array {
  const every = Math.ceil(samples.length / 60)
  const frames = samples
    .filter((_, i) => i % every === 0 || i === samples.length - 1)
    .map(({ images }) => gridOf(image, images))
  // Ten seconds at most, but no faster than the eye follows.
  return encodeGif(frames, { fps: Math.min(12, Math.max(2, frames.length / 10)) })
}

/** A column of metrics.csv over epochs. */
function column(folder: string, name: string): Point[] {
  const [header = '', ...rows] = readFileSync(join(folder, 'metrics.csv'), 'utf8').trimEnd().split('\n')
  const names = header.split(',')
  const [x, y] = [names.indexOf('epoch'), names.indexOf(name)]
  return rows
    .map((row) => row.split(','))
    .map((cells) => ({ x: Number(cells[x]), y: Number(cells[y]) }))
    .filter((point) => Number.isFinite(point.y))
}
