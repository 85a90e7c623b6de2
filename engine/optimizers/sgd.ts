import { tf } from '../tfjs.ts'
import type { Variables } from '../types.ts'
import { slots, type Optimizer } from './optimizer.ts'

export interface SgdOptions {
  /** Heavy ball as in PyTorch: b ← μ·b + g, w ← w − lr·b. */
  readonly momentum?: number
}

/** Stochastic gradient descent. */
export function sgd(variables: Variables, { momentum = 0 }: SgdOptions = {}): Optimizer {
  const buffers = momentum === 0 ? {} : slots('sgd/momentum', variables)
  return {
    state: buffers,
    apply(gradients, learningRate) {
      for (const [path, gradient] of Object.entries(gradients)) {
        const variable = variables[path]!
        const buffer = buffers[`sgd/momentum/${path}`]
        const direction = buffer === undefined ? gradient : tf.add(tf.mul(buffer, momentum), gradient)
        buffer?.assign(direction)
        variable.assign(tf.sub(variable, tf.mul(learningRate, direction)))
      }
    },
  }
}
