import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { TypedArray } from '../../core/dtype.ts'
import { RingsideError, usageError } from '../../core/errors.ts'
import { createRng } from '../../core/rng.ts'
import { shapeText } from './arrays.ts'
import type { SvhnConfig } from './config.ts'
import { dataFolder, download, haveAll, type RemoteFile } from './download.ts'
import { openHouseNumbers } from './house-numbers/dataset.ts'
import { digits } from './labels.ts'
import { readMat } from './mat/read-mat.ts'
import { permutation, pick, slice } from './split.ts'
import type { Dataset, DatasetContext, DatasetFactory, ImageSplit } from './types.ts'

const host = 'http://ufldl.stanford.edu/housenumbers'

/** Netzer et al. 2011, format 2: cropped digits. */
export const svhnFiles: readonly [train: RemoteFile, test: RemoteFile] = [
  {
    name: 'train_32x32.mat',
    url: `${host}/train_32x32.mat`,
    bytes: 182_040_794,
    sha256: '435e94d69a87fde4fd4d7f3dd208dfc32cb6ae8af2240d066de1df7508d083b8',
  },
  {
    name: 'test_32x32.mat',
    url: `${host}/test_32x32.mat`,
    bytes: 64_275_384,
    sha256: 'cdce80dfb2a2c4c6160906d0bd7c68ec5a99d7ca4831afa54f09182025b6a75b',
  },
]
const [side, channels] = [32, 3]

export const factory: DatasetFactory<SvhnConfig> = { open }

async function open(config: SvhnConfig, context: DatasetContext): Promise<Dataset> {
  const { source, folder } = config
  if (folder !== undefined && (source === 'synthetic' || source === 'download'))
    throw usageError(`source "${source}" reads no folder; leave out folder "${folder}", or take source "files".`)
  if (source === 'synthetic') return openSynthetic(config, context)
  if (folder !== undefined) return openFiles(folder, config, context)
  const names = svhnFiles.map(({ name }) => name).join(' and ')
  if (source === 'files') throw usageError(`source "files" wants folder, where ${names} are.`)
  const cache = dataFolder('svhn')
  if (!haveAll(svhnFiles, cache)) {
    const got = await download(svhnFiles, cache, context)
    if (!got.ok) {
      const advice =
        `Put ${names} into "${cache}" or into a folder of your own (folder=…), ` +
        'or take drawn house numbers, which are not SVHN (source=synthetic).'
      if (source === 'download') throw new RingsideError(`SVHN could not be downloaded: ${got.why}. ${advice}`)
      context.note?.(`SVHN could not be downloaded (${got.why}): synthetic house numbers are drawn instead. ${advice}`)
      return openSynthetic(config, context)
    }
  }
  return openFiles(cache, config, context)
}

function openSynthetic(config: SvhnConfig, context: DatasetContext): Promise<Dataset> {
  const { syntheticTrain, syntheticTest, valFraction, seed } = config
  const validation = Math.round(syntheticTest * valFraction)
  return openHouseNumbers({ train: syntheticTrain, validation, test: syntheticTest - validation, seed }, context)
}

async function openFiles(folder: string, config: SvhnConfig, context: DatasetContext): Promise<Dataset> {
  const [trainFile, testFile] = svhnFiles
  for (const { name } of svhnFiles)
    if (!existsSync(join(folder, name)))
      throw new RingsideError(
        `"${folder}" lacks ${name}. Without files: source=download, or source=synthetic for drawn house numbers.`,
      )
  const train = await readSplit(join(folder, trainFile.name))
  const all = await readSplit(join(folder, testFile.name))
  // Seeded, as the pictures of one house lie side by side.
  const held = config.shuffle ? pick(all, permutation(all.count, createRng(config.seed, 'svhn validation'))) : all
  const test = Math.floor(held.count * (1 - config.valFraction))
  const description =
    `${train.count.toLocaleString('en')} house numbers to train on, ${(held.count - test).toLocaleString('en')} for ` +
    `validation and ${test.toLocaleString('en')} for the test, from the .mat files in "${folder}"`
  context.note?.(description)
  return {
    image: { height: side, width: side, channels },
    classes: digits,
    description,
    train,
    validation: slice(held, test, held.count),
    test: slice(held, 0, test),
  }
}

/** X is 32 × 32 × 3 × count with the first axis fastest; y has a label a picture, 10 for the digit 0. */
async function readSplit(path: string): Promise<ImageSplit> {
  const arrays = await readMat(path, { names: ['X', 'y'], axes: { X: [3, 0, 1, 2] } })
  const { X, y } = arrays as { X: (typeof arrays)[string]; y: (typeof arrays)[string] }
  const [count, ...shape] = X.shape as [number, ...number[]]
  const images = bytesOf(X.data)
  if (images === undefined || shape.join() !== [side, side, channels].join())
    throw new RingsideError(
      `X in "${path}" is ${shapeText([...shape, count])} of ${X.data.constructor.name}: ` +
        `expected ${shapeText([side, side, channels])} × count levels of 0 to 255.`,
    )
  if (y.data.length !== count)
    throw new RingsideError(`"${path}" has ${count} pictures in X and ${y.data.length} labels in y.`)
  const labels = Uint8Array.from(y.data, (label) => (label === 10 ? 0 : label))
  const odd = y.data.find((label) => !(label >= 1 && label <= 10 && Number.isInteger(label)))
  if (odd !== undefined)
    throw new RingsideError(`y in "${path}" has the label ${odd}: expected 1 to 10, where 10 is the digit 0.`)
  return { count, images, labels }
}

/** Levels as other programs save them: whole numbers of 0 to 255 of any type. */
function bytesOf(data: TypedArray): Uint8Array | undefined {
  if (data instanceof Uint8Array) return data
  return data.every((x) => Number.isInteger(x) && x >= 0 && x <= 255) ? Uint8Array.from(data) : undefined
}
