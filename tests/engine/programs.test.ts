import { afterEach, describe, expect, test } from 'vitest'
import { createRng } from '../../core/index.ts'
import { adam, gradientsOf, openEngine, tf, type Engine } from '../../engine/index.ts'
import { batchNorm } from '../../engine/layers/batch-norm.ts'
import { lstm } from '../../engine/layers/lstm.ts'
import { createVariables } from '../../engine/layers/variables.ts'
import { createAdversary } from '../../generative/adversary.ts'
import { dcganNetworks } from '../../generative/dcgan.ts'
import { ganNetworks } from '../../generative/gan.ts'

afterEach(() => tf.disposeVariables())

const draw = (seed: number, length: number): Float32Array => {
  const rng = createRng(seed)
  return Float32Array.from({ length }, () => rng.normal())
}
const variable = (seed: number, shape: number[], scale = 0.5): tf.Variable =>
  tf.variable(
    tf.tensor(
      draw(
        seed,
        shape.reduce((a, b) => a * b, 1),
      ).map((x) => x * scale),
      shape,
    ),
  )

/** A few updates; what they give, and the state afterwards. */
type Program = (engine: Engine) => {
  run(call: number): Record<string, ArrayLike<number>>
  state: Record<string, tf.Variable>
}

function programs(): Record<string, Program> {
  return {
    'a tf.layers model with tf.train.adam and minimize': (engine) => {
      const model = tf.sequential({
        layers: [
          tf.layers.conv2d({ inputShape: [6, 6, 2], filters: 3, kernelSize: 3, activation: 'relu' }),
          tf.layers.maxPooling2d({ poolSize: 2 }),
          tf.layers.flatten(),
          tf.layers.dense({ units: 5, activation: 'elu' }),
          tf.layers.dense({ units: 2 }),
        ],
      })
      const weights = model.trainableWeights.map((w) => (w as unknown as { val: tf.Variable }).val)
      weights.forEach((w, i) => w.assign(variable(i + 1, w.shape)))
      const optimizer = tf.train.adam(0.01)
      const state = Object.fromEntries(weights.map((w, i) => [`w${i}`, w]))
      const step = engine.compile(
        ({ x, y }) => {
          const loss = optimizer.minimize(
            () => tf.losses.meanSquaredError(y!, model.apply(x!) as tf.Tensor) as tf.Scalar,
            true,
            weights,
          )!
          return { loss }
        },
        { state, inputs: { x: { shape: [4, 6, 6, 2], dtype: 'float32' }, y: { shape: [4, 2], dtype: 'float32' } } },
      )
      return { run: (call) => step({ x: draw(call, 288), y: draw(call + 50, 8) }), state }
    },
    ...Object.fromEntries(
      (['lstm', 'gru'] as const).map((kind): [string, Program] => [
        `a tf.layers ${kind} with tf.train.rmsprop`,
        (engine) => {
          const layer = tf.layers[kind]({ units: 4, inputShape: [5, 3], recurrentActivation: 'sigmoid' })
          const model = tf.sequential({ layers: [layer, tf.layers.dense({ units: 1 })] })
          const weights = model.trainableWeights.map((w) => (w as unknown as { val: tf.Variable }).val)
          weights.forEach((w, i) => w.assign(variable(i + 1, w.shape)))
          const optimizer = tf.train.rmsprop(0.01)
          const state = Object.fromEntries(weights.map((w, i) => [`w${i}`, w]))
          const step = engine.compile(
            ({ x }) => {
              const { value, grads } = tf.variableGrads(
                () => tf.mean(tf.square(model.apply(x!) as tf.Tensor)) as tf.Scalar,
                weights,
              )
              optimizer.applyGradients(grads)
              return { loss: value }
            },
            { state, inputs: { x: { shape: [2, 5, 3], dtype: 'float32' } } },
          )
          return { run: (call) => step({ x: draw(call, 30) }), state }
        },
      ]),
    ),
    'our lstm, unrolled': (engine) => {
      const layer = lstm('lstm', { inputs: 3, units: 4, initializer: 'uniform' })
      const weights = createVariables(layer.init(createRng(1)))
      const optimizer = adam(weights)
      const state = { ...weights, ...optimizer.state }
      const step = engine.compile(
        ({ x, h, c, rate }) => {
          const { value, gradients } = gradientsOf(() => {
            const { hidden, last } = layer.unroll(weights, x!, { hidden: h!, cell: c! })
            return tf.add(tf.mean(tf.square(hidden)), tf.sum(last.cell))
          }, weights)
          optimizer.apply(gradients, rate!)
          return { loss: value }
        },
        {
          state,
          inputs: {
            x: { shape: [2, 5, 3], dtype: 'float32' },
            h: { shape: [2, 4], dtype: 'float32' },
            c: { shape: [2, 4], dtype: 'float32' },
            rate: { shape: [], dtype: 'float32' },
          },
        },
      )
      return { run: (call) => step({ x: draw(call, 30), h: draw(7, 8), c: draw(8, 8), rate: 0.01 }), state }
    },
    'a categorical projection (C51) and its cross-entropy': (engine) => {
      const [batch, atoms] = [3, 7]
      const w = variable(1, [4, atoms])
      const step = engine.compile(
        ({ x, reward, rate }) => {
          const support = tf.linspace(-1, 1, atoms)
          const moved = tf.clipByValue(tf.add(tf.reshape(reward!, [batch, 1]), tf.mul(0.9, support)), -1, 1)
          const place = tf.div(tf.add(moved, 1), 2 / (atoms - 1))
          const distance = tf.abs(tf.sub(tf.reshape(place, [batch, atoms, 1]), tf.range(0, atoms)))
          const share = tf.clipByValue(tf.sub(1, distance), 0, 1)
          const target = tf.sum(tf.mul(tf.softmax(tf.matMul(x as tf.Tensor2D, w)).expandDims(2), share), 1)
          const { value, gradients } = gradientsOf(
            () => tf.neg(tf.mean(tf.sum(tf.mul(target, tf.logSoftmax(tf.matMul(x as tf.Tensor2D, w))), 1))),
            { w },
          )
          w.assign(tf.sub(w, tf.mul(rate!, gradients['w']!)))
          return { loss: value, target }
        },
        {
          state: { w },
          inputs: {
            x: { shape: [batch, 4], dtype: 'float32' },
            reward: { shape: [batch], dtype: 'float32' },
            rate: { shape: [], dtype: 'float32' },
          },
        },
      )
      return { run: (call) => step({ x: draw(call, 12), reward: draw(call + 9, 3), rate: 0.1 }), state: { w } }
    },
    'a clipped policy gradient (PPO)': (engine) => {
      const w = variable(1, [4, 3])
      const step = engine.compile(
        ({ x, action, advantage, before }) => {
          const { value, gradients } = gradientsOf(
            () => {
              const logits = tf.matMul(x as tf.Tensor2D, w)
              const logP = tf.sum(tf.mul(tf.logSoftmax(logits), tf.oneHot(action as tf.Tensor1D, 3)), 1)
              const ratio = tf.exp(tf.sub(logP, before!))
              const clipped = tf.clipByValue(ratio, 0.8, 1.2)
              const entropy = tf.neg(tf.sum(tf.mul(tf.softmax(logits), tf.logSoftmax(logits)), 1))
              const gain = tf.minimum(tf.mul(ratio, advantage!), tf.mul(clipped, advantage!))
              return tf.neg(tf.mean(tf.add(gain, tf.mul(0.01, entropy))))
            },
            { w },
          )
          w.assign(tf.sub(w, tf.mul(0.1, gradients['w']!)))
          return { loss: value }
        },
        {
          state: { w },
          inputs: {
            x: { shape: [5, 4], dtype: 'float32' },
            action: { shape: [5], dtype: 'int32' },
            advantage: { shape: [5], dtype: 'float32' },
            before: { shape: [5], dtype: 'float32' },
          },
        },
      )
      return {
        run: (call) =>
          step({
            x: draw(call, 20),
            action: Int32Array.of(0, 1, 2, 1, 0),
            advantage: draw(call + 3, 5),
            before: draw(call + 4, 5).map((v) => -1 + 0.1 * v),
          }),
        state: { w },
      }
    },
    'a gradient penalty (WGAN-GP), second order': (engine) => {
      const critic = { a: variable(1, [3, 3, 1, 4]), b: variable(2, [36, 1]) }
      const judge = (x: tf.Tensor): tf.Tensor => {
        const h = tf.conv2d(x as tf.Tensor4D, critic.a as unknown as tf.Tensor4D, 2, 'same')
        // tfjs has no second derivative of leakyRelu.
        const leaky = tf.sub(tf.relu(h), tf.mul(0.2, tf.relu(tf.neg(h))))
        return tf.matMul(tf.reshape(leaky, [2, 36]) as tf.Tensor2D, critic.b as unknown as tf.Tensor2D)
      }
      const optimizer = adam(critic, { beta1: 0 })
      const state = { ...critic, ...optimizer.state }
      const step = engine.compile(
        ({ real, fake, mix, rate }) => {
          const { value, gradients } = gradientsOf(() => {
            const between = tf.add(tf.mul(mix!, real!), tf.mul(tf.sub(1, mix!), fake!))
            const slope = tf.grad((x) => tf.sum(judge(x)))(between)
            const norm = tf.sqrt(tf.add(tf.sum(tf.square(slope), [1, 2, 3]), 1e-6))
            const penalty = tf.mean(tf.square(tf.sub(norm, 1)))
            return tf.add(tf.sub(tf.mean(judge(fake!)), tf.mean(judge(real!))), tf.mul(10, penalty))
          }, critic)
          optimizer.apply(gradients, rate!)
          return { loss: value }
        },
        {
          state,
          inputs: {
            real: { shape: [2, 6, 6, 1], dtype: 'float32' },
            fake: { shape: [2, 6, 6, 1], dtype: 'float32' },
            mix: { shape: [2, 1, 1, 1], dtype: 'float32' },
            rate: { shape: [], dtype: 'float32' },
          },
        },
      )
      return {
        run: (call) =>
          step({ real: draw(call, 72), fake: draw(call + 20, 72), mix: Float32Array.of(0.3, 0.6), rate: 0.01 }),
        state,
      }
    },
    'batch norm in training and in use': (engine) => {
      const norm = batchNorm('norm', { channels: 3, momentum: 0.9 })
      const weights = createVariables(norm.init(createRng(1)))
      const trained = { 'norm/scale': weights['norm/scale']!, 'norm/offset': weights['norm/offset']! }
      const step = engine.compile(
        ({ x }) => {
          const { value, gradients } = gradientsOf(
            () => tf.mean(tf.pow(norm.apply(weights, x!, { moveAverages: true }), 3)),
            trained,
          )
          for (const [path, g] of Object.entries(gradients))
            trained[path as 'norm/scale'].assign(tf.sub(trained[path as 'norm/scale'], tf.mul(0.1, g)))
          const dx = tf.grad((input) => tf.mean(tf.pow(norm.apply(weights, input, { moveAverages: false }), 3)))(x!)
          return { value, dx, used: norm.apply(weights, x!) }
        },
        { state: weights, inputs: { x: { shape: [4, 2, 2, 3], dtype: 'float32' } } },
      )
      return { run: (call) => step({ x: draw(call, 48) }), state: weights }
    },
    ...Object.fromEntries(
      (['gan', 'dcgan'] as const).map((kind): [string, Program] => [
        `the update of a ${kind}`,
        (engine) => {
          const image = { height: 9, width: 8, channels: 2 }
          const networks =
            kind === 'gan'
              ? ganNetworks({ image, latent: 5, hidden: 6, slope: 0.01 })
              : dcganNetworks({ image, latent: 5, channels: 32, slope: 0.2 })
          const adversary = createAdversary({ engine, networks, rng: createRng(1), beta1: 0.5, smoothing: 0.1 })
          const update = adversary.update(4)
          const named = (name: string, all: Readonly<Record<string, tf.Variable>>) =>
            Object.fromEntries(Object.entries(all).map(([path, v]) => [`${name}/${path}`, v]))
          return {
            run: (call) => update({ real: draw(call, 576), z: draw(call + 9, 20), learningRate: 1e-3 }),
            // Adam makes full steps of a bias's noise where a batch norm takes the bias out again.
            state: Object.fromEntries(
              Object.entries({ ...named('g', adversary.generator), ...named('d', adversary.discriminator) }).filter(
                ([path]) => kind === 'gan' || !path.endsWith('bias'),
              ),
            ),
          }
        },
      ]),
    ),
  }
}

/** Why TensorFlow is not here, if it is not. */
const presence = openEngine({ engine: 'tensorflow' }).then(
  () => ({ tensorflow: undefined }),
  (error: Error) => ({ tensorflow: error.message }),
)

describe.each(['onnx', 'wasm', 'tensorflow'] as const)('whole updates on %s equal eager cpu', (backend) => {
  test.each(Object.keys(programs()))('%s', async (name) => {
    if (backend === 'tensorflow') {
      const { tensorflow } = await presence
      if (tensorflow !== undefined) return console.log(`tensorflow skipped: ${tensorflow}`)
    }
    const outcome = async (engine: 'onnx' | 'wasm' | 'cpu' | 'tensorflow') => {
      const opened = await openEngine({ engine })
      const program = programs()[name]!(opened)
      const results: [string, number[]][] = []
      for (let call = 1; call <= 4; call++) {
        for (const [key, values] of Object.entries(program.run(call)))
          results.push([`${key} ${call}`, Array.from(values)])
      }
      for (const [path, v] of Object.entries(program.state)) results.push([path, [...opened.read(v)]])
      return results
    }
    const expected = await outcome('cpu')
    const got = await outcome(backend)
    expect(got.map(([key]) => key)).toEqual(expected.map(([key]) => key))
    expected.forEach(([key, values], i) => {
      values.forEach((value, j) => {
        const difference = Math.abs(got[i]![1][j]! - value)
        if (!(difference <= 1e-3 + 1e-3 * Math.abs(value)))
          throw new Error(`${key}[${j}]: ${got[i]![1][j]} for ${value}`)
      })
    })
  })
})
