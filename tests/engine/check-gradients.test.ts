import { describe, expect, test } from 'vitest'
import { createRng } from '../../core/rng.ts'
import { checkGradients, openEngine, tf } from '../../engine/index.ts'
import { batchNorm } from '../../engine/layers/batch-norm.ts'
import { convolution, transposedConvolution } from '../../engine/layers/convolution.ts'
import { dense } from '../../engine/layers/dense.ts'
import { gru } from '../../engine/layers/gru.ts'
import { lstm } from '../../engine/layers/lstm.ts'
import type { Parameters, Weights } from '../../engine/layers/types.ts'
import { createVariables } from '../../engine/layers/variables.ts'

interface Layer {
  init(rng: ReturnType<typeof createRng>): Parameters
  apply(weights: Weights, x: tf.Tensor): tf.Tensor
}
const initializer = 'uniform'
const sizes = { inputChannels: 2, outputChannels: 3, size: 3, initializer } as const
const recurrent = (units: number) => tf.zeros([4, units])
const lstmLayer = lstm('lstm', { inputs: 3, units: 4, initializer })
const gruLayer = gru('gru', { inputs: 3, units: 4, initializer })
const norm = batchNorm('norm', { channels: 2 })

const layers: Record<string, readonly [readonly number[], Layer]> = {
  dense: [[4, 5], dense('dense', { inputs: 5, outputs: 3, initializer })],
  ...Object.fromEntries(
    (['relu', 'tanh', 'sigmoid', { leaky: 0.2 }] as const).map((activation) => [
      `dense, ${JSON.stringify(activation)}`,
      [[4, 5], dense('dense', { inputs: 5, outputs: 3, initializer, activation })] as const,
    ]),
  ),
  'convolution, valid': [[2, 6, 7, 2], convolution('conv', { ...sizes, stride: 1, activation: 'tanh' })],
  'convolution, same, stride 2': [[2, 6, 7, 2], convolution('conv', { ...sizes, stride: 2, padding: 'same' })],
  'convolution, stride 3': [[2, 8, 8, 2], convolution('conv', { ...sizes, stride: 3 })],
  'transposed convolution': [[2, 3, 4, 2], transposedConvolution('up', { ...sizes, stride: 2, activation: 'tanh' })],
  'batch norm, of the batch': [
    [3, 4, 4, 2],
    { init: norm.init, apply: (weights, x) => norm.apply(weights, x, { moveAverages: false }) },
  ],
  'batch norm, of the averages': [[3, 4, 4, 2], norm],
  'maximum of 3 × 3': [
    [2, 6, 6, 2],
    {
      init: convolution('conv', { ...sizes, stride: 1 }).init,
      apply: (weights, x) =>
        tf.maxPool(convolution('conv', { ...sizes, stride: 1 }).apply(weights, x) as tf.Tensor4D, 3, 2, 'same'),
    },
  ],
  LSTM: [
    [4, 5, 3],
    {
      init: lstmLayer.init,
      apply: (weights, x) => lstmLayer.unroll(weights, x, { hidden: recurrent(4), cell: recurrent(4) }).hidden,
    },
  ],
  GRU: [
    [4, 5, 3],
    {
      init: gruLayer.init,
      apply: (weights, x) => tf.unstack(x, 1).reduce((h, at) => gruLayer.step(weights, at, h), recurrent(4)),
    },
  ],
}

describe.each(['onnx', 'cpu'] as const)('on %s the gradient is that of finite differences:', (backend) => {
  test.each(Object.entries(layers))('%s', async (_, [shape, layer]) => {
    const engine = await openEngine({ engine: backend })
    const rng = createRng(5)
    const drawn = layer.init(rng)
    const trained = Object.fromEntries(Object.entries(drawn).filter(([, { trainable = true }]) => trainable))
    const fixed = Object.fromEntries(Object.entries(drawn).filter(([, { trainable = true }]) => !trainable))
    const [variables, constants] = [createVariables(trained), createVariables(fixed, false)]
    for (const variable of Object.values(variables)) {
      const values = engine.read(variable)
      engine.write(
        variable,
        Float32Array.from(values, (x) => x + 0.3 * rng.normal()),
      )
    }
    const length = shape.reduce((a, b) => a * b)
    const x = Float32Array.from({ length }, () => rng.normal())
    const findings = checkGradients({
      engine,
      variables,
      constants,
      rng,
      inputs: { x },
      specs: { x: { shape, dtype: 'float32' } },
      // Weighted by place, so that no gradient cancels.
      loss: ({ x }) => {
        const y = layer.apply({ ...variables, ...constants }, x!)
        return tf.mean(tf.mul(tf.sin(tf.range(1, y.size + 1)), tf.square(tf.reshape(tf.add(y, 1), [-1]))))
      },
    })
    for (const finding of findings) expect(finding, JSON.stringify(finding)).toMatchObject({ passed: true })
    // Most elements are away from kinks, and most gradients are more than noise.
    const checked = findings.reduce((sum, finding) => sum + finding.checked, 0)
    expect(checked).toBeGreaterThan(findings.reduce((sum, finding) => sum + finding.kinks, 0))
    expect(Math.max(...findings.map(({ analytic }) => Math.abs(analytic)))).toBeGreaterThan(1e-3)
    engine.dispose()
  })
})

test('a wrong gradient is found, and the variables stay as they were', async () => {
  const engine = await openEngine({ engine: 'cpu' })
  const w = tf.variable(tf.tensor([0.5, -1, 2]))
  const doubled = tf.customGrad((x) => {
    const t = x as tf.Tensor
    return { value: tf.square(t), gradFunc: (dy: tf.Tensor) => tf.mul(dy, tf.mul(4, t)) }
  })
  const check = { engine, variables: { w }, rng: createRng(0) }
  const [wrong] = checkGradients({ ...check, loss: () => tf.sum(doubled(w)) })
  expect(wrong).toMatchObject({ passed: false })
  expect(wrong!.relativeError).toBeCloseTo(0.5, 2)
  const [right] = checkGradients({ ...check, loss: () => tf.sum(tf.square(w)) })
  expect(right).toMatchObject({ passed: true, kinks: 0 })
  const [kink] = checkGradients({
    ...check,
    loss: () => tf.sum(tf.abs(tf.sub(w, tf.tensor([0.5005, -1.0005, 2.0005])))),
  })
  expect(kink!.kinks).toBeGreaterThan(0)
  expect([...engine.read(w)]).toEqual([0.5, -1, 2])
})
