import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import {
  adam,
  clipByGlobalNorm,
  gradientsOf,
  openEngine,
  rmsprop,
  sgd,
  tf,
  type Optimizer,
  type Variables,
} from '../../engine/index.ts'

interface Fixture {
  readonly x: number[]
  readonly y: number[]
  readonly w: number[]
  readonly b: number[]
  readonly after: Readonly<Record<string, { readonly w: number[]; readonly b: number[] }>>
}
const fixture = JSON.parse(readFileSync(new URL('fixtures/optimizers.json', import.meta.url), 'utf8')) as Fixture

// Centered RMSProp subtracts nearly equal numbers, and PyTorch rounds them in another order.
const tolerance = (name: string): number => (name === 'rmspropCentered' ? 5e-6 : 2e-6)

const made: Readonly<Record<string, { rate: number; make(v: Variables): Optimizer; maxNorm?: number }>> = {
  sgd: { rate: 0.01, make: (v) => sgd(v) },
  momentum: { rate: 0.01, make: (v) => sgd(v, { momentum: 0.9 }) },
  rmsprop: { rate: 0.001, make: (v) => rmsprop(v, { decay: 0.95, epsilon: 0.01 }) },
  rmspropCentered: { rate: 0.001, make: (v) => rmsprop(v, { decay: 0.95, epsilon: 0.01, centered: true }) },
  adam: { rate: 0.01, make: (v) => adam(v) },
  adamw: { rate: 0.01, make: (v) => adam(v, { weightDecay: 0.1 }) },
  adamClipped: { rate: 0.01, make: (v) => adam(v), maxNorm: 0.1 },
}

describe.each(Object.keys(made))('%s equals PyTorch after 100 steps', (name) => {
  test.each(['onnx', 'cpu'] as const)('on %s', async (backend) => {
    const { rate, make, maxNorm } = made[name]!
    const engine = await openEngine({ engine: backend })
    const w = tf.variable(tf.tensor2d(fixture.w, [5, 3]))
    const b = tf.variable(tf.tensor1d(fixture.b))
    const variables = { w, b }
    const optimizer = make(variables)
    const step = engine.compile(
      ({ x, y, learningRate }) => {
        const { value, gradients } = gradientsOf(
          () => tf.mean(tf.square(tf.sub(tf.add(tf.matMul(x as tf.Tensor2D, w as tf.Tensor2D), b), y!))),
          variables,
        )
        optimizer.apply(maxNorm === undefined ? gradients : clipByGlobalNorm(gradients, maxNorm), learningRate!)
        return { loss: value }
      },
      {
        state: { ...variables, ...optimizer.state },
        inputs: {
          x: { shape: [16, 5], dtype: 'float32' },
          y: { shape: [16, 3], dtype: 'float32' },
          learningRate: { shape: [], dtype: 'float32' },
        },
      },
    )
    const inputs = { x: Float32Array.from(fixture.x), y: Float32Array.from(fixture.y), learningRate: rate }
    for (let i = 0; i < 100; i++) step(inputs)
    const expected = fixture.after[name]!
    engine.read(w).forEach((value, i) => expect(Math.abs(value - expected.w[i]!)).toBeLessThan(tolerance(name)))
    engine.read(b).forEach((value, i) => expect(Math.abs(value - expected.b[i]!)).toBeLessThan(tolerance(name)))
    step.dispose()
  })
})
