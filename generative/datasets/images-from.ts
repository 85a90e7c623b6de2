import { RingsideError, usageError } from '../../core/errors.ts'
import { createRng } from '../../core/rng.ts'
import type { ImageShape } from '../types.ts'
import { bytesOf, emptySplit, permutation, pick, slice } from './split.ts'
import type { Dataset, ImageSplit } from './types.ts'

export interface HeldOut {
  /** Share of the pictures for validation, and for the test. */
  readonly validationFraction: number
  readonly testFraction: number
  /** Decides which they are. */
  readonly seed: number
}

export interface Pictures {
  readonly image: ImageShape
  readonly images: Uint8Array
  readonly labels?: Uint8Array
  readonly classes?: readonly string[]
  readonly description: string
}

/** A dataset of pictures that come as one lot (a folder, frames of an environment): mixed by the seed, then split. */
export function imagesFrom(pictures: Pictures, { validationFraction, testFraction, seed }: HeldOut): Dataset {
  const { image, images, labels, classes, description } = pictures
  if (validationFraction + testFraction >= 1)
    throw usageError(
      `validationFraction ${validationFraction} and testFraction ${testFraction} leave nothing to train on.`,
    )
  const count = images.length / bytesOf(image)
  const all: ImageSplit = { count, images, ...(labels !== undefined && { labels }) }
  const mixed = pick(all, permutation(count, createRng(seed, 'held out')))
  const validation = Math.round(count * validationFraction)
  const test = Math.round(count * testFraction)
  return completeDataset(
    {
      image,
      ...(classes !== undefined && { classes }),
      description,
      train: slice(mixed, validation + test, count),
      validation: slice(mixed, 0, validation),
      test: slice(mixed, validation, validation + test),
    },
    description,
  )
}

/** What a dataset of one's own may leave out. */
export interface SimpleSplit {
  readonly images: Uint8Array
  readonly labels?: Uint8Array
}

export interface SimpleDataset {
  readonly image: ImageShape
  readonly classes?: readonly string[]
  readonly description?: string
  readonly train: SimpleSplit
  readonly validation?: SimpleSplit
  readonly test?: SimpleSplit
}

/** A whole dataset of what was given, after a look at its sizes and labels. `name` is for errors. */
export function completeDataset(given: SimpleDataset, name: string): Dataset {
  const wrong = (why: string): RingsideError => new RingsideError(`The dataset "${name}" does not fit: ${why}.`)
  const { image, classes, description = name } = given
  for (const side of ['height', 'width', 'channels'] as const) {
    const value: unknown = (image as Partial<ImageShape> | undefined)?.[side]
    if (!Number.isInteger(value) || (value as number) < 1)
      throw wrong(`expected image.${side}, a whole number of at least 1, got ${JSON.stringify(value)}`)
  }
  const pixels = bytesOf(image)
  const complete = (split: SimpleSplit | undefined, which: string): ImageSplit => {
    if (split === undefined) return emptySplit
    const { images, labels } = split
    if (!(images instanceof Uint8Array))
      throw wrong(`expected ${which}.images as a Uint8Array, got ${describe(images)}`)
    const count = images.length / pixels
    if (!Number.isInteger(count))
      throw wrong(
        `${which}.images has ${images.length} bytes, no multiple of ${image.height} × ${image.width} × ${image.channels} = ${pixels}`,
      )
    if (labels === undefined) return { count, images }
    if (!(labels instanceof Uint8Array))
      throw wrong(`expected ${which}.labels as a Uint8Array, got ${describe(labels)}`)
    if (labels.length !== count) throw wrong(`${which} has ${count} images and ${labels.length} labels`)
    const most = classes?.length ?? 256
    const odd = labels.find((label) => label >= most)
    if (odd !== undefined) throw wrong(`${which} has the label ${odd}, and there are ${most} classes`)
    return { count, images, labels }
  }
  const train = complete(given.train, 'train')
  if (train.count === 0) throw wrong('there is nothing to train on')
  return {
    image: { height: image.height, width: image.width, channels: image.channels },
    ...(classes !== undefined && { classes }),
    description,
    train,
    validation: complete(given.validation, 'validation'),
    test: complete(given.test, 'test'),
  }
}

function describe(value: unknown): string {
  if (typeof value !== 'object' || value === null) return value === null ? 'null' : typeof value
  return value.constructor.name
}
