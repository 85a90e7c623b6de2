import { clipByGlobalNorm, globalNorm, gradientsOf, type Optimizer } from '../../engine/optimizers/optimizer.ts'
import { adam } from '../../engine/optimizers/adam.ts'
import { rmsprop } from '../../engine/optimizers/rmsprop.ts'
import { tf } from '../../engine/tfjs.ts'
import type { Compiled, Engine, Variables } from '../../engine/types.ts'
import type { ObservationEncoder } from '../networks/observation.ts'
import type { QNetwork } from '../networks/q-network.ts'
import { moveTowards, underName } from '../../engine/layers/variables.ts'
import type { DqnConfig } from './config.ts'
import { huberLoss, squaredLoss } from './losses.ts'
import { chosenQ, doubleQTarget, masked, qTarget } from './targets.ts'

export interface LearnerParts {
  readonly engine: Engine
  readonly config: DqnConfig
  readonly network: QNetwork
  readonly encoder: ObservationEncoder
  readonly actions: number
  readonly online: Variables
  readonly target: Variables
}

/** The compiled functions of a learner, and the optimizer whose slots they move. */
export interface Learner {
  readonly optimizer: Optimizer
  /**
   * One gradient step on a batch (`observation, action, reward, discount, nextObservation, learningRate`, and `nextMask` when
   * `masks`). Gives `loss`, `q` (batch × actions), `error` (y − q(s, a)) and `gradientNorm` where it is limited.
   */
  update(masks: boolean): Compiled
  moveTarget(): void
}

export function createLearner({ engine, config, network, encoder, actions, online, target }: LearnerParts): Learner {
  const { optimizer: kind, batchSize } = config
  const optimizer =
    kind.kind === 'adam'
      ? adam(online, kind)
      : rmsprop(online, { ...kind, epsilonPlace: kind.epsilonInside ? 'inside' : 'outside' })
  const state = { ...underName('online', online), ...underName('target', target), ...optimizer.state }

  const compileUpdate = (masks: boolean): Compiled =>
    engine.compile(
      ({ observation, action, reward, discount, nextObservation, nextMask, learningRate }) => {
        const nextQ = masked(network.apply(target, nextObservation!).q, nextMask)
        const y = config.double
          ? doubleQTarget(reward!, discount!, nextQ, masked(network.apply(online, nextObservation!).q, nextMask))
          : qTarget(reward!, discount!, nextQ)
        // Asked for twice, computed once: the compiled graph shares equal subexpressions.
        const q = (): tf.Tensor => network.apply(online, observation!).q
        const error = (): tf.Tensor => tf.sub(y, chosenQ(q(), action!))
        const { value: loss, gradients } = gradientsOf(
          () => tf.mean(config.loss === 'huber' ? huberLoss(error(), config.errorClip) : squaredLoss(error())),
          online,
        )
        const told = { loss, q: q(), error: error() }
        if (config.gradientNorm === null) {
          optimizer.apply(gradients, learningRate!)
          return told
        }
        const gradientNorm = globalNorm(gradients)
        optimizer.apply(clipByGlobalNorm(gradients, config.gradientNorm, gradientNorm), learningRate!)
        return { ...told, gradientNorm }
      },
      {
        name: 'dqn update',
        state,
        inputs: {
          observation: encoder.spec(batchSize),
          action: { shape: [batchSize], dtype: 'int32' },
          reward: { shape: [batchSize], dtype: 'float32' },
          discount: { shape: [batchSize], dtype: 'float32' },
          nextObservation: encoder.spec(batchSize),
          ...(masks && { nextMask: { shape: [batchSize, actions], dtype: 'uint8' as const } }),
          learningRate: { shape: [], dtype: 'float32' },
        },
      },
    )

  const move = engine.compile(
    () => {
      moveTowards(target, online, config.target.tau)
      return {}
    },
    { name: 'target update', state: { ...underName('online', online), ...underName('target', target) }, inputs: {} },
  )
  const updates = new Map<boolean, Compiled>()
  return {
    optimizer,
    update(masks) {
      let compiled = updates.get(masks)
      if (compiled === undefined) updates.set(masks, (compiled = compileUpdate(masks)))
      return compiled
    },
    moveTarget: () => void move({}),
  }
}
