import { tf } from '../tfjs.ts'
import type { Activation } from './types.ts'

/** f(x); x itself where there is none. */
export function activate(x: tf.Tensor, activation: Activation | undefined): tf.Tensor {
  if (activation === undefined) return x
  if (activation === 'relu') return tf.relu(x)
  if (activation === 'tanh') return tf.tanh(x)
  if (activation === 'sigmoid') return tf.sigmoid(x)
  if (activation.twice === true) return tf.sub(tf.relu(x), tf.mul(activation.leaky, tf.relu(tf.neg(x))))
  return tf.leakyRelu(x, activation.leaky)
}
