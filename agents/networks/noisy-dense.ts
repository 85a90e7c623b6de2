import type { Rng } from '../../core/rng.ts'
import { uniformFanIn } from '../../engine/initializers.ts'
import { activate } from '../../engine/layers/activation.ts'
import type { Activation, Parameters, Weights } from '../../engine/layers/types.ts'
import { tf } from '../../engine/tfjs.ts'

export interface NoisyDenseOptions {
  readonly inputs: number
  readonly outputs: number
  readonly activation?: Activation
  /** σ₀: the first deviation of each weight is σ₀ / √inputs. */
  readonly sigma: number
}

/** Rows from which on it is faster to make the noisy weights than to multiply twice. */
const manyRows = 24

/** A dense layer whose weights are as noisy as training finds useful. `noise` is as long as inputs and outputs together. */
export interface NoisyDense {
  readonly outputs: number
  /** Numbers of noise that one application takes. */
  readonly noise: number
  init(rng: Rng): Parameters
  /** x: batch × inputs; without noise by the means of the weights. */
  apply(weights: Weights, x: tf.Tensor, noise: tf.Tensor | undefined): tf.Tensor
}

/**
 * y = x(μ + σ ⊙ f(ε)f(ε′)ᵀ) + μ_b + σ_b ⊙ f(ε′), with factorised noise of one vector for the inputs and one for the outputs
 * (Fortunato et al. 2018, equations 9 to 11; first values as in section 3.2). `noise` holds f(ε), then f(ε′).
 */
export function noisyDense(path: string, { inputs, outputs, activation, sigma }: NoisyDenseOptions): NoisyDense {
  const [kernel, bias] = [`${path}/kernel`, `${path}/bias`]
  const deviation = (shape: readonly number[]) => ({
    shape,
    values: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(sigma / Math.sqrt(inputs)),
  })
  return {
    outputs,
    noise: inputs + outputs,
    init: (rng) => ({
      [kernel]: { shape: [inputs, outputs], values: uniformFanIn(rng.stream(kernel), [inputs, outputs], inputs) },
      [bias]: { shape: [outputs], values: uniformFanIn(rng.stream(bias), [outputs], inputs) },
      [`${kernel}-sigma`]: deviation([inputs, outputs]),
      [`${bias}-sigma`]: deviation([outputs]),
    }),
    apply(weights, x, noise) {
      const product = (input: tf.Tensor, by: tf.Tensor): tf.Tensor => tf.matMul(input as tf.Tensor2D, by as tf.Tensor2D)
      const [mean, spread] = [weights[kernel]!, weights[`${kernel}-sigma`]!]
      const [meanBias, spreadBias] = [weights[bias]!, weights[`${bias}-sigma`]!]
      if (noise === undefined) return activate(tf.add(product(x, mean), meanBias), activation)
      const [ofInputs, ofOutputs] = [tf.slice(noise, [0], [inputs]), tf.slice(noise, [inputs], [outputs])]
      const noisyBias = tf.add(meanBias, tf.mul(spreadBias, ofOutputs))
      if (x.shape[0]! < manyRows) {
        const spreadOut = tf.mul(product(tf.mul(x, ofInputs), spread), ofOutputs)
        return activate(tf.add(tf.add(product(x, mean), spreadOut), noisyBias), activation)
      }
      const noisy = tf.add(mean, tf.mul(tf.mul(spread, tf.expandDims(ofInputs, 1)), ofOutputs))
      return activate(tf.add(product(x, noisy), noisyBias), activation)
    },
  }
}

/** f(x) = sign(x)√|x| of standard normals (Fortunato et al. 2018, section 3). */
export function drawFactorisedNoise(rng: Rng, into: Float32Array): void {
  for (let i = 0; i < into.length; i++) {
    const x = rng.normal()
    into[i] = Math.sign(x) * Math.sqrt(Math.abs(x))
  }
}
