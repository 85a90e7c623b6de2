import { z } from 'zod'
import { networkKind } from '../networks/kind.ts'
import { boundedSchedule } from '../schedules.ts'

const positive = z.number().int().positive()
const share = z.number().min(0).max(1)

const network = z
  .strictObject({
    kind: networkKind
      .default('auto')
      .describe(
        'auto (mlp for vectors and Discrete, nature for images of at least 36 × 36, minatar for smaller ones), impala, impala-small, or your own: ./file.ts#Export or ./model.json',
      ),
    hidden: z
      .array(positive)
      .optional()
      .describe(
        'units of the dense layers; default [64, 64] (mlp, once for the actor and once for the critic), [512] (nature), [128] (minatar)',
      ),
    activation: z
      .enum(['relu', 'tanh'])
      .default('tanh')
      .describe('of the dense layers of an mlp; whatever follows convolutions uses relu'),
    initializer: z
      .enum(['orthogonal', 'he-normal', 'uniform'])
      .default('orthogonal')
      .describe('orthogonal: gain √2 in hidden layers, 0.01 for the policy, 1 for the value, biases 0'),
    logDeviation: z
      .number()
      .default(0)
      .describe('Box actions: first logarithm of the standard deviation, which is learned beside the network'),
  })
  .prefault({})
  .describe('actor and critic: two networks for vectors, two heads on one torso for images')

const adam = z
  .strictObject({
    beta1: z.number().min(0).lt(1).default(0.9).describe('decay of the mean of gradients'),
    beta2: z.number().min(0).lt(1).default(0.999).describe('decay of the mean of squared gradients'),
    epsilon: z.number().positive().default(1e-5).describe('added to the root'),
  })
  .prefault({})
  .describe('what turns gradients into steps')

/** The defaults are those of CleanRL's ppo.py. Everything that counts time counts env steps, all lanes together. */
export const ppoConfig = z.strictObject({
  horizon: positive.default(128).describe('steps of each lane between trainings'),
  epochs: positive.default(4).describe('times that a training goes through the steps'),
  minibatches: positive.default(4).describe('parts of an epoch, an update each; they must divide horizon · lanes'),
  gamma: share.default(0.99).describe('discount per env step'),
  lambda: share.default(0.95).describe('λ of generalised advantage estimation: 0 is one step, 1 the whole return'),
  clip: boundedSchedule(0, Infinity)
    .default(0.2)
    .describe('ε: how far the ratio of new to old probability pays, over env steps'),
  valueClip: z.boolean().default(true).describe('clip the change of a value by ε as well'),
  valueCoefficient: z.number().nonnegative().default(0.5).describe('weight of half the squared error of values'),
  entropyCoefficient: z.number().nonnegative().default(0.01).describe("weight of the policy's entropy"),
  normalizeAdvantages: z.boolean().default(true).describe('mean 0 and deviation 1 in each minibatch'),
  gradientNorm: z
    .number()
    .positive()
    .nullable()
    .default(0.5)
    .describe('largest norm of all gradients together; null: any'),
  targetKl: z
    .number()
    .positive()
    .nullable()
    .default(null)
    .describe('a training ends with the epoch whose last minibatch has a larger approximate KL; null: never'),
  learningRate: boundedSchedule(0, Infinity)
    .default({ kind: 'linear', from: 2.5e-4, to: 0, over: '100%' })
    .describe("Adam's step size, over env steps, as it is where a rollout begins"),
  adam,
  network,
  rewardClip: z
    .enum(['none', 'sign', 'unit'])
    .default('none')
    .describe('sign: −1, 0 or 1; unit: cut to [−1, 1]. Learning only: scores stay raw'),
  evaluationPolicy: z
    .enum(['greedy', 'sample'])
    .default('greedy')
    .describe('greedy: the likeliest action, or the mean; sample: as in training'),
})

export type PpoConfig = z.infer<typeof ppoConfig>
