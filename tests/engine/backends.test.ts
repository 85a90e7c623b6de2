import { expect, test } from 'vitest'
import { createRng } from '../../core/index.ts'
import { adam, gradientsOf, heNormal, openEngine, tf, type BackendName } from '../../engine/index.ts'

/** 20 Double-DQN updates of a small network with Huber loss, Adam and a target that is copied; the weights afterwards. */
async function train(backend: BackendName, convolutional: boolean): Promise<Float32Array> {
  const engine = await openEngine({ engine: backend })
  const rng = createRng(5)
  const [batch, actions] = [6, 3]
  const shape = convolutional ? [batch, 8, 8, 2] : [batch, 5]
  const features = convolutional ? 36 : 5
  const make = (): Record<string, tf.Variable> => ({
    ...(convolutional && { filter: tf.variable(tf.tensor4d(heNormal(rng, [3, 3, 2, 4], 18), [3, 3, 2, 4])) }),
    kernel: tf.variable(tf.tensor2d(heNormal(rng, [features, 16], features), [features, 16])),
    bias: tf.variable(tf.zeros([16])),
    output: tf.variable(tf.tensor2d(heNormal(rng, [16, actions], 16), [16, actions])),
  })
  const online = make()
  const target = make()
  const q = (w: Record<string, tf.Variable>, x: tf.Tensor): tf.Tensor => {
    const seen =
      w['filter'] === undefined
        ? x
        : tf.reshape(tf.relu(tf.conv2d(x as tf.Tensor4D, w['filter'] as tf.Tensor4D, 2, 'valid')), [batch, features])
    return tf.matMul(
      tf.relu(tf.add(tf.matMul(seen as tf.Tensor2D, w['kernel'] as tf.Tensor2D), w['bias']!)) as tf.Tensor2D,
      w['output'] as tf.Tensor2D,
    )
  }
  const optimizer = adam(online)
  const named = (name: string, w: Record<string, tf.Variable>) =>
    Object.fromEntries(Object.entries(w).map(([path, v]) => [`${name}/${path}`, v]))
  const state = { ...named('online', online), ...named('target', target), ...optimizer.state }
  const update = engine.compile(
    ({ s, a, r, next, rate }) => {
      const chosen = tf.oneHot(tf.argMax(q(online, next!), 1) as tf.Tensor1D, actions)
      const y = tf.add(r!, tf.mul(0.9, tf.sum(tf.mul(q(target, next!), tf.cast(chosen, 'float32')), 1)))
      const { value, gradients } = gradientsOf(() => {
        const error = tf.sub(
          y,
          tf.sum(tf.mul(q(online, s!), tf.cast(tf.oneHot(a as tf.Tensor1D, actions), 'float32')), 1),
        )
        const size = tf.abs(error)
        const small = tf.minimum(size, tf.scalar(1))
        return tf.mean(tf.add(tf.mul(0.5, tf.square(small)), tf.sub(size, small)))
      }, online)
      optimizer.apply(gradients, rate!)
      return { loss: value }
    },
    {
      state,
      inputs: {
        s: { shape, dtype: 'float32' },
        a: { shape: [batch], dtype: 'int32' },
        r: { shape: [batch], dtype: 'float32' },
        next: { shape, dtype: 'float32' },
        rate: { shape: [], dtype: 'float32' },
      },
    },
  )
  const sync = engine.compile(
    () => {
      for (const [path, variable] of Object.entries(target)) variable.assign(online[path]! as tf.Tensor)
      return {}
    },
    { state, inputs: {} },
  )
  const draw = (n: number): Float32Array => Float32Array.from({ length: n }, () => rng.normal())
  const size = shape.reduce((x, y) => x * y)
  let tensors = 0
  for (let i = 0; i < 20; i++) {
    update({
      s: draw(size),
      a: Int32Array.from({ length: batch }, () => rng.int(actions)),
      r: draw(batch),
      next: draw(size),
      rate: 0.01,
    })
    if (i % 5 === 4) sync()
    if (i === 4) tensors = tf.memory().numTensors
  }
  expect(tf.memory().numTensors).toBe(tensors)
  const weights = Float32Array.from(Object.values(online).flatMap((v) => [...engine.read(v)]))
  for (const variable of Object.values(state)) variable.dispose()
  return weights
}

test.each([false, true])(
  'one seed gives the same weights after 20 updates on all backends (convolutional: %s)',
  async (convolutional) => {
    const reference = await train('cpu', convolutional)
    expect(reference.every(Number.isFinite)).toBe(true)
    for (const backend of ['onnx', 'wasm', 'tensorflow'] as const) {
      let weights: Float32Array
      try {
        weights = await train(backend, convolutional)
      } catch (error) {
        if (backend !== 'tensorflow') throw error
        console.log(`tensorflow skipped: ${(error as Error).message}`)
        continue
      }
      weights.forEach((w, i) => expect(Math.abs(w - reference[i]!)).toBeLessThan(1e-4))
    }
  },
)
