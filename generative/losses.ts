import { tf } from '../engine/tfjs.ts'

/**
 * Mean sigmoid cross-entropy of logits with one label for all: max(x, 0) − x·label + log(1 + e^−|x|), which overflows for
 * no x. At even odds (x = 0) it is ln 2 = 0.69 whatever the label.
 */
export function sigmoidCrossEntropy(logits: tf.Tensor, label: number): tf.Tensor {
  const surprise = tf.softplus(tf.neg(tf.abs(logits)))
  return tf.mean(tf.add(tf.sub(tf.relu(logits), tf.mul(logits, label)), surprise))
}

/** What the discriminator minimises; real images count as `1 − smoothing` (Salimans et al. 2016, section 3.4). */
export function discriminatorLoss(real: tf.Tensor, fake: tf.Tensor, smoothing: number): tf.Tensor {
  return tf.add(sigmoidCrossEntropy(real, 1 - smoothing), sigmoidCrossEntropy(fake, 0))
}

/** The non-saturating loss (Goodfellow et al. 2014, section 3): the generator wants its images taken for real. */
export function generatorLoss(fake: tf.Tensor): tf.Tensor {
  return sigmoidCrossEntropy(fake, 1)
}
