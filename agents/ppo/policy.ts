import { tf } from '../../engine/tfjs.ts'
import type { ActorCriticOutput } from './network.ts'

/** What the objective asks of a policy, as traced code: a number each row. */
export interface PolicyTerms {
  /** log π(a | s): batch. */
  readonly logProbability: tf.Tensor
  /** batch. */
  readonly entropy: tf.Tensor
}

/** Lower than any logit: exp of it is 0 (Huang and Ontañón 2022, "A closer look at invalid action masking"). */
const forbidden = -1e8

/**
 * π = softmax(logits) over what the mask allows. `logits`: batch × actions; `action`: batch, int32, from 0; `mask`: batch ×
 * actions, 0 or 1. What is forbidden has no probability, no entropy and no gradient.
 */
export function categoricalTerms(logits: tf.Tensor, action: tf.Tensor, mask: tf.Tensor | undefined): PolicyTerms {
  const allowed = mask === undefined ? logits : tf.where(tf.greater(mask, 0), logits, tf.fill([1, 1], forbidden))
  const logs = tf.logSoftmax(allowed)
  const taken = tf.cast(tf.oneHot(action as tf.Tensor1D, logits.shape[1]!), 'float32')
  return {
    logProbability: tf.sum(tf.mul(logs, taken), 1),
    entropy: tf.neg(tf.sum(tf.mul(tf.exp(logs), logs), 1)),
  }
}

const halfLogTwoPi = 0.5 * Math.log(2 * Math.PI)

/** π = N(mean, σ²), independent in each dimension. `mean`, `action`: batch × width; `logDeviation`: log σ, width. */
export function gaussianTerms(mean: tf.Tensor, logDeviation: tf.Tensor, action: tf.Tensor): PolicyTerms {
  const scaled = tf.div(tf.sub(action, mean), tf.exp(logDeviation))
  const logs = tf.sub(tf.sub(tf.mul(-0.5, tf.square(scaled)), logDeviation), halfLogTwoPi)
  const entropy = tf.sum(tf.add(logDeviation, 0.5 + halfLogTwoPi))
  return { logProbability: tf.sum(logs, 1), entropy: tf.mul(entropy, tf.ones([action.shape[0]!])) }
}

export function policyTerms(
  { policy, logDeviation }: ActorCriticOutput,
  action: tf.Tensor,
  mask: tf.Tensor | undefined,
): PolicyTerms {
  return logDeviation === undefined
    ? categoricalTerms(policy, action, mask)
    : gaussianTerms(policy, logDeviation, action)
}
