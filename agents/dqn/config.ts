import { z } from 'zod'
import { networkKind } from '../networks/kind.ts'
import { boundedSchedule } from '../schedules.ts'

const positive = z.number().int().positive()
const count = z.number().int().nonnegative()

/** float32 must hold it, and squares of it. */
const mostReturn = 1e15
const aReturn = z.number().refine((value) => Math.abs(value) <= mostReturn, {
  error: `expected a return between ${-mostReturn} and ${mostReturn}`,
})

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
        'units of the dense layers; default [120, 84] (mlp), [512] (nature), [128] (minatar), [] (your own). The last stands in the head, once a stream when dueling',
      ),
    activation: z.enum(['relu', 'tanh']).default('relu').describe('of the dense layers; convolutions use relu'),
    initializer: z
      .enum(['he-normal', 'uniform'])
      .default('he-normal')
      .describe(
        "he-normal: variance 2 / fan-in, biases 0; uniform: ±1/√fan-in for weights and biases (DQN Zoo's, and PyTorch's default)",
      ),
  })
  .prefault({})
  .describe('the Q-network')

const optimizer = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('adam').default('adam'),
      beta1: z.number().min(0).lt(1).default(0.9).describe('decay of the mean of gradients'),
      beta2: z.number().min(0).lt(1).default(0.999).describe('decay of the mean of squared gradients'),
      epsilon: z.number().positive().default(1e-8).describe('added to the root'),
    }),
    z.strictObject({
      kind: z.literal('rmsprop'),
      decay: z.number().min(0).lt(1).default(0.95).describe('decay of the means'),
      epsilon: z.number().positive().default(0.00001).describe('see epsilonInside'),
      centered: z.boolean().default(true).describe('subtract the squared mean gradient, as DeepMind does'),
      epsilonInside: z.boolean().default(true).describe('inside the root (DQN Zoo) or outside it (PyTorch)'),
    }),
  ])
  .prefault({ kind: 'adam' })
  .describe('what turns gradients into steps')

const target = z
  .strictObject({
    every: positive.default(500).describe('env steps between moves of the target network'),
    tau: z
      .number()
      .positive()
      .max(1)
      .default(1)
      .describe(
        'how far each move goes towards the online network: 1 copies it (fixed targets), less is a Polyak average',
      ),
  })
  .prefault({})
  .describe('the network that sets the targets')

const priority = z
  .strictObject({
    alpha: z.number().min(0).max(1).default(0.6).describe('a: 0 draws uniformly, 1 in proportion to the priority'),
    beta: boundedSchedule(0, 1)
      .default({ kind: 'linear', from: 0.4, to: 1, over: '100%' })
      .describe('b: how far importance weights correct for it, over env steps'),
    epsilon: z.number().positive().default(1e-6).describe('e: added to every |δ|, so that none is never drawn again'),
    uniformMix: z.number().min(0).max(1).default(0).describe('u: share of draws that are uniform; DQN Zoo uses 0.001'),
    clip: z
      .enum(['weighted', 'error'])
      .default('error')
      .describe('huber only. weighted: the weighted error is clipped (DQN Zoo); error: the clipped error is weighted'),
  })
  .prefault({})
  .describe('prioritized replay, where it is on')

const categorical = z
  .strictObject({
    atoms: z.number().int().min(2).default(51).describe('values that returns are spread over'),
    min: aReturn.default(-10).describe('the lowest return; what is below counts as it'),
    max: aReturn.default(10).describe('the highest return; what is above counts as it'),
  })
  .prefault({})
  .describe('the support of a categorical distribution')

const implicit = z
  .strictObject({
    samples: positive.default(32).describe('fractions drawn for each state in learning; as many midpoints in acting'),
    cosines: positive.default(64).describe('cosines that a fraction is embedded by'),
  })
  .prefault({})
  .describe('implicit quantiles')

const munchausenTerms = z
  .strictObject({
    alpha: z.number().min(0).max(1).default(0.9).describe('how much of the scaled log-policy is added to rewards'),
    temperature: z.number().positive().default(0.03).describe('τ of the soft policy'),
    clip: z.number().negative().default(-1).describe('the least that τ log π may be'),
  })
  .prefault({})
  .describe('Munchausen, where it is on')

const sequences = z
  .strictObject({
    units: positive.default(64).describe('of the recurrent layer'),
    length: positive.default(10).describe('steps of a sequence that are learned from'),
    burnIn: count.default(0).describe('steps before them that only warm the recurrent state up'),
    overlap: count.default(0).describe('steps that a sequence learns from and the one before it does too'),
    startState: z
      .enum(['stored', 'zero'])
      .default('stored')
      .describe('stored: the state that the actor had; zero: none, whatever came before'),
    maxShare: z
      .number()
      .min(0)
      .max(1)
      .default(0.9)
      .describe('η: priority of a sequence = η max |δ| + (1 − η) mean |δ|'),
  })
  .prefault({})
  .describe('what a recurrent network learns from; batchSize counts sequences then')

/** How many sequences bring so many steps: each as many new ones as it does not share with the one before. */
export function sequencesOf(
  transitions: number,
  { length, overlap }: { readonly length: number; readonly overlap: number },
): number {
  return Math.ceil(transitions / Math.max(1, length - overlap))
}

/**
 * One value-based agent, its switches and its numbers. Everything that counts time counts env steps, all lanes together.
 */
export const dqnConfig = z
  .strictObject({
    double: z
      .boolean()
      .default(false)
      .describe('choose the next action by the online network, value it by the target network'),
    dueling: z
      .union([z.literal(false), z.enum(['mean', 'max'])])
      .default(false)
      .describe('separate streams for V and A: q = V + A − mean A, or − max A'),
    prioritized: z.boolean().default(false).describe('draw transitions by their TD errors'),
    priority,
    noisy: z
      .boolean()
      .default(false)
      .describe('explore by noise on the weights of the head, learned with them; ε is then 0'),
    noisySigma: z.number().positive().default(0.5).describe('σ₀: the first deviation of that noise; DQN Zoo uses 0.1'),
    distribution: z
      .enum(['none', 'categorical', 'quantile', 'implicit'])
      .default('none')
      .describe('learn the distribution of returns: on atoms (C51), by quantiles (QR-DQN), or by any quantile (IQN)'),
    categorical,
    quantiles: positive.min(2).default(51).describe('quantiles of a quantile distribution; QR-DQN uses 200'),
    implicit,
    munchausen: z
      .boolean()
      .default(false)
      .describe('add the scaled log-policy to the reward, and value s′ by the soft policy'),
    munchausenTerms,
    valueRescaling: z
      .boolean()
      .default(false)
      .describe('learn h(q) = sign(q)(√(|q| + 1) − 1) + q/1000 instead of q, for returns of any size'),
    recurrent: z
      .enum(['none', 'lstm', 'gru'])
      .default('none')
      .describe('a recurrent layer before the head, for what an observation does not tell'),
    sequences,
    nStep: positive.max(1000).default(1).describe('rewards summed before a target bootstraps'),
    gamma: z.number().min(0).max(1).default(0.99).describe('discount per env step'),
    epsilon: boundedSchedule(0, 1)
      .default({ kind: 'linear', from: 1, to: 0.05, over: '25%' })
      .describe('share of random actions in training, over env steps'),
    temperature: boundedSchedule(0, Infinity)
      .default(0)
      .describe('above 0: Boltzmann exploration, softmax(q / temperature), beside ε; over env steps'),
    evaluationEpsilon: z
      .number()
      .min(0)
      .max(1)
      .default(0)
      .describe(
        'share of random actions in evaluation; 0 suits environments that begin at random, Atari uses 0.05 or 0.001',
      ),
    rewardClip: z
      .enum(['none', 'sign', 'unit'])
      .default('none')
      .describe('sign: −1, 0 or 1; unit: cut to [−1, 1]. Learning only: scores stay raw'),
    network,
    learningRate: boundedSchedule(0, Infinity).default(5e-4).describe("the optimizer's step size, over env steps"),
    optimizer,
    loss: z
      .enum(['huber', 'mse'])
      .default('huber')
      .describe(
        'huber: the TD error is clipped at errorClip in the gradient; mse: squared error. A distribution has a loss of its own: cross-entropy, or quantile Huber',
      ),
    errorClip: z.number().positive().default(1).describe('κ of the huber loss: where it turns from a square to a line'),
    gradientNorm: z
      .number()
      .positive()
      .nullable()
      .default(10)
      .describe('largest norm of all gradients together; null: any'),
    target,
    replayCapacity: positive
      .default(50_000)
      .describe(
        'transitions that are remembered; the oldest are overwritten. A recurrent agent keeps as many sequences as hold them, and counts those in its metrics',
      ),
    learningStarts: count
      .default(1000)
      .describe('env steps before the first update: the warm-up that fills the replay'),
    batchSize: positive
      .default(64)
      .describe('transitions (of a recurrent agent sequences) of one update, drawn with replacement'),
    trainEvery: positive.default(1).describe('env steps between trainings'),
    gradientSteps: positive.default(1).describe('updates of one training, each with a batch of its own'),
  })
  .superRefine((config, context) => {
    const refuse = (path: string[], message: string): void => {
      const input = path.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], config)
      context.addIssue({ code: 'custom', path, message, input })
    }
    if (config.distribution === 'categorical' && config.categorical.min >= config.categorical.max)
      refuse(['categorical', 'min'], `expected less than max (${config.categorical.max})`)
    if (config.munchausen && config.distribution === 'categorical')
      refuse(
        ['munchausen'],
        'a categorical distribution cannot mix the returns of all actions; take quantile or implicit',
      )
    if (config.munchausen && config.double)
      refuse(
        ['munchausen'],
        'it values s′ by the soft policy over all actions, so double has nothing to choose; turn one off',
      )
    if (config.recurrent !== 'none' && config.distribution === 'implicit')
      refuse(['recurrent'], 'implicit quantiles are drawn for single states; take distribution quantile')
    if (config.recurrent !== 'none' && config.prioritized && config.priority.clip === 'weighted')
      refuse(['priority', 'clip'], 'weighted errors are of single transitions; take error')
    if (config.sequences.overlap >= config.sequences.length)
      refuse(['sequences', 'overlap'], `expected less than length (${config.sequences.length})`)
    if (config.valueRescaling && config.distribution !== 'none')
      refuse(['valueRescaling'], 'it rescales one number for each action; turn the distribution off')
    if (config.valueRescaling && config.munchausen)
      refuse(['valueRescaling'], "Munchausen's temperature is in the units of q; turn one off")
    const kept = sequencesOf(config.replayCapacity, config.sequences)
    if (config.recurrent !== 'none' && config.batchSize > kept)
      refuse(['batchSize'], `expected at most the ${kept} sequences that replayCapacity leaves room for`)
    else if (config.batchSize > config.replayCapacity)
      refuse(['batchSize'], `expected at most replayCapacity (${config.replayCapacity})`)
  })

export type DqnConfig = z.infer<typeof dqnConfig>
export type NetworkConfig = DqnConfig['network']
