import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { createStateMemory } from '../../../engine/fusion/memory.ts'
import { planFusion } from '../../../engine/fusion/plan.ts'
import { openEngine, tf, type Engine } from '../../../engine/index.ts'
import { trace } from '../../../engine/trace/trace.ts'
import { build, formulas, type Formula } from './formula.ts'

afterEach(() => tf.disposeVariables())

const float = (...values: number[]): Float32Array => Float32Array.from(values)

const formula = formulas(6, 4, ['max', 'min'])

describe('fused updates', () => {
  test('an average that fades away becomes 0; what is no number stays', async () => {
    const engine = await openEngine({ engine: 'onnx' })
    const average = tf.variable(tf.tensor1d(float(1, -1, 2 ** -126, -(2 ** -126), 2 ** -140, NaN, Infinity, 2 ** -100)))
    const fade = engine.compile(
      ({ gradient }) => {
        average.assign(tf.add(tf.mul(average, 0.9), tf.mul(tf.add(gradient!, tf.zerosLike(gradient!)), 0.1)))
        return {}
      },
      { state: { average }, inputs: { gradient: { shape: [8], dtype: 'float32' } } },
    )
    const gradient = new Float32Array(8)
    fade({ gradient })
    expect([...engine.read(average)]).toEqual([...float(0.9, -0.9, 0, 0, 0, NaN, Infinity, 0.9 * 2 ** -100)])
    for (let i = 0; i < 1000; i++) fade({ gradient })
    expect([...engine.read(average)]).toEqual([0, 0, 0, 0, 0, NaN, Infinity, 0])
    fade.dispose()
    engine.dispose()
  })

  test('products that would be too small are 0, whatever made them so', async () => {
    const engine = await openEngine({ engine: 'onnx' })
    const [squares, steps] = [tf.variable(tf.zeros([4])), tf.variable(tf.ones([4]))]
    const update = engine.compile(
      ({ x, rate }) => {
        const g = tf.reshape(tf.matMul(tf.reshape(x!, [4, 1]), tf.tensor2d([[1]])), [4])
        squares.assign(tf.square(g))
        steps.assign(tf.mul(g, rate!))
        return { norm: tf.sqrt(tf.sum(tf.square(g))) }
      },
      {
        state: { squares, steps },
        inputs: { x: { shape: [4], dtype: 'float32' }, rate: { shape: [], dtype: 'float32' } },
      },
    )
    const run = (x: Float32Array, rate: number): number[] => {
      const { norm } = update({ x, rate })
      return [norm![0]!, ...engine.read(squares), ...engine.read(steps)]
    }
    const [tiny, small] = [2 ** -70, 2 ** -60]
    expect(run(float(tiny, small, -1, 0), 2 ** -64)).toEqual([1, 0, 2 ** -120, 1, 0, 0, 2 ** -124, -(2 ** -64), 0])
    expect(run(float(tiny, NaN, Infinity, -Infinity), 0)).toEqual([NaN, 0, NaN, Infinity, Infinity, 0, NaN, NaN, NaN])
    expect(run(float(tiny, small, 2, 1), 2 ** 20).slice(5)).toEqual([2 ** -50, 2 ** -40, 2 ** 21, 2 ** 20])
    update.dispose()
    engine.dispose()
  })

  test('equal eager TensorFlow.js for any formula, size and number of calls', async () => {
    const engines = [await openEngine({ engine: 'onnx' }), await openEngine({ engine: 'cpu' })]
    const run = (engine: Engine, size: number, [forA, forB, forC]: [Formula, Formula, Formula]): number[] => {
      const shape = size === 0 ? [] : [size]
      const values = Float32Array.from({ length: Math.max(size, 1) }, (_, i) => Math.sin(i + 1))
      const [a, b] = [tf.variable(tf.tensor(values, shape)), tf.variable(tf.tensor(values.map(Math.abs), shape))]
      const c = tf.variable(tf.scalar(0.5))
      const step = engine.compile(
        ({ x, rate }) => {
          // A matrix product keeps this part in the graph.
          const g = tf.reshape(tf.matMul(tf.reshape(x!, [Math.max(size, 1), 1]), tf.tensor2d([[2]])), shape)
          const leaves = [a, b, g, c, rate!, tf.scalar(0.75)]
          const next = [build(forA, leaves), build(forB, leaves)].map((t) => tf.add(t, tf.zeros(shape)))
          const scalar = build(forC, [c, rate!, tf.scalar(-0.25)])
          a.assign(next[0]!)
          b.assign(next[1]!)
          // tfjs loses a variable that is assigned to itself.
          c.assign(tf.add(scalar, 0) as tf.Scalar)
          // A later stage reads what became of the state, beside values of the first one.
          return { g, after: tf.add(tf.cumsum(tf.reshape(a, [-1])), tf.sum(tf.mul(b, g))) }
        },
        { state: { a, b, c }, inputs: { x: { shape, dtype: 'float32' }, rate: { shape: [], dtype: 'float32' } } },
      )
      const told: number[] = []
      for (let call = 1; call <= 3; call++)
        told.push(...step({ x: values.map((v) => v * call), rate: 0.3 * call })['after']!)
      const out = [...told, ...[a, b, c].flatMap((variable) => [...engine.read(variable)])]
      step.dispose()
      tf.dispose([a, b, c])
      return out
    }
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 9 }), fc.tuple(formula, formula, formula), (size, formulas) => {
        const [fused, eager] = engines.map((engine) => run(engine, size, formulas)) as [number[], number[]]
        eager.forEach((value, i) => {
          if (Number.isFinite(value)) expect(fused[i]).toBeCloseTo(value, 4)
        })
      }),
      { numRuns: 60 },
    )
  })

  test('norms of what a graph hands over are steps too, as results and for what comes after', async () => {
    const engine = await openEngine({ engine: 'onnx' })
    const norms = (size: number, limit: number | undefined, squares: boolean): void => {
      const [a, b] = [tf.variable(tf.zeros([size])), tf.variable(tf.zeros([2, size]))]
      const step = (x: tf.Tensor) => {
        const column = tf.reshape(x, [size, 1])
        const g = tf.reshape(tf.matMul(column, tf.tensor2d([[2]])), [size])
        const h = tf.matMul(tf.tensor2d([[1], [-3]]), column, false, true)
        const norm = tf.sqrt(tf.add(tf.sum(tf.square(g)), tf.sum(tf.square(h))))
        const scale = limit === undefined ? tf.scalar(1) : tf.minimum(tf.div(limit, norm), tf.scalar(1))
        a.assign(tf.add(a, squares ? tf.square(g) : tf.mul(g, scale)))
        b.assign(tf.add(b, tf.mul(h, scale)))
        return { norm }
      }
      const inputs = { x: { shape: [size], dtype: 'float32' } } as const
      const { model, slots } = trace(({ x }) => step(x!), 'norms', [{ name: 'x', ...inputs.x }], { a, b }, new Set())
      const plan = planFusion(model, slots)!
      expect(plan.stages).toHaveLength(1)
      expect(plan.stages[0]!.graph.nodes.filter(({ op }) => op === 'ReduceSum')).toEqual([])
      const compiled = engine.compile(({ x }) => step(x!), { state: { a, b }, inputs })
      for (let call = 1; call <= 2; call++) {
        const x = Float32Array.from({ length: size }, (_, i) => Math.sin(i + call))
        const [beforeA, beforeB] = [engine.read(a).slice(), engine.read(b).slice()]
        const norm = Math.sqrt(x.reduce((sum, v) => sum + 14 * v * v, 0))
        expect(compiled({ x })['norm']![0]! / norm).toBeCloseTo(1, 5)
        const scale = limit === undefined ? 1 : Math.min(limit / norm, 1)
        x.forEach((v, i) => {
          expect(engine.read(a)[i]! - beforeA[i]!).toBeCloseTo(squares ? 4 * v * v : 2 * v * scale, 4)
          expect(engine.read(b)[size + i]! - beforeB[size + i]!).toBeCloseTo(-3 * v * scale, 4)
        })
      }
      compiled.dispose()
      tf.dispose([a, b])
    }
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 150 }), fc.option(fc.constant(3), { nil: undefined }), fc.boolean(), norms),
      { numRuns: 40 },
    )
    engine.dispose()
  })

  test('a moving average leaves the graph empty, and a copy too', () => {
    const [from, to] = [tf.variable(tf.ones([5])), tf.variable(tf.zeros([5]))]
    const average = trace(
      () => (to.assign(tf.add(tf.mul(to, 0.9), tf.mul(from, 0.1))), {}),
      'average',
      [],
      { from, to },
      new Set(),
    )
    expect(planFusion(average.model, average.slots)!.stages.flatMap(({ graph }) => graph.nodes)).toEqual([])
    const copy = trace(() => (to.assign(from), {}), 'copy', [], { from, to }, new Set())
    expect(planFusion(copy.model, copy.slots)!.stages.flatMap(({ graph }) => graph.nodes)).toEqual([])
  })

  test('variables that exchange their values do', async () => {
    const engine = await openEngine({ engine: 'onnx' })
    const [a, b] = [tf.variable(tf.tensor1d([1, 2, 3])), tf.variable(tf.tensor1d([4, 5, 6]))]
    const swap = engine.compile(
      () => {
        const [oldA, oldB] = [tf.add(a, 1), tf.add(b, 1)]
        a.assign(oldB as tf.Tensor1D)
        b.assign(oldA as tf.Tensor1D)
        return {}
      },
      { state: { a, b }, inputs: {} },
    )
    swap()
    expect([[...engine.read(a)], [...engine.read(b)]]).toEqual([
      [5, 6, 7],
      [2, 3, 4],
    ])
  })

  test('clones, written values, functions that share variables, and growing memory', async () => {
    const engine = await openEngine({ engine: 'onnx' })
    const w = tf.variable(tf.tensor1d([1, 2, 3]))
    const increase = engine.compile(() => (w.assign(tf.add(w, 1)), {}), { state: { w }, inputs: {} })
    // The cumulative sum stays in the graph, so that this one swaps arrays.
    const sum = engine.compile(() => (w.assign(tf.cumsum(w)), {}), { state: { w }, inputs: {} })
    increase()
    const kept = tf.clone(w)
    increase()
    sum()
    increase()
    increase()
    sum()
    expect([...engine.read(w)]).toEqual([5, 14, 28])
    expect([...kept.dataSync()]).toEqual([2, 3, 4])
    engine.write(w, float(0, 0, 0))
    increase()
    expect([...engine.read(w)]).toEqual([1, 1, 1])

    const large = tf.variable(tf.zeros([1 << 20]))
    const grow = engine.compile(() => (large.assign(tf.add(large, 1)), {}), { state: { large }, inputs: {} })
    grow()
    increase()
    grow()
    expect([...engine.read(w)]).toEqual([2, 2, 2])
    expect(engine.read(large).every((x) => x === 2)).toBe(true)
  })

  test('a result that fused steps read too keeps an array of its own', async () => {
    const engine = await openEngine({ engine: 'onnx' })
    const w = tf.variable(tf.tensor1d([1, 2]))
    const step = engine.compile(
      ({ x }) => {
        const product = tf.reshape(tf.matMul(tf.reshape(x!, [2, 1]), tf.tensor2d([[3]])), [2])
        w.assign(tf.add(w, product))
        return { product, before: w.clone() }
      },
      { state: { w }, inputs: { x: { shape: [2], dtype: 'float32' } } },
    )
    const { product } = step({ x: float(1, 2) })
    expect([...product!]).toEqual([3, 6])
    expect([...engine.read(w)]).toEqual([4, 8])
  })
})

test('a function that goes on with what an optimizer made is cut into stages', async () => {
  const engine = await openEngine({ engine: 'onnx' })
  const [w, v] = [tf.variable(tf.ones([3, 2])), tf.variable(tf.ones([2, 2]))]
  const fn = ({ x }: Record<string, tf.Tensor>) => {
    const first = tf.matMul(x as tf.Tensor2D, w as unknown as tf.Tensor2D)
    w.assign(tf.sub(w, tf.mul(0.1, tf.matMul(x as tf.Tensor2D, first as tf.Tensor2D, true))))
    const second = tf.matMul(tf.matMul(x as tf.Tensor2D, w as unknown as tf.Tensor2D), v as unknown as tf.Tensor2D)
    v.assign(tf.sub(v, tf.mul(0.1, tf.matMul(first as tf.Tensor2D, second as tf.Tensor2D, true))))
    return { second }
  }
  const specs = [{ name: 'x', shape: [1, 3], dtype: 'float32' as const }]
  const traced = trace(fn, 'two steps', specs, { w, v }, new Set())
  const stages = planFusion(traced.model, traced.slots)!.stages
  expect(stages.map(({ steps }) => steps.length > 0)).toEqual([true, true])
  const step = engine.compile(fn, { state: { w, v }, inputs: { x: { shape: [1, 3], dtype: 'float32' } } })
  const { second } = step({ x: float(1, 0, 2) })
  // x·w = [3, 3]; w loses 0.1·xᵀ·[3, 3]: rows 0.7, 1, 0.4; x·w = [1.5, 1.5]; times ones: [3, 3].
  expect([...second!].map((n) => Number(n.toFixed(5)))).toEqual([3, 3])
  expect([...engine.read(w)].map((n) => Number(n.toFixed(5)))).toEqual([0.7, 0.7, 1, 1, 0.4, 0.4])
  expect([...engine.read(v)].map((n) => Number(n.toFixed(5)))).toEqual([0.1, 0.1, 0.1, 0.1])
})

test('the memory of the state hands blocks out again, padded and zeroed', () => {
  const memory = createStateMemory()
  const first = memory.allocate(5)
  expect(memory.allocate(1) - first).toBe(32)
  memory.view(first, 8).fill(7)
  memory.free(first, 5)
  expect(memory.allocate(6)).toBe(first)
  expect([...memory.view(first, 8)]).toEqual(new Array(8).fill(0))
})
