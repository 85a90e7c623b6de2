/** Tuned settings of a model on a dataset. */
export interface ModelPreset {
  readonly model: string
  /** A dataset, or `*` for any without a preset of its own. */
  readonly dataset: string
  readonly comment: string
  /** Walks through the training pictures. */
  readonly epochs: number
  readonly modelConfig: Readonly<Record<string, unknown>>
  /** Steps between pictures of the same z, and how many of them. */
  readonly samples?: { readonly every: number; readonly count: number }
  /** Steps between rows of losses. */
  readonly log?: { readonly every: number }
}

export const modelPresets: readonly ModelPreset[] = [
  {
    model: 'gan',
    dataset: 'mnist',
    comment: "the original's: Adam 0.002, batches of 100, real labels smoothed by 0.1",
    epochs: 100,
    modelConfig: { batchSize: 100, learningRate: 0.002, beta1: 0.9, hidden: 128, slope: 0.01 },
  },
  {
    model: 'dcgan',
    dataset: 'svhn',
    comment:
      "the original's: Adam 0.0002 with β₁ 0.5, batches of 128, no smoothing; 72 pictures every 100 steps, losses every 10",
    epochs: 25,
    modelConfig: { batchSize: 128, learningRate: 0.0002, beta1: 0.5, smoothing: 0, channels: 512, slope: 0.2 },
    samples: { every: 100, count: 72 },
    log: { every: 10 },
  },
]

export function findModelPreset(model: string, dataset: string): ModelPreset | undefined {
  return modelPresets.find((preset) => preset.model === model && [dataset, '*'].includes(preset.dataset))
}
