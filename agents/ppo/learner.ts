import { adam } from '../../engine/optimizers/adam.ts'
import { clipByGlobalNorm, globalNorm, gradientsOf, type Optimizer } from '../../engine/optimizers/optimizer.ts'
import type { tf } from '../../engine/tfjs.ts'
import type { Compiled, Engine, TensorSpec, Variables } from '../../engine/types.ts'
import type { ObservationEncoder } from '../networks/observation.ts'
import type { PpoConfig } from './config.ts'
import type { ActorCritic } from './network.ts'
import { judge, type Judgement, type Minibatch } from './objective.ts'

export interface LearnerParts {
  readonly engine: Engine
  readonly config: PpoConfig
  readonly network: ActorCritic
  readonly encoder: ObservationEncoder
  readonly weights: Variables
  /** Of a minibatch: batch for Discrete (int32), batch × width for Box (float32). */
  readonly action: TensorSpec
  /** Actions of a Discrete space. */
  readonly actions: number
  readonly batchSize: number
}

export interface Learner {
  readonly optimizer: Optimizer
  /**
   * One gradient step on a minibatch: `observation`, the columns of `Minibatch`, `mask` when `masks`, and `learningRate`. Gives the
   * scalars of `Judgement` before the step, and `gradientNorm`.
   */
  update(masks: boolean): Compiled
  dispose(): void
}

export function createLearner(parts: LearnerParts): Learner {
  const { engine, config, network, encoder, weights, action, actions, batchSize } = parts
  const optimizer = adam(weights, config.adam)
  const column: TensorSpec = { shape: [batchSize], dtype: 'float32' }
  const scalar: TensorSpec = { shape: [], dtype: 'float32' }

  const compileUpdate = (masks: boolean): Compiled =>
    engine.compile(
      (inputs) => {
        const { observation, learningRate, ...rest } = inputs as Record<'observation' | 'learningRate', tf.Tensor>
        const batch = rest as unknown as Minibatch
        // Asked for twice, computed once: the compiled graph shares equal subexpressions.
        const judgement = (): Judgement => judge(network.apply(weights, observation), batch, config)
        const { gradients } = gradientsOf(() => judgement().loss, weights)
        const told = judgement()
        const gradientNorm = globalNorm(gradients)
        const limit = config.gradientNorm
        optimizer.apply(limit === null ? gradients : clipByGlobalNorm(gradients, limit, gradientNorm), learningRate)
        return { ...told, gradientNorm }
      },
      {
        name: 'ppo update',
        state: { ...weights, ...optimizer.state },
        inputs: {
          observation: encoder.spec(batchSize),
          action,
          ...(masks && { mask: { shape: [batchSize, actions], dtype: 'uint8' as const } }),
          ...{ logProbability: column, value: column, advantage: column, return: column },
          ...{ clip: scalar, learningRate: scalar },
        },
      },
    )

  const updates = new Map<boolean, Compiled>()
  return {
    optimizer,
    update(masks) {
      let compiled = updates.get(masks)
      if (compiled === undefined) updates.set(masks, (compiled = compileUpdate(masks)))
      return compiled
    },
    dispose() {
      for (const compiled of updates.values()) compiled.dispose()
      for (const variable of Object.values(optimizer.state)) variable.dispose()
    },
  }
}
