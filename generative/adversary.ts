import type { Rng } from '../core/rng.ts'
import { createVariables, moveTowards, underName } from '../engine/layers/variables.ts'
import { adam } from '../engine/optimizers/adam.ts'
import { gradientsOf } from '../engine/optimizers/optimizer.ts'
import { tf } from '../engine/tfjs.ts'
import type { Compiled, Engine, TensorSpec, Variables } from '../engine/types.ts'
import { discriminatorLoss, generatorLoss, gradientPenalty, type GanLoss } from './losses.ts'
import type { GanNetworks } from './types.ts'

export interface AdversaryOptions {
  readonly engine: Engine
  readonly networks: GanNetworks
  readonly rng: Rng
  readonly beta1: number
  /** Real images count as 1 − smoothing. */
  readonly smoothing: number
  readonly loss?: GanLoss
  /** Weight of the gradient penalty; 0 for none. */
  readonly penalty?: number
  /** Classes of the labels that both networks are told; 0 for none. */
  readonly classes?: number
  /** Decay of the generator's running average; 0 for none. */
  readonly averaging?: number
}

/** Two networks that learn from each other, and their compiled updates. */
export interface Adversary {
  readonly generator: Variables
  readonly discriminator: Variables
  /** The generator's running average, of which images are made; the generator itself where there is none. */
  readonly sampler: Variables
  /** Slots of both optimizers. */
  readonly optimizers: Variables
  /**
   * The discriminator's step, then the generator's against the discriminator as it is then, from the same batch and z:
   * `real` (batch × height × width × channels), `z` (batch × latent), `learningRate`; `labels` (batch) where there are
   * classes, `mix` (batch, uniform in 0 … 1) where there is a penalty. Gives both losses as they were before the steps of their
   * networks, `realScore`, `fakeScoreBefore`, `fakeScoreAfter` (mean σ(D) before the discriminator's step, and after it)
   * and `generatorGradient`, the norm of the generator's gradient.
   */
  update(batch: number): Compiled
  /** The discriminator's step alone. */
  discriminate(batch: number): Compiled
  /** Both losses as they are, nothing moved. */
  losses(batch: number): Compiled
  /** `z`, and `labels` where there are classes → `images`, by the sampler as in use. */
  generate(batch: number): Compiled
}

export function createAdversary(options: AdversaryOptions): Adversary {
  const {
    engine,
    networks,
    rng,
    beta1,
    smoothing,
    loss = 'non-saturating',
    penalty = 0,
    classes = 0,
    averaging = 0,
  } = options
  const { generator, discriminator } = networks
  const ofGenerator = createVariables(generator.init(rng.stream('generator')))
  const ofDiscriminator = createVariables(discriminator.init(rng.stream('discriminator')))
  const sampler = averaging > 0 ? createVariables(generator.init(rng.stream('generator')), false) : ofGenerator
  const movesGenerator = adam(trained(ofGenerator), { beta1 })
  const movesDiscriminator = adam(trained(ofDiscriminator), { beta1 })
  const optimizers = {
    ...underName('generator', movesGenerator.state),
    ...underName('discriminator', movesDiscriminator.state),
  }
  const state = {
    ...underName('generator', ofGenerator),
    ...underName('discriminator', ofDiscriminator),
    ...underName('optimizers', optimizers),
    ...(averaging > 0 && underName('sampler', sampler)),
  }
  const { height, width, channels } = generator.image
  const still = { moveAverages: false }
  const moving = { moveAverages: true }

  const specs = (batch: number): Record<string, TensorSpec> => ({
    real: { shape: [batch, height, width, channels], dtype: 'float32' },
    z: { shape: [batch, generator.latent], dtype: 'float32' },
    ...(classes > 0 && { labels: { shape: [batch], dtype: 'int32' as const } }),
  })
  const training = (batch: number): Record<string, TensorSpec> => ({
    ...specs(batch),
    ...(penalty > 0 && { mix: { shape: [batch], dtype: 'float32' as const } }),
    learningRate: { shape: [], dtype: 'float32' },
  })
  const oneHot = (labels: tf.Tensor | undefined): tf.Tensor | undefined =>
    labels === undefined ? undefined : tf.cast(tf.oneHot(labels as tf.Tensor1D, classes), 'float32')

  /** One step of the discriminator. */
  const judge = (inputs: Record<string, tf.Tensor>, labels: tf.Tensor | undefined) => {
    const { real, z, mix, learningRate } = inputs
    const fake = generator.apply(ofGenerator, z!, moving, labels)
    // Asked for twice, computed once: the compiled graph shares equal subexpressions.
    const score = (x: tf.Tensor): tf.Tensor =>
      tf.mean(tf.sigmoid(discriminator.apply(ofDiscriminator, x, still, labels)))
    const [realScore, fakeScoreBefore] = [score(real!), score(fake)]
    const judged = gradientsOf(() => {
      const onReal = discriminator.apply(ofDiscriminator, real!, moving, labels)
      const onFake = discriminator.apply(ofDiscriminator, fake, moving, labels)
      const plain = discriminatorLoss(onReal, onFake, smoothing, loss)
      if (penalty === 0) return plain
      const share = tf.reshape(mix!, [-1, 1, 1, 1])
      const between = tf.add(tf.mul(share, real!), tf.mul(tf.sub(1, share), fake))
      const slope = tf.grad((x) => tf.sum(discriminator.apply(ofDiscriminator, x, still, labels)))(between)
      return tf.add(plain, tf.mul(penalty, gradientPenalty(slope)))
    }, trained(ofDiscriminator))
    movesDiscriminator.apply(judged.gradients, learningRate!)
    return { discriminatorLoss: judged.value, realScore, fakeScoreBefore }
  }

  return {
    generator: ofGenerator,
    discriminator: ofDiscriminator,
    sampler,
    optimizers,
    update: (batch) =>
      engine.compile(
        (inputs) => {
          const labels = oneHot(inputs['labels'])
          const judged = judge(inputs, labels)
          const logits = (): tf.Tensor => {
            const images = generator.apply(ofGenerator, inputs['z']!, still, labels)
            return discriminator.apply(ofDiscriminator, images, still, labels)
          }
          const fakeScoreAfter = tf.mean(tf.sigmoid(logits()))
          const made = gradientsOf(() => generatorLoss(logits(), loss), trained(ofGenerator))
          movesGenerator.apply(made.gradients, inputs['learningRate']!)
          if (averaging > 0) moveTowards(sampler, ofGenerator, 1 - averaging)
          const squares = Object.values(made.gradients).map((gradient) => tf.sum(tf.square(gradient)))
          const generatorGradient = tf.sqrt(tf.addN(squares))
          return { ...judged, generatorLoss: made.value, fakeScoreAfter, generatorGradient }
        },
        { name: 'adversarial update', state, inputs: training(batch) },
      ),
    discriminate: (batch) =>
      engine.compile((inputs) => judge(inputs, oneHot(inputs['labels'])), {
        ...{ name: "the discriminator's update", state, inputs: training(batch) },
      }),
    losses: (batch) =>
      engine.compile(
        ({ real, z, labels: given }) => {
          const labels = oneHot(given)
          const images = generator.apply(ofGenerator, z!, still, labels)
          const [onReal, onFake] = [real!, images].map((x) =>
            discriminator.apply(ofDiscriminator, x, still, labels),
          ) as [tf.Tensor, tf.Tensor]
          return {
            discriminatorLoss: discriminatorLoss(onReal, onFake, smoothing, loss),
            generatorLoss: generatorLoss(onFake, loss),
          }
        },
        { name: 'losses', state, inputs: specs(batch) },
      ),
    generate: (batch) => {
      const { real: _, ...inputs } = specs(batch)
      return engine.compile(({ z, labels }) => ({ images: generator.apply(sampler, z!, undefined, oneHot(labels)) }), {
        ...{ name: 'generate', state: sampler, inputs },
      })
    },
  }
}

function trained(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([, variable]) => variable.trainable))
}
