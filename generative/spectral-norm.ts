import type { Parameters } from '../engine/layers/types.ts'
import { tf } from '../engine/tfjs.ts'
import type { Rng } from '../core/rng.ts'
import type { Network } from './types.ts'

/**
 * Every kernel of a network over its largest singular value, estimated by one step of power iteration an update (Miyato et al.
 * 2018, algorithm 1). The vectors u are state, `<kernel>-u`; training moves them, use reads them. Kernels of convolutions are
 * stored outputs first, those of dense layers last.
 */
export function spectrallyNormalised(network: Network): Network {
  return {
    init(rng: Rng): Parameters {
      const own = network.init(rng)
      const vectors = kernelsOf(own).map((path) => {
        const length = outputsOf(own[path]!.shape)
        const values = drawUnit(rng.stream(`${path}-u`), length)
        return [`${path}-u`, { shape: [length], values, trainable: false }]
      })
      return { ...own, ...(Object.fromEntries(vectors) as Parameters) }
    },
    apply(weights, x, training, labels) {
      const normalised: Record<string, tf.Tensor> = { ...weights }
      for (const path of Object.keys(weights).filter((name) => weights[`${name}-u`] !== undefined)) {
        const kernel = weights[path]!
        const u = weights[`${path}-u`] as tf.Variable
        const matrix = asMatrix(kernel)
        // No gradient goes through the iteration: it sees the kernel as a number.
        const { next, v } = iterate(constant(matrix), u)
        const sigma = tf.sum(
          tf.mul(next, tf.reshape(tf.matMul(matrix as tf.Tensor2D, tf.reshape(v, [-1, 1]) as tf.Tensor2D), [-1])),
        )
        if (training?.moveAverages === true) u.assign(tf.reshape(next, u.shape))
        normalised[path] = tf.div(kernel, sigma)
      }
      return network.apply(normalised, x, training, labels)
    },
  }
}

function kernelsOf(parameters: Parameters): string[] {
  return Object.keys(parameters).filter((path) => path.endsWith('/kernel'))
}

function outputsOf(shape: readonly number[]): number {
  return shape.length === 2 ? shape[1]! : shape[0]!
}

/** outputs × all else. */
function asMatrix(kernel: tf.Tensor): tf.Tensor {
  return kernel.shape.length === 2 ? tf.transpose(kernel) : tf.reshape(kernel, [kernel.shape[0]!, -1])
}

const constant: (x: tf.Tensor) => tf.Tensor = tf.customGrad((x) => ({
  value: tf.mul(x as tf.Tensor, 1),
  gradFunc: (dy: tf.Tensor) => tf.zerosLike(dy),
}))

function iterate(matrix: tf.Tensor, u: tf.Tensor): { next: tf.Tensor; v: tf.Tensor } {
  const column = tf.reshape(u, [-1, 1]) as tf.Tensor2D
  const v = unit(tf.reshape(tf.matMul(matrix as tf.Tensor2D, column, true), [-1]))
  const next = unit(tf.reshape(tf.matMul(matrix as tf.Tensor2D, tf.reshape(v, [-1, 1]) as tf.Tensor2D), [-1]))
  return { next: constant(next), v: constant(v) }
}

function unit(x: tf.Tensor): tf.Tensor {
  return tf.div(x, tf.add(tf.sqrt(tf.sum(tf.square(x))), 1e-12))
}

function drawUnit(rng: Rng, length: number): Float32Array {
  const values = Float32Array.from({ length }, () => rng.normal())
  const norm = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0))
  return values.map((x) => x / norm)
}
