import { createRng } from '../../../core/rng.ts'
import type { HouseNumbersConfig } from '../config.ts'
import { digits } from '../labels.ts'
import type { Dataset, DatasetContext, DatasetFactory, ImageSplit } from '../types.ts'
import { createPainter, side } from './draw.ts'

export const factory: DatasetFactory<HouseNumbersConfig> = { open: openHouseNumbers }

const pixels = side * side * 3
/** Pictures between reports of progress, at which other work gets its turn. */
const stretch = 256

/**
 * Synthetic house numbers, drawn here: several faces, colours, views, walls, neighbours at the edges, blur and noise. Picture
 * i of a split is the same for a seed however many there are.
 */
export async function openHouseNumbers(config: HouseNumbersConfig, context: DatasetContext): Promise<Dataset> {
  const { train, validation, test, seed } = config
  const total = train + validation + test
  const description = `${total.toLocaleString('en')} synthetic house numbers, drawn by this program with seed ${seed}: not SVHN, no photographs`
  context.note?.(description)
  let done = 0
  const draw = async (which: string, count: number): Promise<ImageSplit> => {
    const root = createRng(seed, 'house-numbers', which)
    const paint = createPainter()
    const split = { count, images: new Uint8Array(count * pixels), labels: new Uint8Array(count) }
    for (let i = 0; i < count; i++) {
      const rng = root.stream(`${i}`)
      const digit = rng.int(10)
      split.labels[i] = digit
      paint(digit, rng, split.images.subarray(i * pixels, (i + 1) * pixels))
      if (++done % stretch === 0 || done === total) {
        context.progress?.('drawing house numbers', done, total)
        await new Promise((resolve) => setImmediate(resolve))
      }
    }
    return split
  }
  return {
    image: { height: side, width: side, channels: 3 },
    classes: digits,
    description,
    train: await draw('train', train),
    validation: await draw('validation', validation),
    test: await draw('test', test),
  }
}
