import { tf } from '../engine/tfjs.ts'

/** What the two networks play for. */
export type GanLoss = 'non-saturating' | 'minimax' | 'least-squares' | 'hinge' | 'wasserstein'

/**
 * Mean sigmoid cross-entropy of logits with one label for all: max(x, 0) − x·label + log(1 + e^−|x|), which overflows for
 * no x. At even odds (x = 0) it is ln 2 = 0.69 whatever the label.
 */
export function sigmoidCrossEntropy(logits: tf.Tensor, label: number): tf.Tensor {
  const surprise = tf.softplus(tf.neg(tf.abs(logits)))
  return tf.mean(tf.add(tf.sub(tf.relu(logits), tf.mul(logits, label)), surprise))
}

/**
 * What the discriminator minimises, of the logits of real and of made images. Sigmoid losses count real images as
 * `1 − smoothing` (Salimans et al. 2016, section 3.4). Least squares: Mao et al. 2017, equation 9 with a = 0, b = c = 1;
 * hinge: Lim and Ye 2017; Wasserstein: Arjovsky et al. 2017, to which a gradient penalty belongs.
 */
export function discriminatorLoss(
  real: tf.Tensor,
  fake: tf.Tensor,
  smoothing: number,
  loss: GanLoss = 'non-saturating',
): tf.Tensor {
  switch (loss) {
    case 'non-saturating':
    case 'minimax':
      return tf.add(sigmoidCrossEntropy(real, 1 - smoothing), sigmoidCrossEntropy(fake, 0))
    case 'least-squares':
      return tf.mul(0.5, tf.add(tf.mean(tf.square(tf.sub(real, 1))), tf.mean(tf.square(fake))))
    case 'hinge':
      return tf.add(tf.mean(tf.relu(tf.sub(1, real))), tf.mean(tf.relu(tf.add(1, fake))))
    case 'wasserstein':
      return tf.sub(tf.mean(fake), tf.mean(real))
  }
}

/**
 * What the generator minimises, of the logits of its images. Non-saturating: it wants them taken for real (Goodfellow et al.
 * 2014, section 3); minimax: the same game's other side, whose gradient fades while the discriminator wins.
 */
export function generatorLoss(fake: tf.Tensor, loss: GanLoss = 'non-saturating'): tf.Tensor {
  switch (loss) {
    case 'non-saturating':
      return sigmoidCrossEntropy(fake, 1)
    case 'minimax':
      return tf.neg(sigmoidCrossEntropy(fake, 0))
    case 'least-squares':
      return tf.mul(0.5, tf.mean(tf.square(tf.sub(fake, 1))))
    case 'hinge':
    case 'wasserstein':
      return tf.neg(tf.mean(fake))
  }
}

/** Mean of (‖∇D(x̂)‖ − 1)² over x̂ between real and made images (Gulrajani et al. 2017, equation 3). `gradient`: of D's sum by x̂. */
export function gradientPenalty(gradient: tf.Tensor): tf.Tensor {
  const flat = tf.reshape(gradient, [gradient.shape[0]!, -1])
  // Where the gradient is nought its norm has none: the epsilon keeps it finite.
  const norm = tf.sqrt(tf.add(tf.sum(tf.square(flat), 1), 1e-12))
  return tf.mean(tf.square(tf.sub(norm, 1)))
}
