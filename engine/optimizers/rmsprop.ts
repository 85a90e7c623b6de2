import { tf } from '../tfjs.ts'
import type { Variables } from '../types.ts'
import { slots, type Optimizer } from './optimizer.ts'

export interface RmspropOptions {
  readonly decay?: number
  readonly epsilon?: number
  /** Divide by the variance instead of the second moment (Graves 2013). */
  readonly centered?: boolean
  /** `inside`: √(v + ε), as in DQN and TensorFlow. `outside`: √v + ε, as in PyTorch. */
  readonly epsilonPlace?: 'inside' | 'outside'
}

/** RMSProp (Tieleman and Hinton 2012). tfjs's own centered one subtracts its epsilon and returns NaN. */
export function rmsprop(
  variables: Variables,
  { decay = 0.99, epsilon = 1e-8, centered = false, epsilonPlace = 'outside' }: RmspropOptions = {},
): Optimizer {
  const squares = slots('rmsprop/square', variables)
  const means = centered ? slots('rmsprop/mean', variables) : {}
  return {
    state: { ...squares, ...means },
    apply(gradients, learningRate) {
      for (const [path, gradient] of Object.entries(gradients)) {
        const variable = variables[path]!
        const square = squares[`rmsprop/square/${path}`]!
        const nextSquare = tf.add(tf.mul(square, decay), tf.mul(tf.square(gradient), 1 - decay))
        let spread: tf.Tensor = nextSquare
        const mean = means[`rmsprop/mean/${path}`]
        if (mean !== undefined) {
          const nextMean = tf.add(tf.mul(mean, decay), tf.mul(gradient, 1 - decay))
          // Rounding can leave a variance of just under nought.
          spread = tf.relu(tf.sub(nextSquare, tf.square(nextMean)))
          mean.assign(nextMean)
        }
        const scale = epsilonPlace === 'inside' ? tf.sqrt(tf.add(spread, epsilon)) : tf.add(tf.sqrt(spread), epsilon)
        square.assign(nextSquare)
        variable.assign(tf.sub(variable, tf.div(tf.mul(learningRate, gradient), scale)))
      }
    },
  }
}
