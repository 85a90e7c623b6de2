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

/**
 * KL(m ‖ softmax(logits)) of each pair, batch: its gradient is the cross-entropy's (Bellemare et al. 2017, algorithm 1), and
 * it is what Rainbow takes for a priority (Hessel et al. 2018). `target` m: batch × atoms, no gradient.
 */
export function categoricalLoss(target: tf.Tensor, logits: tf.Tensor): tf.Tensor {
  const logTarget = tf.log(tf.maximum(target, tf.scalar(1e-12)))
  return tf.sum(tf.mul(target, tf.sub(logTarget, tf.logSoftmax(logits))), 1)
}

/**
 * Quantile Huber loss (Dabney et al. 2018, "Distributional reinforcement learning with quantile regression", equations 9 and
 * 10; IQN's equation 3): for quantiles θᵢ at τᵢ and targets yⱼ, Σᵢ meanⱼ |τᵢ − 1{yⱼ < θᵢ}| · huber(yⱼ − θᵢ) / κ. `quantiles`:
 * batch × n; `taus`: batch × n or 1 × n; `targets`: batch × m, no gradient; gives batch.
 */
export function quantileHuberLoss(quantiles: tf.Tensor, taus: tf.Tensor, targets: tf.Tensor, kappa: number): tf.Tensor {
  const fractions = tf.expandDims(taus, 2)
  // batch × n × m is many times what a network makes of a batch, so that loss and gradient share what they can: with c = δ cut
  // to ±κ, huber(δ) is c(δ − ½c), and its derivative c.
  const loss = tf.customGrad((...args) => {
    const [theta, save] = args as [tf.Tensor, (kept: tf.Tensor[]) => void]
    const error = tf.sub(tf.expandDims(targets, 1), tf.expandDims(theta, 2))
    const clipped = tf.clipByValue(error, -kappa, kappa)
    const weight = tf.where(tf.less(error, 0), tf.sub(1, fractions), fractions)
    const slope = tf.mul(weight, clipped)
    const losses = tf.mul(slope, tf.sub(error, tf.mul(0.5, clipped)))
    save([tf.div(tf.mean(slope, 2), kappa)])
    return {
      value: tf.div(tf.sum(tf.mean(losses, 2), 1), kappa),
      gradFunc: (dy, saved) => tf.neg(tf.mul(tf.expandDims(dy, 1), saved[0]!)),
    }
  })
  return loss(quantiles)
}
