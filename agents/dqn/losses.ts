import { tf } from '../../engine/tfjs.ts'

/** ½δ². */
export function squaredLoss(error: tf.Tensor): tf.Tensor {
  return tf.mul(0.5, tf.square(error))
}

/** ½δ² up to |δ| = κ, then κ(|δ| − ½κ): its gradient is δ clipped to ±κ (Huber 1964; Mnih et al. 2015, "error clipping"). */
export function huberLoss(error: tf.Tensor, kappa: number): tf.Tensor {
  const size = tf.abs(error)
  const quadratic = tf.minimum(size, tf.scalar(kappa))
  return tf.add(tf.mul(0.5, tf.square(quadratic)), tf.mul(kappa, tf.sub(size, quadratic)))
}
