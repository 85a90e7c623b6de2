import { expect, test } from 'vitest'
import { createRng } from '../../core/rng.ts'
import { checkGradients, gradientsOf, openEngine, tf } from '../../engine/index.ts'

/** The example of docs/gradients.md: two hidden layers of two neurons, and the two paths of one weight. */
const x = 2
const first = [0.5, 0.25]
const second = [
  [0.6, -0.4],
  [0.2, 1.2],
] as const
const third = [1.5, -2]
const aim = 1

test.each(['onnx', 'cpu'] as const)(
  'the gradient of a weight is the sum over its two paths, on %s',
  async (backend) => {
    const engine = await openEngine({ engine: backend })
    const w = {
      first: tf.variable(tf.tensor([first])),
      second: tf.variable(tf.tensor(second.map((row) => [...row]))),
      third: tf.variable(tf.tensor(third.map((weight) => [weight]))),
    }
    const output = (): tf.Tensor => {
      const layer = (input: tf.Tensor, weights: tf.Tensor) => tf.matMul(input as tf.Tensor2D, weights as tf.Tensor2D)
      const h = tf.relu(layer(tf.tensor([[x]]), w.first))
      return layer(tf.relu(layer(h, w.second)), w.third)
    }
    const loss = (): tf.Tensor => tf.mul(0.5, tf.sum(tf.square(tf.sub(output(), aim))))
    const compiled = engine.compile(
      () => ({ y: output(), loss: loss(), gradient: gradientsOf(loss, w).gradients['first']! }),
      { state: w },
    )
    const out = compiled({})
    expect(out['y']![0]).toBeCloseTo(0.65, 6)
    expect(out['loss']![0]).toBeCloseTo(0.06125, 6)

    const slope = 0.65 - aim
    const paths = [0, 1].map((g) => slope * x * second[0][g]! * third[g]!)
    expect(paths[0]).toBeCloseTo(-0.63, 9)
    expect(paths[1]).toBeCloseTo(-0.56, 9)
    expect(out['gradient']![0]).toBeCloseTo(paths[0]! + paths[1]!, 5)
    expect(out['gradient']![0]).toBeCloseTo(-1.19, 5)

    const findings = checkGradients({ engine, variables: w, loss, rng: createRng(0) })
    for (const finding of findings) expect(finding).toMatchObject({ passed: true, kinks: 0 })
    engine.dispose()
  },
)
