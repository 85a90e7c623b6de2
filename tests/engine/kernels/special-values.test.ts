import { beforeAll, describe, expect, test } from 'vitest'
import { openEngine, tf, type BackendName, type Engine } from '../../../engine/index.ts'
import type { CompiledInputs } from '../../../engine/types.ts'

const engines = new Map<BackendName, Engine>()

beforeAll(async () => {
  for (const engine of ['cpu', 'onnx'] as const) engines.set(engine, await openEngine({ engine }))
})

function run(engine: BackendName, inputs: CompiledInputs, fn: (given: Record<string, tf.Tensor>) => tf.Tensor) {
  const compiled = engines.get(engine)!.compile((given) => ({ y: fn(given) }), { state: {} })
  const values = [...compiled(inputs)['y']!]
  compiled.dispose()
  return values
}

/** Of the compiled engine; equal to eager cpu, element by element. */
function both(inputs: CompiledInputs, fn: (given: Record<string, tf.Tensor>) => tf.Tensor): number[] {
  const got = run('onnx', inputs, fn)
  expect(got).toEqual(run('cpu', inputs, fn))
  return got
}

const ints = (...values: number[]): { data: Int32Array; shape: number[] } => ({
  data: Int32Array.from(values),
  shape: [values.length],
})

describe.each(['expm1', 'log1p'] as const)('%s', (name) => {
  test('is right to 5e-7 of its value, however small the argument', () => {
    const sizes = Array.from({ length: 400 }, (_, i) => 10 ** (-30 + i * 0.08)).filter((x) => x < 40)
    const x = Float32Array.from(sizes.flatMap((size) => (name === 'expm1' || size < 1 ? [size, -size] : [size])))
    const y = run('onnx', { x }, (given) => tf[name](given['x']!))
    x.forEach((argument, i) => expect(Math.abs(y[i]! / Math.fround(Math[name](argument)) - 1)).toBeLessThan(5e-7))
  })

  test('at 0, −1, the infinities and NaN', () => {
    both({ x: Float32Array.of(0, -Infinity, Infinity, NaN) }, ({ x }) => tf[name](x!))
    if (name === 'log1p') both({ x: Float32Array.of(-1, -2) }, ({ x }) => tf.log1p(x!))
  })
})

// As in NumPy and TensorFlow; eager cpu itself gives 0 or NaN for some, wasm whatever the memory held.
describe('reductions of no elements', () => {
  const none = { x: { data: new Float32Array(0), shape: [0] } }
  test.each([
    ['sum', 0],
    ['mean', NaN],
    ['prod', 1],
    ['max', -Infinity],
    ['min', Infinity],
  ] as const)('%s is %d', (name, value) => {
    expect(run('onnx', none, ({ x }) => tf[name](x!))).toEqual([value])
  })

  test('along one axis, the others stay', () => {
    const x = { data: new Float32Array(0), shape: [2, 0, 3] }
    expect(both({ x }, ({ x }) => tf.sum(x!, 1))).toEqual([0, 0, 0, 0, 0, 0])
    expect(both({ x }, ({ x }) => tf.sum(x!, 0))).toEqual([])
    expect(run('onnx', { x }, ({ x }) => tf.mean(x!, [1, 2], true))).toEqual([NaN, NaN])
    expect(run('onnx', { x }, ({ x }) => tf.cast(tf.all(tf.greater(x!, 0)), 'int32'))).toEqual([1])
    expect(both({ x }, ({ x }) => tf.cast(tf.any(tf.greater(x!, 0)), 'int32'))).toEqual([0])
  })

  test('the gradient has no elements either', () => {
    expect(both(none, ({ x }) => tf.grad((v) => tf.sum(tf.square(v)))(x!))).toEqual([])
  })
})

test('unsortedSegmentSum leaves out ids below 0 and past the end', () => {
  const inputs = { x: Float32Array.of(1, 2, 4, 8), at: ints(-1, 0, 2, 1) }
  expect(both(inputs, ({ x, at }) => tf.unsortedSegmentSum(x!, at as tf.Tensor1D, 2))).toEqual([2, 8])
})

describe('integers', () => {
  test('floorDiv and mod by 0 are 0', () => {
    const inputs = { a: ints(7, -7, 0), b: ints(0, 0, 0) }
    expect(both(inputs, ({ a, b }) => tf.floorDiv(a!, b!))).toEqual([0, 0, 0])
    expect(both(inputs, ({ a, b }) => tf.mod(a!, b!))).toEqual([0, 0, 0])
    const floats = { a: Float32Array.of(7, -7, 0), b: Float32Array.of(0, 0, 0) }
    expect(both(floats, ({ a, b }) => tf.floorDiv(a!, b!))).toEqual([0, 0, 0])
  })

  test('floorDiv, div and mod are exact up to 2³¹', () => {
    const inputs = {
      a: ints(2 ** 31 - 1, 16777217, -16777217, 123456789, -(2 ** 31)),
      b: ints(1, 1, 2, -10, 3),
    }
    expect(both(inputs, ({ a, b }) => tf.div(a!, b!))).toEqual([2147483647, 16777217, -8388609, -12345679, -715827883])
    both(inputs, ({ a, b }) => tf.floorDiv(a!, b!))
    both(inputs, ({ a, b }) => tf.mod(a!, b!))
  })

  test('NaN and the infinities become 0, the rest is cut towards 0', () => {
    const x = Float32Array.of(NaN, Infinity, -Infinity, 2.9, -2.9)
    expect(both({ x }, ({ x }) => tf.cast(x!, 'int32'))).toEqual([0, 0, 0, 2, -2])
  })
})

describe('two bools', () => {
  const inputs = { x: Float32Array.of(1, 1, -1, -1), y: Float32Array.of(1, -1, 1, -1) }
  test.each([
    ['mul', [1, 0, 0, 0]],
    ['minimum', [1, 0, 0, 0]],
    ['maximum', [1, 1, 1, 0]],
  ] as const)('%s is logic', (name, expected) => {
    expect(both(inputs, ({ x, y }) => tf.cast(tf[name](tf.greater(x!, 0), tf.greater(y!, 0)), 'int32'))).toEqual(
      expected,
    )
  })

  test.each(['add', 'sub', 'div', 'pow', 'squaredDifference'] as const)('%s is refused with the line', (name) => {
    expect(() => run('onnx', inputs, ({ x, y }) => tf[name](tf.greater(x!, 0), tf.greater(y!, 0)))).toThrow(
      /special-values\.test\.ts:.*both operands are bool; cast one/,
    )
  })
})

describe('windows that ONNX has no pooling for', () => {
  const x = { data: Float32Array.from({ length: 16 }, (_, i) => i), shape: [1, 4, 4, 1] }
  test('padding as large as the window is refused with the line; eager engines take it', () => {
    const pool = ({ x }: Record<string, tf.Tensor>): tf.Tensor => tf.maxPool(x as tf.Tensor4D, 2, 1, 3)
    expect(() => run('onnx', { x }, pool)).toThrow(/MaxPool \(\S*special-values\.test\.ts:.*padding.*no lowering/)
    expect(run('cpu', { x }, pool)).toHaveLength(81)
  })

  test('a window larger than the image is refused with the line', () => {
    for (const engine of ['onnx', 'cpu'] as const) {
      expect(() => run(engine, { x }, (given) => tf.avgPool(given['x'] as tf.Tensor4D, 5, 1, 'valid'))).toThrow(
        /AvgPool \(\S*special-values\.test\.ts:.*5×5 does not fit into the image 4×4/,
      )
    }
  })
})

test('the gradient of a convolution rounded up, which tfjs gets wrong, is refused with the line', () => {
  const x = { data: new Float32Array(25).fill(1), shape: [1, 5, 5, 1] }
  const slope = (by: (image: tf.Tensor4D) => tf.Tensor) => (given: Record<string, tf.Tensor>) =>
    tf.grad((image) => tf.sum(by(image as tf.Tensor4D)))(given['x']!)
  const says = /\(\S*special-values\.test\.ts:.*\[1,3,3,1\], in place of \[1,2,2,1\], has no lowering/
  const filter = tf.ones([2, 2, 1, 1]) as tf.Tensor4D
  const convolve = slope((image) => tf.conv2d(image, filter, 2, 0, 'NHWC', 1, 'ceil'))
  expect(() => run('onnx', { x }, convolve)).toThrow(says)
  expect(() =>
    run(
      'onnx',
      { x },
      slope((image) => tf.maxPool(image, 2, 2, 0, 'ceil')),
    ),
  ).toThrow(says)
})
