import { tf } from '../tfjs.ts'
import { activate } from './activation.ts'
import { kernelAndBias } from './kernel-and-bias.ts'
import type { Activation, InitializerName, Piece } from './types.ts'

export interface DenseOptions {
  readonly inputs: number
  readonly outputs: number
  /** None: linear. */
  readonly activation?: Activation
  readonly initializer: InitializerName
}

/** y = f(x·W + b); x is batch × inputs, W (`path/kernel`) inputs × outputs, b (`path/bias`). */
export function dense(path: string, { inputs, outputs, activation, initializer }: DenseOptions): Piece {
  return {
    outputs,
    init: (rng) =>
      kernelAndBias(path, rng, {
        kernel: [inputs, outputs],
        bias: outputs,
        fanIn: inputs,
        fanOut: outputs,
        initializer,
      }),
    apply(weights, x) {
      const y = tf.add(tf.matMul(x as tf.Tensor2D, weights[`${path}/kernel`] as tf.Tensor2D), weights[`${path}/bias`]!)
      return activate(y, activation)
    },
  }
}
