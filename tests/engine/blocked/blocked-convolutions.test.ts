import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { createRng } from '../../../core/rng.ts'
import { loadOnnxRuntime } from '../../../engine/backends/load.ts'
import { channelBlock } from '../../../engine/blocked/block-size.ts'
import { blockConvolutions } from '../../../engine/blocked/blocked-convolutions.ts'
import { gradientsOf, openEngine, tf, type Engine } from '../../../engine/index.ts'
import { trace } from '../../../engine/trace/trace.ts'

afterEach(() => tf.disposeVariables())

const domain = 'com.microsoft.nchwc'

function draw(seed: number, shape: readonly number[], scale: number): tf.Tensor {
  const rng = createRng(seed)
  const size = shape.reduce((a, b) => a * b, 1)
  return tf.tensor(
    Float32Array.from({ length: size }, () => rng.normal() * scale),
    [...shape],
  )
}

/** Two convolutions, one after the other; the second may be transposed. */
interface Chain {
  readonly batch: number
  readonly side: number
  readonly channels: readonly [number, number, number]
  readonly sizes: readonly [number, number]
  readonly strides: readonly [number, number]
  readonly padding: 'same' | 'valid'
  readonly activation: 'relu' | 'leaky' | 'tanh'
  readonly transposed: boolean
}

const chain: fc.Arbitrary<Chain> = fc.record({
  batch: fc.constantFrom(16, 20),
  side: fc.integer({ min: 6, max: 9 }),
  channels: fc.tuple(fc.constantFrom(1, 3, 4, 16, 32), fc.constantFrom(16, 32, 24), fc.constantFrom(16, 32, 3)),
  sizes: fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 5 })),
  strides: fc.tuple(fc.constantFrom(1, 2), fc.constantFrom(1, 2)),
  padding: fc.constantFrom('same', 'valid'),
  activation: fc.constantFrom('relu', 'leaky', 'tanh'),
  transposed: fc.boolean(),
})

function build({ batch, side, channels, sizes, strides, padding, activation, transposed }: Chain) {
  const [a, b, c] = channels
  const [first, second] = sizes
  const weights = {
    first: tf.variable(draw(1, [first, first, a, b], 0.3)),
    bias: tf.variable(draw(2, [b], 0.3)),
    second: tf.variable(draw(3, transposed ? [second, second, c, b] : [second, second, b, c], 0.3)),
  }
  const inner = padding === 'same' ? Math.ceil(side / strides[0]) : Math.floor((side - first) / strides[0]) + 1
  const grown = inner * strides[1]
  const forward = (x: tf.Tensor): tf.Tensor => {
    const y = tf.add(tf.conv2d(x as tf.Tensor4D, weights.first as tf.Tensor4D, strides[0], padding), weights.bias)
    const z = activation === 'relu' ? tf.relu(y) : activation === 'tanh' ? tf.tanh(y) : tf.leakyRelu(y, 0.2)
    const filter = weights.second as tf.Tensor4D
    return transposed
      ? tf.conv2dTranspose(z as tf.Tensor4D, filter, [batch, grown, grown, c], strides[1], 'same')
      : tf.conv2d(z as tf.Tensor4D, filter, strides[1], 'same')
  }
  const values = ({ x }: Record<string, tf.Tensor>): Record<string, tf.Tensor> => {
    const { value, gradients } = gradientsOf(() => tf.mean(tf.square(forward(x!))), weights)
    return { loss: value, y: forward(x!), ...gradients }
  }
  return { weights, values, shape: [batch, side, side, a] as const }
}

describe('blocked convolutions', () => {
  test('values and gradients equal eager cpu, whatever the channels, strides and padding', async () => {
    const engines = [await openEngine({ engine: 'onnx' }), await openEngine({ engine: 'cpu' })]
    const runs = Number(process.env['RINGSIDE_SHAPES'] ?? 5)
    fc.assert(
      fc.property(chain, (options) => {
        const { weights, values, shape } = build(options)
        const data = draw(4, shape, 1).dataSync() as Float32Array
        const run = (engine: Engine): Record<string, Float32Array> => {
          const compiled = engine.compile(values, { state: weights, inputs: { x: { shape, dtype: 'float32' } } })
          const results = Object.entries(compiled({ x: data })).map(([name, array]) => [name, array.slice()] as const)
          compiled.dispose()
          return Object.fromEntries(results) as Record<string, Float32Array>
        }
        const [ours, expected] = engines.map(run) as [ReturnType<typeof run>, ReturnType<typeof run>]
        for (const [name, array] of Object.entries(expected)) {
          const scale = array.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-6)
          const worst = array.reduce((most, value, i) => Math.max(most, Math.abs(value - ours[name]![i]!)), 0)
          expect(worst / scale, name).toBeLessThan(2e-5)
        }
        for (const variable of Object.values(weights)) variable.dispose()
      }),
      { numRuns: runs },
    )
  })

  test('values stay blocked between convolutions, with the Relu inside the first', () => {
    const { weights, values, shape } = build({
      ...{ batch: 32, side: 12, channels: [4, 32, 32], sizes: [3, 3], strides: [1, 1], padding: 'valid' },
      ...{ activation: 'relu', transposed: false },
    })
    const forward = ({ x }: Record<string, tf.Tensor>): Record<string, tf.Tensor> => ({ y: values({ x: x! })['y']! })
    const { model } = trace(forward, 'two convolutions', [{ name: 'x', shape, dtype: 'float32' }], weights, new Set())
    const { nodes } = blockConvolutions(model, model.shapes!, 16)
    const ofLayout = nodes.filter((node) => node.domain === domain && node.op !== 'ReorderInput')
    expect(ofLayout.map((node) => [node.op, node.attributes['activation']])).toEqual([
      ['Conv', 'Relu'],
      ['Conv', undefined],
      ['ReorderOutput', undefined],
    ])
    expect(nodes.some((node) => node.op === 'Relu')).toBe(false)
  })

  test('few places leave a convolution as it is', () => {
    const { weights, values, shape } = build({
      ...{ batch: 1, side: 10, channels: [4, 32, 32], sizes: [3, 3], strides: [1, 1], padding: 'valid' },
      ...{ activation: 'relu', transposed: false },
    })
    const { model } = trace(values, 'one image', [{ name: 'x', shape, dtype: 'float32' }], weights, new Set())
    expect(blockConvolutions(model, model.shapes!, 16).nodes).toEqual(model.nodes)
  })

  test('the block is a whole vector register, or there is none', () => {
    const loaded = loadOnnxRuntime()
    if (!loaded.ok) return console.log(`skipped: ${loaded.why}`)
    expect([1, 8, 16]).toContain(channelBlock(loaded.value))
  })
})
