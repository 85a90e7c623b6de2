import { afterEach, describe, expect, test } from 'vitest'
import { compile, openEngine, tf } from '../../engine/index.ts'

afterEach(() => tf.disposeVariables())

const float = (...values: number[]): Float32Array => Float32Array.from(values)

describe('compile', () => {
  test('runs the function, moves its state, and gives named arrays', async () => {
    const engine = await openEngine({ engine: 'onnx' })
    const w = tf.variable(tf.tensor1d([1, 2]))
    const step = engine.compile(
      ({ x }) => {
        w.assign(tf.add(w, x!))
        return { twice: tf.mul(w, 2) }
      },
      { state: { w } },
    )
    expect([...step({ x: float(1, 1) })['twice']!]).toEqual([4, 6])
    expect([...step({ x: float(1, 1) })['twice']!]).toEqual([6, 8])
    expect([...engine.read(w)]).toEqual([3, 4])
    engine.write(w, float(10, 20))
    expect([...step({ x: float(0, 0) })['twice']!]).toEqual([20, 40])
  })

  test('a new shape traces again', () => {
    const sum = compile(({ x }) => ({ total: tf.sum(x!) }), { state: {} })
    expect(sum({ x: float(1, 2) })['total']![0]).toBe(3)
    expect(sum({ x: float(1, 2, 3) })['total']![0]).toBe(6)
    expect(sum({ x: { data: float(1, 2, 3, 4), shape: [4] } })['total']![0]).toBe(10)
  })

  test('inputs may lie in memory that threads share', async () => {
    for (const name of ['onnx', 'wasm', 'cpu'] as const) {
      const engine = await openEngine({ engine: name })
      const double = engine.compile(({ x }) => ({ twice: tf.mul(x!, 2) }), { state: {} })
      const x = new Float32Array(new SharedArrayBuffer(8))
      x.set([1, 2])
      expect([...double({ x })['twice']!]).toEqual([2, 4])
      x[0] = 5
      expect([...double({ x })['twice']!]).toEqual([10, 4])
      engine.dispose()
    }
  })

  test('an alias of a variable keeps its value when the variable moves on', async () => {
    const engine = await openEngine({ engine: 'onnx' })
    const w = tf.variable(tf.tensor1d([1]))
    const target = tf.variable(tf.tensor1d([0]))
    target.assign(w)
    const step = engine.compile(() => (w.assign(tf.add(w, 1)), {}), { state: { w }, inputs: {} })
    step()
    step()
    expect([engine.read(w)[0], engine.read(target)[0]]).toEqual([3, 1])
  })

  test('leaves tfjs as it was: backend, count of tensors', () => {
    const before = { backend: tf.getBackend(), tensors: tf.memory().numTensors }
    const f = compile(({ x }) => ({ y: tf.relu(tf.mul(x!, 3)) }), { state: {} })
    for (let i = 0; i < 50; i++) f({ x: float(i, -i) })
    expect({ backend: tf.getBackend(), tensors: tf.memory().numTensors }).toEqual(before)
  })
})

describe.each(['onnx', 'cpu', 'wasm'] as const)('what is refused, on %s, with the line of the caller', (backend) => {
  const here = /compile\.test\.ts:\d+/

  test('reading an undeclared variable', async () => {
    const engine = await openEngine({ engine: backend })
    const w = tf.variable(tf.tensor1d([1]), true, `undeclared-${backend}`)
    const f = engine.compile(({ x }) => ({ y: tf.add(w, x!) }), { state: {} })
    expect(() => f({ x: float(1) })).toThrow(new RegExp(`undeclared-${backend}`))
    expect(() => f({ x: float(1) })).toThrow(here)
  })

  test('assigning an undeclared variable', async () => {
    const engine = await openEngine({ engine: backend })
    const w = tf.variable(tf.tensor1d([1]))
    const f = engine.compile(({ x }) => (w.assign(x as tf.Tensor1D), {}), { state: {} })
    expect(() => f({ x: float(5) })).toThrow(/assigns the variable/)
    expect(engine.read(w)[0]).toBe(1)
  })

  test('reading a value, drawing a random number', async () => {
    const engine = await openEngine({ engine: backend })
    const read = engine.compile(({ x }) => ({ y: tf.mul(x!, tf.sum(x!).dataSync()[0]!) }), { state: {} })
    expect(() => read({ x: float(1) })).toThrow(here)
    const random = engine.compile(({ x }) => ({ y: tf.add(x!, tf.randomUniform([1])) }), { state: {} })
    expect(() => random({ x: float(1) })).toThrow(/random/)
    expect(Math.random()).toBeLessThan(1)
  })

  test('wrong inputs', async () => {
    const engine = await openEngine({ engine: backend })
    const f = engine.compile(({ observation }) => ({ y: observation! }), {
      state: {},
      inputs: { observation: { shape: [null, 2], dtype: 'float32' } },
    })
    expect(() => f({ observations: float(1, 2) })).toThrow(/Did you mean "observation"/)
    expect(() => f({ observation: float(1, 2, 3) })).toThrow(/3 elements/)
    expect(() => f({ observation: Int32Array.of(1, 2) })).toThrow(/float32/)
  })
})

test('memory that runs out is said, with how much was wanted', async () => {
  const engine = await openEngine({ engine: 'onnx' })
  const table = (x: tf.Tensor): tf.Tensor => tf.add(tf.reshape(x, [-1, 1]), tf.reshape(x, [1, -1]))
  const inside = engine.compile(({ x }) => ({ y: tf.sum(tf.sqrt(table(x!))) }), { name: 'a sum' })
  const outside = engine.compile(({ x }) => ({ y: table(x!) }), { name: 'a table' })
  const large = new Float32Array(1e6)
  expect(() => inside({ x: large })).toThrow(/Out of memory in "a sum".*3,725.3 GiB/)
  expect(() => outside({ x: large })).toThrow(/Out of memory in "a table".*3,725.3 GiB/)
  expect(inside({ x: float(2, 2) })['y']![0]).toBe(8)
})

test('a kernel without a lowering is named', async () => {
  const engine = await openEngine({ engine: 'onnx' })
  const f = engine.compile(({ x }) => ({ y: tf.bincount(tf.cast(x!, 'int32') as tf.Tensor1D, [], 4) }), { state: {} })
  expect(() => f({ x: float(1) })).toThrow(/Bincount has no lowering.*compile\.test\.ts/)
})

test('an engine that does not exist is a usage error that names the nearest', async () => {
  await expect(openEngine({ engine: 'onx' as 'onnx' })).rejects.toThrow(/Did you mean "onnx"/)
})
