import { tf } from '../../engine/tfjs.ts'
import type { QValues } from '../networks/q-network.ts'
import type { DqnConfig } from './config.ts'
import { categoricalLoss, huberLoss, quantileHuberLoss, squaredLoss } from './losses.ts'
import {
  atomsBetween,
  categoricalProjection,
  greedy,
  masked,
  mixActions,
  munchausenBonus,
  rescale,
  scaledLogPolicy,
  softPolicy,
  unscale,
} from './targets.ts'

export interface Judgement {
  /** Scalar: the weighted mean over the batch. */
  readonly loss: tf.Tensor
  /** batch × actions. */
  readonly q: tf.Tensor
  /** batch: the mean of the target − q(s, a). */
  readonly error: tf.Tensor
  /** batch: |δ|, or the loss where values are distributions. */
  readonly priority: tf.Tensor
}

/** What q(s, a) is to become: a number a transition, probabilities on the atoms, or samples of the return. */
export interface Aim {
  /** batch, batch × atoms or batch × samples. */
  readonly values: tf.Tensor
  /** batch. */
  readonly mean: tf.Tensor
}

/**
 * What the networks say of a batch, each when it is first asked: for single transitions an application each, for sequences parts
 * of an unrolling. Rows are transitions.
 */
export interface Views {
  /** The target network at s′. */
  next(): QValues
  /** The online network at s′: who chooses for Double DQN. */
  chooser(): QValues
  /** The target network at s, for Munchausen. */
  past(): QValues
}

/** Columns of a batch, one element a transition; `mask` (what was allowed at s, for Munchausen) and `nextMask` are batch × actions. */
export interface Columns {
  readonly action: tf.Tensor
  readonly reward: tf.Tensor
  readonly discount: tf.Tensor
  readonly mask?: tf.Tensor | undefined
  readonly nextMask?: tf.Tensor | undefined
  readonly weights?: tf.Tensor | undefined
}

export interface Objective {
  /** No gradient goes through it: call it outside of what is differentiated. */
  aim(views: Views, columns: Columns): Aim
  judge(now: QValues, columns: Columns, aim: Aim): Judgement
}

/**
 * What the switches make of a batch. The value of s′ is that of a policy over its actions: the greedy one of the target network
 * (DQN), of the online network (Double DQN), or the soft one (Munchausen).
 */
export function createObjective(config: DqnConfig): Objective {
  const { munchausenTerms: terms, distribution } = config
  const { min, max, atoms } = config.categorical
  const support = distribution === 'categorical' ? atomsBetween(min, max, atoms) : undefined

  /** A policy over the actions at s′, the reward, and what the policy's entropy takes off the value (Munchausen). */
  const valuation = (views: Views, { action, reward, mask, nextMask }: Columns, next: QValues) => {
    const nextQ = masked(next.q, nextMask)
    if (config.munchausen) {
      const { temperature } = terms
      const bonus = munchausenBonus(masked(views.past().q, mask), action, terms.alpha, temperature, terms.clip)
      const policy = softPolicy(nextQ, temperature)
      // What is forbidden has a policy of 0, and its logarithm counts for nothing.
      const logPolicy = tf.maximum(scaledLogPolicy(nextQ, temperature), tf.scalar(-1e6))
      return { policy, reward: tf.add(reward, bonus), penalty: tf.sum(tf.mul(policy, logPolicy), 1) }
    }
    const chooser = config.double ? masked(views.chooser().q, nextMask) : nextQ
    return { policy: greedy(chooser), reward, penalty: tf.scalar(0) }
  }

  return {
    aim(views, columns) {
      const next = views.next()
      const { discount } = columns
      const { policy, reward, penalty } = valuation(views, columns, next)
      if (support !== undefined) {
        const probabilities = mixActions(tf.softmax(next.logits!), policy)
        const values = categoricalProjection(support, reward, discount, probabilities)
        return { values, mean: tf.sum(tf.mul(values, tf.tensor(support)), 1) }
      }
      if (distribution !== 'none') {
        const samples = tf.sub(mixActions(next.quantiles!, policy), tf.reshape(penalty, [-1, 1]))
        const values = tf.add(tf.expandDims(reward, 1), tf.mul(tf.expandDims(discount, 1), samples))
        return { values, mean: tf.mean(values, 1) }
      }
      const value = tf.sum(tf.mul(next.q, policy), 1)
      const kept = tf.sub(config.valueRescaling ? unscale(value) : value, penalty)
      const y = tf.add(reward, tf.mul(discount, kept))
      const values = config.valueRescaling ? rescale(y) : y
      return { values, mean: values }
    },
    judge({ q, logits, quantiles, taus }, { action, weights }, { values, mean }) {
      const taken = tf.cast(tf.oneHot(action as tf.Tensor1D, q.shape[1]!), 'float32')
      const error = tf.sub(mean, tf.sum(tf.mul(q, taken), 1))
      const told = { q, error }
      if (logits !== undefined) {
        const losses = categoricalLoss(values, mixActions(logits, taken))
        return { ...told, loss: weightedMean(losses, weights), priority: losses }
      }
      if (quantiles !== undefined) {
        const losses = quantileHuberLoss(mixActions(quantiles, taken), taus!, values, config.errorClip)
        return { ...told, loss: weightedMean(losses, weights), priority: losses }
      }
      return { ...told, loss: expectedLoss(config, error, weights), priority: tf.abs(error) }
    },
  }
}

function expectedLoss(config: DqnConfig, error: tf.Tensor, weights: tf.Tensor | undefined): tf.Tensor {
  if (config.loss === 'mse') return weightedMean(squaredLoss(error), weights)
  // Without priorities the weights are those of steps that count or do not: 1 or 0.
  if (weights === undefined || !config.prioritized || config.priority.clip === 'error')
    return weightedMean(huberLoss(error, config.errorClip), weights)
  // Its gradient by δ is wδ clipped to ±κ.
  return tf.mean(tf.div(huberLoss(tf.mul(weights, error), config.errorClip), weights))
}

function weightedMean(losses: tf.Tensor, weights: tf.Tensor | undefined): tf.Tensor {
  return tf.mean(weights === undefined ? losses : tf.mul(weights, losses))
}
