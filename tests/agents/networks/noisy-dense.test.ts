import { expect, test } from 'vitest'
import { createRng } from '../../../core/rng.ts'
import { drawFactorisedNoise, noisyDense } from '../../../agents/networks/noisy-dense.ts'
import { tf } from '../../../engine/tfjs.ts'

const [inputs, outputs] = [5, 3]

/** y of equation 9, and dL/dσ for L = Σ y·g, in plain loops. */
function byHand(rows: number, x: Float32Array, g: Float32Array, values: Record<string, Float32Array>, e: Float32Array) {
  const y = new Float32Array(rows * outputs)
  const spread = new Float32Array(inputs * outputs)
  for (let row = 0; row < rows; row++) {
    for (let o = 0; o < outputs; o++) {
      let sum = values['0/bias']![o]! + values['0/bias-sigma']![o]! * e[inputs + o]!
      for (let i = 0; i < inputs; i++) {
        const [at, noise] = [i * outputs + o, e[i]! * e[inputs + o]!]
        sum += x[row * inputs + i]! * (values['0/kernel']![at]! + values['0/kernel-sigma']![at]! * noise)
        spread[at]! += x[row * inputs + i]! * g[row * outputs + o]! * noise
      }
      y[row * outputs + o] = sum
    }
  }
  return { y, spread }
}

// A few rows and many take different ways.
test.each([1, 4, 64])('%i rows: y and the gradient of σ are those of the equation', async (rows) => {
  await tf.setBackend('cpu')
  const rng = createRng(rows)
  const layer = noisyDense('0', { inputs, outputs, sigma: 0.5 })
  const values = Object.fromEntries(Object.entries(layer.init(rng)).map(([name, { values }]) => [name, values]))
  for (const array of Object.values(values)) for (let i = 0; i < array.length; i++) array[i]! += rng.normal()
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => rng.normal())
  const [x, g, e] = [draw(rows * inputs), draw(rows * outputs), new Float32Array(layer.noise)]
  drawFactorisedNoise(rng, e)
  const hand = byHand(rows, x, g, values, e)

  const [y, spread] = tf.tidy(() => {
    const weights = Object.fromEntries(
      Object.entries(layer.init(rng)).map(([name, { shape }]) => [name, tf.tensor(values[name]!, [...shape])]),
    )
    const name = '0/kernel-sigma'
    const of = (sigma: tf.Tensor): tf.Tensor =>
      layer.apply({ ...weights, [name]: sigma }, tf.tensor(x, [rows, inputs]), tf.tensor(e))
    const gradient = tf.grad((sigma) => tf.sum(tf.mul(of(sigma), tf.tensor(g, [rows, outputs]))))
    return [of(weights[name]!).dataSync(), gradient(weights[name]!).dataSync()]
  })
  hand.y.forEach((value, i) => expect(y![i]).toBeCloseTo(value, 4))
  hand.spread.forEach((value, i) => expect(spread![i]).toBeCloseTo(value, 4))
})
