import { tf } from '../tfjs.ts'
import type { Variables } from '../types.ts'

/** Tensors by the path of the variable that they belong to. */
export type Gradients = Readonly<Record<string, tf.Tensor>>

/**
 * An optimizer as traced code: its slots are ordinary variables, made up front, saved and restored by path like any
 * other, and declared in the `state` of the function that calls `apply`.
 */
export interface Optimizer {
  /** `adam/m/torso/0/kernel`, `adam/step`, … */
  readonly state: Variables
  /** One step. The learning rate is a scalar tensor (an input of the compiled function), so that schedules need no new trace. */
  apply(gradients: Gradients, learningRate: tf.Tensor): void
}

/** A variable of zeros for every variable, under `<prefix>/<path>`. */
export function slots(prefix: string, variables: Variables): Record<string, tf.Variable> {
  return Object.fromEntries(
    Object.entries(variables).map(([path, { shape }]) => [`${prefix}/${path}`, tf.variable(tf.zeros(shape), false)]),
  )
}

/** The gradients of a scalar function by path; variables that it does not depend on get zeros. */
export function gradientsOf(
  fn: () => tf.Tensor,
  variables: Variables,
): { value: tf.Tensor; gradients: Record<string, tf.Tensor> } {
  const paths = Object.keys(variables)
  const { value, grads } = tf.variableGrads(() => fn() as tf.Scalar, Object.values(variables))
  const gradients = Object.fromEntries(
    paths.map((path) => [path, grads[variables[path]!.name] ?? tf.zerosLike(variables[path]!)]),
  )
  return { value, gradients }
}

/** √Σ‖g‖² over all gradients. */
export function globalNorm(gradients: Gradients): tf.Tensor {
  return tf.sqrt(tf.addN(Object.values(gradients).map((g) => tf.sum(tf.square(g)))))
}

/** Scales all gradients so that their global norm is at most `maxNorm` (PyTorch's clip_grad_norm_, its 1e-6 included). */
export function clipByGlobalNorm(
  gradients: Gradients,
  maxNorm: number,
  norm: tf.Tensor = globalNorm(gradients),
): Record<string, tf.Tensor> {
  const scale = tf.minimum(tf.div(maxNorm, tf.add(norm, 1e-6)), tf.scalar(1))
  return Object.fromEntries(Object.entries(gradients).map(([path, g]) => [path, tf.mul(g, scale)]))
}
