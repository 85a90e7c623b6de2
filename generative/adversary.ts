import type { Rng } from '../core/rng.ts'
import { createVariables, underName } from '../engine/layers/variables.ts'
import { adam } from '../engine/optimizers/adam.ts'
import { gradientsOf } from '../engine/optimizers/optimizer.ts'
import type { Compiled, Engine, Variables } from '../engine/types.ts'
import { discriminatorLoss, generatorLoss } from './losses.ts'
import type { GanNetworks } from './types.ts'

export interface AdversaryOptions {
  readonly engine: Engine
  readonly networks: GanNetworks
  readonly rng: Rng
  readonly beta1: number
  /** Real images count as 1 − smoothing. */
  readonly smoothing: number
}

/** Two networks that learn from each other, and their compiled update. */
export interface Adversary {
  readonly generator: Variables
  readonly discriminator: Variables
  /** Slots of both optimizers. */
  readonly optimizers: Variables
  /**
   * The discriminator's step, then the generator's against the discriminator as it is then, from the same batch and z:
   * `real` (batch × height × width × channels), `z` (batch × latent), `learningRate`. Gives both losses as they were before
   * the steps of their networks.
   */
  update(batch: number): Compiled
}

export function createAdversary({ engine, networks, rng, beta1, smoothing }: AdversaryOptions): Adversary {
  const { generator, discriminator } = networks
  const ofGenerator = createVariables(generator.init(rng.stream('generator')))
  const ofDiscriminator = createVariables(discriminator.init(rng.stream('discriminator')))
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
  }
  const { height, width, channels } = generator.image

  return {
    generator: ofGenerator,
    discriminator: ofDiscriminator,
    optimizers,
    update: (batch) =>
      engine.compile(
        ({ real, z, learningRate }) => {
          const still = { moveAverages: false }
          const moving = { moveAverages: true }
          const fake = generator.apply(ofGenerator, z!, moving)
          const judged = gradientsOf(() => {
            const onReal = discriminator.apply(ofDiscriminator, real!, moving)
            const onFake = discriminator.apply(ofDiscriminator, fake, moving)
            return discriminatorLoss(onReal, onFake, smoothing)
          }, trained(ofDiscriminator))
          movesDiscriminator.apply(judged.gradients, learningRate!)
          const made = gradientsOf(() => {
            const images = generator.apply(ofGenerator, z!, still)
            return generatorLoss(discriminator.apply(ofDiscriminator, images, still))
          }, trained(ofGenerator))
          movesGenerator.apply(made.gradients, learningRate!)
          return { discriminatorLoss: judged.value, generatorLoss: made.value }
        },
        {
          name: 'adversarial update',
          state,
          inputs: {
            real: { shape: [batch, height, width, channels], dtype: 'float32' },
            z: { shape: [batch, generator.latent], dtype: 'float32' },
            learningRate: { shape: [], dtype: 'float32' },
          },
        },
      ),
  }
}

function trained(variables: Variables): Variables {
  return Object.fromEntries(Object.entries(variables).filter(([, variable]) => variable.trainable))
}
