import type { tf } from '../../engine/tfjs.ts'
import type { TensorSpec } from '../../engine/types.ts'
import type { Weights } from '../../engine/layers/types.ts'
import type { ObservationEncoder } from '../networks/observation.ts'
import type { QNetwork, QValues } from '../networks/q-network.ts'
import type { DqnConfig } from './config.ts'
import type { Columns, Judgement, Views } from './objective.ts'

/** A batch as the rows of an objective, one a transition. */
export interface Rows {
  readonly views: Views
  readonly columns: Columns
  /** The online network at s: what the gradient goes through. */
  now(): QValues
  /** Errors to log, what each drawn part of the batch is to be drawn by, and which rows count (1 or 0) where not all do. */
  summary(judgement: Judgement): Pick<Judgement, 'error' | 'priority'> & { readonly valid?: tf.Tensor }
}

/** A batch of transitions as tensors, with what was drawn for it. */
export interface TransitionTensors extends Columns {
  readonly observation: tf.Tensor
  readonly nextObservation: tf.Tensor
  readonly noise?: tf.Tensor
  readonly nextNoise?: tf.Tensor
  readonly targetNoise?: tf.Tensor
  readonly taus?: tf.Tensor
  readonly targetTaus?: tf.Tensor
}

export function transitionSpecs(
  { batchSize, prioritized, munchausen }: DqnConfig,
  encoder: ObservationEncoder,
  actions: number,
  masks: boolean,
): Record<string, TensorSpec> {
  const column: TensorSpec = { shape: [batchSize], dtype: 'float32' }
  const mask: TensorSpec = { shape: [batchSize, actions], dtype: 'uint8' }
  return {
    observation: encoder.spec(batchSize),
    action: { shape: [batchSize], dtype: 'int32' },
    reward: column,
    discount: column,
    nextObservation: encoder.spec(batchSize),
    ...(masks && { nextMask: mask, ...(munchausen && { mask }) }),
    ...(prioritized && { weights: column }),
  }
}

/** Each transition by itself: four applications of the networks, of which those are made that the switches ask for. */
export function transitionRows(network: QNetwork, online: Weights, target: Weights, batch: TransitionTensors): Rows {
  const { observation, nextObservation, noise, nextNoise, targetNoise, taus, targetTaus } = batch
  return {
    views: {
      next: () => network.apply(target, nextObservation, { noise: targetNoise, taus: targetTaus }),
      chooser: () => network.apply(online, nextObservation, { noise: nextNoise }),
      past: () => network.apply(target, observation, { noise: targetNoise }),
    },
    columns: batch,
    now: () => network.apply(online, observation, { noise, taus }),
    summary: (judgement) => judgement,
  }
}
