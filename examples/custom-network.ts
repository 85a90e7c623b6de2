/**
 * A network of your own, in one file:
 *
 *     ringside train double-dqn CartPole-v1 --set network.kind=./examples/custom-network.ts#Wide
 *     ringside train rainbow MinAtar/Breakout-v1 --set network.kind=./examples/custom-network.ts#Residual
 *
 * It gives the torso; heads (dueling, noisy, distributions) and a recurrent layer are the agent's. `network.hidden` puts dense
 * layers between the two.
 */
import { tf } from 'ringside/engine'
import type { NetworkInput } from 'ringside/agents'

/** A tf.layers model for vectors: two dense layers. Its weights are drawn anew from the run's seed. */
export function Wide({ features }: NetworkInput) {
  return tf.sequential({
    layers: [
      tf.layers.dense({ units: 64, activation: 'relu', inputShape: [features] }),
      tf.layers.dense({ units: 64, activation: 'relu' }),
    ],
  })
}

/** A tf.layers model for small images (height, width, channels): a convolution with a way round it. */
export function Residual({ image }: NetworkInput) {
  if (image === undefined) throw new Error('it reads images')
  const [channels, height, width] = image
  const input = tf.input({ shape: [height, width, channels] })
  const convolution = (activation: 'relu' | 'linear') =>
    tf.layers.conv2d({ filters: 16, kernelSize: 3, padding: 'same', activation })
  const first = convolution('relu').apply(input) as tf.SymbolicTensor
  const second = convolution('linear').apply(first) as tf.SymbolicTensor
  const sum = tf.layers.add().apply([first, second]) as tf.SymbolicTensor
  const pooled = tf.layers.maxPooling2d({ poolSize: 2 }).apply(tf.layers.reLU().apply(sum)) as tf.SymbolicTensor
  const flat = tf.layers.flatten().apply(pooled) as tf.SymbolicTensor
  return tf.model({
    inputs: input,
    outputs: tf.layers.dense({ units: 128, activation: 'relu' }).apply(flat) as tf.SymbolicTensor,
  })
}
