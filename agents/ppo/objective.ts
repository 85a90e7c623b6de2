import { tf } from '../../engine/tfjs.ts'
import type { PpoConfig } from './config.ts'
import type { ActorCriticOutput } from './network.ts'
import { policyTerms } from './policy.ts'

/** A minibatch as tensors, one element a step; `mask` is batch × actions, a Box's `action` batch × width. */
export interface Minibatch {
  readonly action: tf.Tensor
  readonly mask?: tf.Tensor | undefined
  /** log π(a | s) and V(s) when the action was taken. */
  readonly logProbability: tf.Tensor
  readonly value: tf.Tensor
  readonly advantage: tf.Tensor
  /** Â + V(s): what the value is to become. */
  readonly return: tf.Tensor
  /** ε: a scalar. */
  readonly clip: tf.Tensor
}

/** Scalars. */
export interface Judgement {
  /** To be made small: policyLoss + valueCoefficient · valueLoss − entropyCoefficient · entropy. */
  readonly loss: tf.Tensor
  readonly policyLoss: tf.Tensor
  readonly valueLoss: tf.Tensor
  readonly entropy: tf.Tensor
  /** Mean of (ρ − 1) − log ρ (Schulman 2020, "Approximating KL divergence", k3). */
  readonly approximateKl: tf.Tensor
  /** Share of ratios further than ε from 1. */
  readonly clipFraction: tf.Tensor
}

/** The clipped surrogate with its two other terms (Schulman et al. 2017, equations 7 and 9). */
export function judge(now: ActorCriticOutput, batch: Minibatch, config: PpoConfig): Judgement {
  const { clip } = batch
  const { logProbability, entropy: entropies } = policyTerms(now, batch.action, batch.mask)
  const logRatio = tf.sub(logProbability, batch.logProbability)
  const ratio = tf.exp(logRatio)
  const advantage = config.normalizeAdvantages ? normalized(batch.advantage) : batch.advantage
  const kept = clamp(ratio, tf.sub(1, clip), tf.add(1, clip))
  const policyLoss = tf.neg(tf.mean(tf.minimum(tf.mul(ratio, advantage), tf.mul(kept, advantage))))

  const value = tf.reshape(now.value, [-1])
  const plain = tf.square(tf.sub(value, batch.return))
  const moved = tf.add(batch.value, clamp(tf.sub(value, batch.value), tf.neg(clip), clip))
  const errors = config.valueClip ? tf.maximum(plain, tf.square(tf.sub(moved, batch.return))) : plain
  const valueLoss = tf.mul(0.5, tf.mean(errors))

  const entropy = tf.mean(entropies)
  const values = tf.mul(config.valueCoefficient, valueLoss)
  return {
    loss: tf.sub(tf.add(policyLoss, values), tf.mul(config.entropyCoefficient, entropy)),
    policyLoss,
    valueLoss,
    entropy,
    approximateKl: tf.mean(tf.sub(tf.sub(ratio, 1), logRatio)),
    clipFraction: tf.mean(tf.cast(tf.greater(tf.abs(tf.sub(ratio, 1)), clip), 'float32')),
  }
}

/** Mean 0, deviation 1 (that of a sample, as PyTorch's). */
function normalized(x: tf.Tensor): tf.Tensor {
  const distance = tf.sub(x, tf.mean(x))
  const variance = tf.div(tf.sum(tf.square(distance)), Math.max(1, x.size - 1))
  return tf.div(distance, tf.add(tf.sqrt(variance), 1e-8))
}

function clamp(x: tf.Tensor, low: tf.Tensor, high: tf.Tensor): tf.Tensor {
  return tf.minimum(tf.maximum(x, low), high)
}
