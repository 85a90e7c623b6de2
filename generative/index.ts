export { datasets, openDataset, registerDataset, registerDatasetKind, resolveDataset } from './datasets/registry.ts'
export { readIdx } from './datasets/idx.ts'
export { readMat, type ReadMatOptions } from './datasets/mat/read-mat.ts'
export {
  imagesFrom,
  type HeldOut,
  type Pictures,
  type SimpleDataset,
  type SimpleSplit,
} from './datasets/images-from.ts'
export { createBatches, type Batches, type BatchesOptions } from './datasets/batches.ts'
export { resolveScale, scales } from './datasets/scale.ts'
export { fingerprintOf } from './datasets/fingerprint.ts'
export type { NumericArray } from './datasets/arrays.ts'
export type * from './datasets/types.ts'
export type { ImageShape } from './types.ts'
export { createModel, models, registerModel, resolveModel } from './registry.ts'
export { dcganConfig, ganConfig, type DcganConfig, type GanConfig } from './config.ts'
export type { GenerativeModel, ModelContext, ModelDefinition, ModelFactory } from './types.ts'
export type { Metrics } from './metrics.ts'
