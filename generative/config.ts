import { z } from 'zod'

const positive = z.number().int().positive()

const shared = {
  latent: positive.default(100).describe('numbers in z, each uniform in −1 … 1'),
  batchSize: positive.describe('pictures of one step'),
  learningRate: z.number().nonnegative().describe("of both networks' Adam"),
  loss: z
    .enum(['non-saturating', 'minimax', 'least-squares', 'hinge', 'wasserstein'])
    .default('non-saturating')
    .describe('what the two networks play for; wasserstein with a gradient penalty'),
  gradientPenalty: z
    .number()
    .nonnegative()
    .optional()
    .describe('weight of (‖∇D‖ − 1)²; default 10 for wasserstein, else 0'),
  discriminatorSteps: positive
    .default(1)
    .describe('batches that the discriminator learns from for each of the generator'),
  spectralNorm: z.boolean().default(false).describe('kernels of the discriminator over their largest singular value'),
  averaging: z
    .number()
    .min(0)
    .lt(1)
    .default(0)
    .describe("decay of the generator's running average, of which pictures are made; 0: none"),
  conditional: z.boolean().default(false).describe('both networks are told the label of each picture'),
}

/** Of the original on MNIST: real labels smoothed by 0.1, where the loss knows labels. */
const ganSettings = z.strictObject({
  ...shared,
  batchSize: shared.batchSize.default(100),
  learningRate: shared.learningRate.default(0.002),
  beta1: z.number().min(0).lt(1).default(0.9).describe('decay of the mean of gradients'),
  smoothing: z
    .number()
    .min(0)
    .lt(0.5)
    .optional()
    .describe('real pictures count as 1 − this; default 0.1 for the sigmoid losses, which alone know it, else 0'),
  hidden: positive.default(128).describe('units of the hidden layer of each network'),
  slope: z.number().min(0).lt(1).default(0.01).describe('of the leaky ReLUs below nought'),
})
export const ganConfig = ganSettings.transform(({ smoothing, ...settings }) => ({
  ...settings,
  smoothing: smoothing ?? (settings.loss === 'non-saturating' || settings.loss === 'minimax' ? 0.1 : 0),
}))

/** Of the original on SVHN: no smoothing. */
export const dcganConfig = z.strictObject({
  ...shared,
  batchSize: shared.batchSize.default(128),
  learningRate: shared.learningRate.default(0.0002),
  beta1: z.number().min(0).lt(1).default(0.5).describe('decay of the mean of gradients'),
  smoothing: z.number().min(0).lt(0.5).default(0).describe('real pictures count as 1 − this (sigmoid losses)'),
  channels: z
    .number()
    .int()
    .min(8)
    .default(512)
    .describe("of the generator's first maps; each later layer has half, the discriminator's go the other way"),
  slope: z.number().min(0).lt(1).default(0.2).describe('of the leaky ReLUs below nought'),
  batchNorm: z.boolean().default(true).describe("in the discriminator; the generator's always has it"),
})

export type GanConfig = z.infer<typeof ganConfig>
export type DcganConfig = z.infer<typeof dcganConfig>
