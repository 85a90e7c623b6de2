import { tf } from '../../engine/tfjs.ts'
import type { TensorSpec } from '../../engine/types.ts'
import type { Weights } from '../../engine/layers/types.ts'
import type { ObservationEncoder } from '../networks/observation.ts'
import type { QNetwork, QValues } from '../networks/q-network.ts'
import { unroll } from '../networks/recurrent-core.ts'
import type { DqnConfig } from './config.ts'
import type { Columns, Views } from './objective.ts'
import type { Rows } from './transition-rows.ts'

/** A batch of sequences as tensors: the columns of `sequenceColumns`, with what was drawn for it. */
export interface SequenceTensors {
  readonly observation: tf.Tensor
  readonly mask: tf.Tensor
  readonly first: tf.Tensor
  readonly action: tf.Tensor
  readonly reward: tf.Tensor
  readonly discount: tf.Tensor
  readonly hop: tf.Tensor
  readonly valid: tf.Tensor
  readonly state: tf.Tensor
  readonly weights?: tf.Tensor
  readonly noise?: tf.Tensor
  readonly nextNoise?: tf.Tensor
  readonly targetNoise?: tf.Tensor
}

export function sequenceSpecs(
  { batchSize, sequences, prioritized }: DqnConfig,
  encoder: ObservationEncoder,
  actions: number,
  stateWidth: number,
): Record<string, TensorSpec> {
  const steps = sequences.burnIn + sequences.length
  const each: TensorSpec = { shape: [batchSize, steps], dtype: 'float32' }
  const whole: TensorSpec = { shape: [batchSize, steps], dtype: 'int32' }
  return {
    observation: encoder.spec(batchSize * (steps + 1)),
    mask: { shape: [batchSize, steps + 1, actions], dtype: 'uint8' },
    first: { shape: [batchSize, steps + 1], dtype: 'float32' },
    ...{ action: whole, hop: whole, reward: each, discount: each, valid: each },
    state: { shape: [batchSize, stateWidth], dtype: 'float32' },
    ...(prioritized && { weights: { shape: [batchSize], dtype: 'float32' as const } }),
  }
}

/**
 * A batch of sequences as the rows of an objective (batch · length, the burn-in left out). Both networks are unrolled over all
 * steps from the stored state, or from nothing; the burn-in moves the state and no weight (Kapturowski et al. 2019, section 3).
 */
export function sequenceRows(
  config: DqnConfig,
  network: QNetwork,
  online: Weights,
  target: Weights,
  batch: SequenceTensors,
): Rows {
  const { burnIn, length, startState } = config.sequences
  const core = network.core!
  const [count, rows] = batch.first.shape as [number, number]
  const initial = startState === 'stored' ? batch.state : tf.zerosLike(batch.state)
  const split = (x: tf.Tensor, from: number, to: number): tf.Tensor => {
    const grid = tf.reshape(x, [count, rows, -1])
    return tf.reshape(tf.slice(grid, [0, from, 0], [count, to - from, grid.shape[2]!]), [
      count * (to - from),
      ...x.shape.slice(1),
    ])
  }
  const firsts = (from: number, to: number): tf.Tensor => tf.slice(batch.first, [0, from], [count, to - from])
  /** Of what one set of weights says of the rows from the burn-in on, with its state after the burn-in. */
  const view = (weights: Weights) => {
    const features = (from: number, to: number): tf.Tensor =>
      network.features(weights, split(batch.observation, from, to))
    const warmed = burnIn === 0 ? initial : unroll(core, weights, features(0, burnIn), firsts(0, burnIn), initial).last
    return (noise: tf.Tensor | undefined): QValues =>
      network.values(weights, unroll(core, weights, features(burnIn, rows), firsts(burnIn, rows), warmed).output, {
        noise,
      })
  }
  const ofOnline = view(online)
  const ofTarget = view(target)

  const learned = <T extends tf.Tensor>(x: T): tf.Tensor => tf.reshape(tf.slice(x, [0, burnIn], [count, length]), [-1])
  const present = tf.tensor(
    Array.from({ length }, (_, t) => t),
    [1, length],
    'int32',
  )
  const seen = rows - burnIn
  const later = tf.add(present, tf.slice(batch.hop, [0, burnIn], [count, length]))
  /** Rows at other steps: a matrix product with one-hot rows, which has a gradient and no scatter. */
  const at = (steps: tf.Tensor) => {
    const chosen = tf.cast(
      tf.oneHot(tf.cast(tf.broadcastTo(steps, [count, length]), 'int32') as tf.Tensor2D, seen),
      'float32',
    )
    return (x: tf.Tensor): tf.Tensor => {
      const flat = tf.reshape(x, [count, seen, -1]) as tf.Tensor3D
      return tf.reshape(tf.matMul(chosen as tf.Tensor3D, flat), [count * length, ...x.shape.slice(1)])
    }
  }
  const [now, next] = [at(present), at(later)]
  const mask = tf.cast(split(tf.reshape(batch.mask, [count * rows, -1]), burnIn, rows), 'float32')
  const views: Views = {
    next: () => pick(ofTarget(batch.targetNoise), next),
    chooser: () => pick(ofOnline(batch.nextNoise), next),
    past: () => pick(ofTarget(batch.targetNoise), now),
  }
  const valid = learned(batch.valid)
  const total = tf.maximum(tf.sum(valid), tf.scalar(1))
  const bySequence = batch.weights ?? tf.ones([count])
  const weights = tf.mul(valid, tf.reshape(tf.mul(tf.expandDims(bySequence, 1), tf.ones([1, length])), [-1]))
  const columns: Columns = {
    action: learned(batch.action),
    reward: learned(batch.reward),
    discount: learned(batch.discount),
    mask: now(mask),
    nextMask: next(mask),
    // The objective takes the mean over all rows: what is not valid is left out of it.
    weights: tf.mul(weights, tf.div(count * length, total)),
  }
  /** η max |δ| + (1 − η) mean |δ| of each sequence (Kapturowski et al. 2019, section 2.3). */
  const ofSequence = (priorities: tf.Tensor): tf.Tensor => {
    const grid = tf.reshape(tf.mul(priorities, valid), [count, length])
    const steps = tf.maximum(tf.sum(tf.reshape(valid, [count, length]), 1), tf.scalar(1))
    const { maxShare } = config.sequences
    return tf.add(tf.mul(maxShare, tf.max(grid, 1)), tf.mul(1 - maxShare, tf.div(tf.sum(grid, 1), steps)))
  }
  return {
    views,
    columns,
    now: () => pick(ofOnline(batch.noise), now),
    summary: ({ error, priority }) => ({ error, priority: ofSequence(priority), valid }),
  }
}

function pick({ q, value, advantage, logits, quantiles, taus }: QValues, rows: (x: tf.Tensor) => tf.Tensor): QValues {
  return {
    q: rows(q),
    ...(value !== undefined && advantage !== undefined && { value: rows(value), advantage: rows(advantage) }),
    ...(logits !== undefined && { logits: rows(logits) }),
    ...(quantiles !== undefined && { quantiles: rows(quantiles) }),
    ...(taus !== undefined && { taus }),
  }
}
