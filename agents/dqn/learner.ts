import { clipByGlobalNorm, globalNorm, gradientsOf, type Optimizer } from '../../engine/optimizers/optimizer.ts'
import { adam } from '../../engine/optimizers/adam.ts'
import { rmsprop } from '../../engine/optimizers/rmsprop.ts'
import type { tf } from '../../engine/tfjs.ts'
import type { Compiled, Engine, TensorSpec, Variables } from '../../engine/types.ts'
import type { ObservationEncoder } from '../networks/observation.ts'
import type { QNetwork } from '../networks/q-network.ts'
import { moveTowards, underName } from '../../engine/layers/variables.ts'
import type { DqnConfig } from './config.ts'
import { createObjective } from './objective.ts'
import { sequenceRows, sequenceSpecs, type SequenceTensors } from './sequence-rows.ts'
import { transitionRows, transitionSpecs, type Rows, type TransitionTensors } from './transition-rows.ts'

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
   * One gradient step on a batch: `observation, action, reward, discount, nextObservation, learningRate`; `nextMask` (and `mask`,
   * for Munchausen) when `masks`; `weights` where replay is prioritized; `noise, nextNoise, targetNoise` for noisy networks and `taus, targetTaus` for
   * implicit quantiles. Gives `loss`, `q` (batch × actions), `error` (the target's mean − q(s, a)), `priority` (what the
   * transitions are to be drawn by), `gradientNorm` (before it is limited), and `valid` (1 or 0 a row) of sequences.
   */
  update(masks: boolean): Compiled
  moveTarget(): void
  dispose(): void
}

export function createLearner({ engine, config, network, encoder, actions, online, target }: LearnerParts): Learner {
  const { optimizer: kind, batchSize } = config
  const optimizer =
    kind.kind === 'adam'
      ? adam(online, kind)
      : rmsprop(online, { ...kind, epsilonPlace: kind.epsilonInside ? 'inside' : 'outside' })
  const state = { ...underName('online', online), ...underName('target', target), ...optimizer.state }
  const objective = createObjective(config)
  const rowsOf = (inputs: Record<string, tf.Tensor>): Rows =>
    network.core === undefined
      ? transitionRows(network, online, target, inputs as unknown as TransitionTensors)
      : sequenceRows(config, network, online, target, inputs as unknown as SequenceTensors)

  const compileUpdate = (masks: boolean): Compiled =>
    engine.compile(
      (inputs) => {
        const { views, columns, now, summary } = rowsOf(inputs)
        const aim = objective.aim(views, columns)
        // Asked for twice, computed once: the compiled graph shares equal subexpressions.
        const judge = () => objective.judge(now(), columns, aim)
        const { value: loss, gradients } = gradientsOf(() => judge().loss, online)
        const learningRate = inputs['learningRate']!
        const { q } = judge()
        const { error, priority, valid } = summary(judge())
        const told = { loss, q, error, priority, ...(valid !== undefined && { valid }) }
        const gradientNorm = globalNorm(gradients)
        const limit = config.gradientNorm
        optimizer.apply(limit === null ? gradients : clipByGlobalNorm(gradients, limit, gradientNorm), learningRate)
        return { ...told, gradientNorm }
      },
      {
        name: 'dqn update',
        state,
        inputs: {
          ...(network.core === undefined
            ? transitionSpecs(config, encoder, actions, masks)
            : sequenceSpecs(config, encoder, actions, network.core.width)),
          ...drawSpecs(network, batchSize),
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
    dispose() {
      for (const compiled of [...updates.values(), move]) compiled.dispose()
      for (const variable of Object.values(optimizer.state)) variable.dispose()
    },
  }
}

function drawSpecs({ noise, samples }: QNetwork, batchSize: number): Record<string, TensorSpec> {
  const vector: TensorSpec = { shape: [noise], dtype: 'float32' }
  const fractions: TensorSpec = { shape: [batchSize, samples], dtype: 'float32' }
  return {
    ...(noise > 0 && { noise: vector, nextNoise: vector, targetNoise: vector }),
    ...(samples > 0 && { taus: fractions, targetTaus: fractions }),
  }
}
