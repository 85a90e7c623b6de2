import fc from 'fast-check'
import { afterEach, describe, expect, test } from 'vitest'
import { planFusion } from '../../../engine/fusion/plan.ts'
import { openEngine, tf, type Engine } from '../../../engine/index.ts'
import { trace } from '../../../engine/trace/trace.ts'
import { build, formulas, type Formula } from './formula.ts'

afterEach(() => tf.disposeVariables())

// tfjs gives maxima of different shapes no gradient.
const formula = formulas(7, 3)

const wave = (length: number, phase: number): Float32Array =>
  Float32Array.from({ length }, (_, i) => Math.sin(1.7 * i + phase))

interface Layer {
  readonly rows: number
  readonly columns: number
  readonly mean: tf.Variable
  readonly spread: tf.Variable
  readonly bias: tf.Variable
}

function layer(rows: number, columns: number): Layer {
  const variable = (shape: number[], phase: number): tf.Variable =>
    tf.variable(
      tf.tensor(
        wave(
          shape.reduce((a, b) => a * b),
          phase,
        ),
        shape,
      ),
    )
  return {
    ...{ rows, columns },
    ...{ mean: variable([rows, columns], 0), spread: variable([rows, columns], 1), bias: variable([columns], 2) },
  }
}

/** A step of gradient descent on what `weights` makes of the layer, and a look at them with other noise. */
function descent(
  { rows, columns, mean, spread, bias }: Layer,
  weights: (leaves: readonly tf.Tensor[]) => tf.Tensor,
): (inputs: Record<string, tf.Tensor>) => Record<string, tf.Tensor> {
  const optimizer = tf.train.momentum(0.05, 0.5)
  return ({ x, noise, other }) => {
    const leaves = (from: tf.Tensor): tf.Tensor[] => [
      ...[mean, spread, bias, tf.scalar(0.75)],
      tf.expandDims(tf.slice(from, [0], [rows]), 1),
      tf.slice(from, [rows], [columns]),
      tf.reshape(tf.slice(from, [3], [columns]), [1, columns]),
    ]
    const whole = (from: tf.Tensor) => weights(leaves(from)) as tf.Tensor2D
    const seen = tf.matMul(x as tf.Tensor2D, whole(other!))
    const { value, grads } = tf.variableGrads(
      () => tf.mean(tf.square(tf.matMul(x as tf.Tensor2D, whole(noise!)))),
      [mean, spread, bias],
    )
    const norm = tf.sqrt(tf.addN(Object.values(grads).map((g) => tf.sum(tf.square(g)))))
    optimizer.applyGradients(Object.entries(grads).map(([name, tensor]) => ({ name, tensor })))
    return { value, seen, norm }
  }
}

const inputsOf = ({ rows, columns }: Layer) => ({
  x: { shape: [3, rows], dtype: 'float32' as const },
  noise: { shape: [rows + columns + 3], dtype: 'float32' as const },
  other: { shape: [rows + columns + 3], dtype: 'float32' as const },
})

const noisy = ([mean, spread, , , ofInputs, ofOutputs]: readonly tf.Tensor[]): tf.Tensor =>
  tf.add(mean!, tf.mul(tf.mul(spread!, ofInputs!), ofOutputs!))

describe('loops with row and column vectors', () => {
  test.each([
    [64, 64],
    [600, 4],
    [410, 5],
    [300, 7],
    [70, 51],
  ])('make noisy weights of %i × %i and the gradients of their deviations: no graph does', (rows, columns) => {
    const made = layer(rows, columns)
    const specs = Object.entries(inputsOf(made)).map(([name, spec]) => ({ name, ...spec }))
    const { mean, spread, bias } = made
    const { model, slots } = trace(descent(made, noisy), 'descent', specs, { mean, spread, bias }, new Set())
    const { prologue, stages, inputs } = planFusion(model, slots)!
    // Both uses in one pass over the weights.
    expect(prologue.map((loop) => [loop.rows, loop.columns, loop.steps.length])).toEqual([[rows, columns, 6]])
    expect(stages.flatMap(({ loops }) => loops.map(({ steps }) => steps.map(({ op }) => op)))).toEqual([['Mul', 'Mul']])
    expect(inputs.length).toBe(2)
    const inGraphs = stages.flatMap(({ graph }) => graph.nodes.filter(({ extents }) => extents?.output[0] === rows))
    expect(inGraphs).toEqual([])
  })

  test('equal eager TensorFlow.js for any formula, size and number of calls', async () => {
    const engines = [await openEngine({ engine: 'onnx' }), await openEngine({ engine: 'cpu' })]
    const run = (engine: Engine, rows: number, columns: number, of: Formula): Float32Array[] => {
      const made = layer(rows, columns)
      const { mean, spread, bias } = made
      const step = engine.compile(
        // Whatever the formula, something comes of each variable.
        descent(made, (leaves) => tf.add(build(of, leaves), tf.mul(0.1, tf.add(tf.add(mean, spread), bias)))),
        { state: { mean, spread, bias }, inputs: inputsOf(made) },
      )
      const told: Float32Array[] = []
      for (let call = 1; call <= 3; call++) {
        const [x, noise, other] = [3 * rows, rows + columns + 3, rows + columns + 3].map((n, i) => wave(n, call + i))
        const { value, seen, norm } = step({ x: x!.map((v) => v / rows), noise: noise!, other: other! })
        told.push(...[value, seen, norm].map((result) => (result as Float32Array).slice()))
      }
      // The optimizer's among them: they are the gradients themselves.
      const state = Object.values(tf.engine().registeredVariables)
      const out = [...told, ...state.map((variable) => engine.read(variable).slice() as Float32Array)]
      step.dispose()
      tf.disposeVariables()
      return out
    }
    const sizes = fc
      .tuple(fc.integer({ min: 2, max: 300 }), fc.integer({ min: 4, max: 40 }))
      .filter(([rows, columns]) => rows * columns >= 2048)
    fc.assert(
      fc.property(sizes, formula, ([rows, columns], of) => {
        const [fused, eager] = engines.map((engine) => run(engine, rows, columns, of)) as [
          Float32Array[],
          Float32Array[],
        ]
        expect(fused.length).toBe(eager.length)
        eager.forEach((array, i) => {
          const scale = array.reduce((largest, value) => Math.max(largest, Math.abs(value)), 0)
          const far = array.findIndex((value, k) => !(Math.abs(fused[i]![k]! - value) <= 2e-3 * scale))
          expect(far < 0 ? 'equal' : `${i}, ${far}: ${fused[i]![far]} for ${array[far]}`).toBe('equal')
        })
      }),
      { numRuns: 40 },
    )
  })

  test('read what steps made of the state in the graph of a later stage', async () => {
    const [w, u] = [tf.variable(tf.tensor(wave(4096, 0), [64, 64])), tf.variable(tf.ones([64, 64]))]
    const run = async (name: 'onnx' | 'cpu'): Promise<number[]> => {
      w.assign(tf.tensor(wave(4096, 0), [64, 64]))
      u.assign(tf.ones([64, 64]))
      const engine = await openEngine({ engine: name })
      const step = engine.compile(
        ({ row }) => {
          w.assign(tf.mul(w, 0.9))
          u.assign(tf.add(u, tf.mul(tf.mul(w, row!), 0.5)))
          return {}
        },
        { state: { w, u }, inputs: { row: { shape: [64], dtype: 'float32' } } },
      )
      for (const call of [1, 2]) step({ row: wave(64, call) })
      const told = [...engine.read(w), ...engine.read(u)]
      step.dispose()
      engine.dispose()
      return told
    }
    const [fused, eager] = [await run('onnx'), await run('cpu')]
    eager.forEach((value, i) => expect(fused[i]).toBeCloseTo(value, 5))
  })

  test('gradients next to nothing are 0; what is no number stays', async () => {
    const engine = await openEngine({ engine: 'onnx' })
    const spread = tf.variable(tf.zeros([512, 4]))
    const update = engine.compile(
      ({ gradient, noise }) => {
        const given = tf.matMul(gradient as tf.Tensor2D, tf.eye(4))
        spread.assign(tf.mul(tf.mul(given, tf.reshape(noise!, [512, 1])), 2))
        return {}
      },
      {
        state: { spread },
        inputs: { gradient: { shape: [512, 4], dtype: 'float32' }, noise: { shape: [512], dtype: 'float32' } },
      },
    )
    const gradient = new Float32Array(2048)
    gradient.set([2 ** -101, -(2 ** -99), NaN, 3])
    update({ gradient, noise: new Float32Array(512).fill(0.5) })
    // The product with the identity carries what is no number along its row.
    expect([...engine.read(spread)].slice(0, 4)).toEqual([NaN, NaN, NaN, NaN])
    gradient.set([2 ** -101, -(2 ** -99), 0, 3])
    update({ gradient, noise: new Float32Array(512).fill(0.5) })
    expect([...engine.read(spread)].slice(0, 5)).toEqual([0, -(2 ** -99), 0, 3, 0])
    update.dispose()
    engine.dispose()
  })

  test('leave alone what a graph rewrites, other types and constants', async () => {
    const [a, b] = [tf.variable(tf.ones([64, 64])), tf.variable(tf.ones([64]))]
    const specs = [{ name: 'x', shape: [64, 64], dtype: 'float32' as const }]
    const table = tf.tensor(wave(64, 0))
    const fn = ({ x }: Record<string, tf.Tensor>) => {
      const made = tf.mul(a, table)
      const moved = tf.matMul(x as tf.Tensor2D, tf.mul(a, b))
      a.assign(tf.relu6(moved))
      b.assign(tf.mul(b, 0.5))
      return { made: tf.matMul(made as tf.Tensor2D, x as tf.Tensor2D) }
    }
    const { model, slots } = trace(fn, 'rewrites', specs, { a, b }, new Set())
    expect(planFusion(model, slots)!.prologue).toEqual([])
    const run = async (name: 'onnx' | 'cpu'): Promise<number[]> => {
      a.assign(tf.ones([64, 64]))
      b.assign(tf.ones([64]))
      const engine = await openEngine({ engine: name })
      const step = engine.compile(fn, { state: { a, b }, inputs: { x: { shape: [64, 64], dtype: 'float32' } } })
      const made = [1, 2].flatMap((call) => [...step({ x: wave(4096, call) })['made']!])
      const told = [...made, ...engine.read(a), ...engine.read(b)]
      step.dispose()
      engine.dispose()
      return told
    }
    const [fused, eager] = [await run('onnx'), await run('cpu')]
    eager.forEach((value, i) => expect(fused[i]).toBeCloseTo(value, 3))
  })
})
