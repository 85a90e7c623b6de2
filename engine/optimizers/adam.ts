import { tf } from '../tfjs.ts'
import type { Variables } from '../types.ts'
import { slots, type Optimizer } from './optimizer.ts'

export interface AdamOptions {
  readonly beta1?: number
  readonly beta2?: number
  /** Outside the root, added to √v̂. */
  readonly epsilon?: number
  /** Decoupled weight decay (AdamW, Loshchilov and Hutter 2019): w ← w − lr · decay · w before the step. */
  readonly weightDecay?: number
}

/**
 * Adam (Kingma and Ba 2015, algorithm 1), equal to PyTorch's. The bias corrections 1 − βᵗ are kept as two scalars (not
 * βᵗ, whose distance from 1 float32 would round away) and folded into the step size and epsilon:
 * w ← w − lr·√(1−β₂ᵗ)/(1−β₁ᵗ) · m / (√v + ε·√(1−β₂ᵗ)).
 */
export function adam(
  variables: Variables,
  { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-8, weightDecay = 0 }: AdamOptions = {},
): Optimizer {
  const firstMoments = slots('adam/m', variables)
  const secondMoments = slots('adam/v', variables)
  const correction1 = tf.variable(tf.scalar(0), false)
  const correction2 = tf.variable(tf.scalar(0), false)
  return {
    state: { ...firstMoments, ...secondMoments, 'adam/correction1': correction1, 'adam/correction2': correction2 },
    apply(gradients, learningRate) {
      const next1 = tf.add(tf.mul(correction1, beta1), 1 - beta1)
      const next2 = tf.add(tf.mul(correction2, beta2), 1 - beta2)
      const root = tf.sqrt(next2)
      const stepSize = tf.div(tf.mul(learningRate, root), next1)
      const scaledEpsilon = tf.mul(root, epsilon)
      for (const [path, gradient] of Object.entries(gradients)) {
        const variable = variables[path]!
        const m = firstMoments[`adam/m/${path}`]!
        const v = secondMoments[`adam/v/${path}`]!
        const nextM = tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1))
        const nextV = tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2))
        const decayed = weightDecay === 0 ? variable : tf.mul(variable, tf.sub(1, tf.mul(learningRate, weightDecay)))
        const step = tf.div(tf.mul(stepSize, nextM), tf.add(tf.sqrt(nextV), scaledEpsilon))
        m.assign(nextM)
        v.assign(nextV)
        variable.assign(tf.sub(decayed, step))
      }
      correction1.assign(next1 as tf.Scalar)
      correction2.assign(next2 as tf.Scalar)
    },
  }
}
