import { tf } from '../../engine/tfjs.ts'

/** Lower than any value of an allowed action. */
const forbidden = -1e30

/** q where the mask allows, and far below everywhere else. Both batch × actions; the mask is 0 or 1. */
export function masked(q: tf.Tensor, mask: tf.Tensor | undefined): tf.Tensor {
  return mask === undefined ? q : tf.where(tf.greater(mask, 0), q, tf.fill([1, 1], forbidden))
}

/**
 * y = R + discount · max_a q(s′, a; w⁻) (Mnih et al. 2015, algorithm 1). `reward` and `discount`: batch; `nextQ`: batch ×
 * actions, of the target network. The discount is γⁿ, or 0 after termination.
 */
export function qTarget(reward: tf.Tensor, discount: tf.Tensor, nextQ: tf.Tensor): tf.Tensor {
  return tf.add(reward, tf.mul(discount, tf.max(nextQ, 1)))
}

/**
 * y = R + discount · q(s′, argmax_a q(s′, a; w); w⁻) (van Hasselt, Guez and Silver 2015, equation 4): the online network
 * chooses, the target network values.
 */
export function doubleQTarget(
  reward: tf.Tensor,
  discount: tf.Tensor,
  nextQ: tf.Tensor,
  nextOnlineQ: tf.Tensor,
): tf.Tensor {
  const chosen = tf.oneHot(tf.argMax(nextOnlineQ, 1) as tf.Tensor1D, nextQ.shape[1]!)
  return tf.add(reward, tf.mul(discount, tf.sum(tf.mul(nextQ, tf.cast(chosen, 'float32')), 1)))
}

/** q(s, a) of the actions taken. `q`: batch × actions; `action`: batch, int32, from 0. */
export function chosenQ(q: tf.Tensor, action: tf.Tensor): tf.Tensor {
  return tf.sum(tf.mul(q, tf.cast(tf.oneHot(action as tf.Tensor1D, q.shape[1]!), 'float32')), 1)
}
