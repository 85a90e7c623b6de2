import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { createRng, type Rng } from '../../../core/index.ts'
import { openEngine, tf, type BackendName, type Engine } from '../../../engine/index.ts'
import { loweredKernels } from '../../../engine/lowering/index.ts'
import { traceBackend, traceBackendName } from '../../../engine/trace/trace-backend.ts'
import { cases, type Input, type KernelCase, type Use } from './cases.ts'

/** A few shapes of each kernel here; many with RINGSIDE_SHAPES=n. */
const shapes = Number(process.env['RINGSIDE_SHAPES'] ?? 3)

const engines = new Map<BackendName, Engine>()
const seen = new Set<string>()

beforeAll(async () => {
  for (const engine of ['cpu', 'onnx', 'wasm'] as const) engines.set(engine, await openEngine({ engine }))
  traceBackend()
  for (const config of tf.getKernelsForBackend(traceBackendName)) {
    const kernel = config.kernelFunc
    config.kernelFunc = (args) => {
      seen.add(config.kernelName)
      return kernel(args)
    }
  }
})

function draw({ shape, kind }: Input, rng: Rng): Float32Array | Int32Array | Uint8Array {
  const length = shape.reduce((a, b) => a * b, 1)
  const floats = (one: (i: number) => number): Float32Array => Float32Array.from({ length }, (_, i) => one(i))
  if (typeof kind === 'object') return Int32Array.from({ length }, () => rng.int(kind.below))
  switch (kind) {
    case 'normal':
      return floats(() => rng.normal() + (rng.int(2) === 0 ? 0.05 : -0.05))
    case 'positive':
      return floats(() => rng.uniform(0.3, 2))
    case 'unit':
      return floats(() => rng.uniform(-1, 1))
    case 'above one':
      return floats(() => rng.uniform(1.2, 3))
    case 'distinct': {
      const order = Array.from({ length }, (_, i) => ({ i, key: rng.uint32() })).sort((a, b) => a.key - b.key)
      const out = new Float32Array(length)
      order.forEach(({ i }, place) => (out[i] = place / length - 0.4))
      return out
    }
    case 'bool':
      return Uint8Array.from({ length }, () => rng.int(2))
  }
}

/** The result and its gradients by the float inputs, weighted so that no element can hide behind another. */
function evaluate(engine: Engine, { inputs, fn }: Use, data: readonly ReturnType<typeof draw>[], gradients: boolean) {
  const names = inputs.map((_, i) => `x${i}`)
  const dtypeOf = ({ kind }: Input): 'float32' | 'int32' | 'bool' =>
    typeof kind === 'object' ? 'int32' : kind === 'bool' ? 'bool' : 'float32'
  const compiled = engine.compile(
    (tensors) => {
      const all = names.map((name) => tensors[name]!)
      if (!gradients) return { y: fn(...all) }
      const floats = inputs.flatMap((input, i) => (dtypeOf(input) === 'float32' ? [i] : []))
      const weighted = (...xs: tf.Tensor[]): tf.Tensor => {
        const given = [...all]
        floats.forEach((at, i) => (given[at] = xs[i]!))
        const y = fn(...given)
        const weights = Float32Array.from({ length: y.size }, (_, i) => Math.sin(i + 1))
        return tf.sum(tf.mul(y, tf.tensor(weights, y.shape)))
      }
      const dx = tf.grads(weighted)(floats.map((at) => all[at]!))
      return { y: fn(...all), ...Object.fromEntries(dx.map((g, i) => [`gradient ${i}`, g])) }
    },
    {
      name: 'kernel',
      state: {},
      inputs: Object.fromEntries(
        inputs.map((input, i) => [names[i]!, { shape: [...input.shape], dtype: dtypeOf(input) }]),
      ),
    },
  )
  const out = compiled(Object.fromEntries(names.map((name, i) => [name, data[i]!])))
  const copy = Object.fromEntries(Object.entries(out).map(([name, values]) => [name, [...values]]))
  compiled.dispose()
  return copy
}

function compare(kernelCase: KernelCase, backend: BackendName): void {
  fc.assert(
    fc.property(kernelCase.uses, fc.integer({ min: 0, max: 1e6 }), (use, seed) => {
      const rng = createRng(seed)
      const data = use.inputs.map((input) => draw(input, rng))
      const gradients = kernelCase.withoutGradient === undefined
      const expected = evaluate(engines.get('cpu')!, use, data, gradients)
      const got = evaluate(engines.get(backend)!, use, data, gradients)
      expect(Object.keys(got)).toEqual(Object.keys(expected))
      for (const [name, values] of Object.entries(expected)) {
        expect(got[name]).toHaveLength(values.length)
        values.forEach((value, i) => {
          const difference = Math.abs(got[name]![i]! - value)
          if (difference <= 2e-4 + 2e-4 * Math.abs(value)) return
          if (Object.is(got[name]![i], value)) return
          throw new Error(`${name}[${i}] is ${got[name]![i]}, expected ${value}`)
        })
      }
    }),
    { numRuns: shapes, seed: 7 },
  )
}

describe('every kernel, compiled, equals eager cpu in value and gradient', () => {
  test.each(cases)('$name', (kernelCase) => compare(kernelCase, 'onnx'))
})

describe('every kernel works on wasm', () => {
  test.each(cases)('$name', (kernelCase) => compare(kernelCase, 'wasm'))
})

test.each(['resizeBilinear', 'resizeNearestNeighbor'] as const)(
  '%s: the compiled gradient is the adjoint, ⟨resize(x), w⟩ = ⟨x, gradient⟩',
  (name) => {
    for (const corners of [false, true]) {
      const rng = createRng(1)
      const [from, to]: [[number, number], [number, number]] = [
        [5, 4],
        [11, 3],
      ]
      const x = Float32Array.from({ length: 2 * from[0] * from[1] * 3 }, () => rng.normal())
      const w = Float32Array.from({ length: 2 * to[0] * to[1] * 3 }, () => rng.normal())
      const f = engines.get('onnx')!.compile(
        (inputs) => {
          const resized = (image: tf.Tensor): tf.Tensor => tf.image[name](image as tf.Tensor4D, to, corners)
          const gradient = tf.grad((image) => tf.sum(tf.mul(resized(image), inputs['w']!)))(inputs['x']!)
          return {
            there: tf.sum(tf.mul(resized(inputs['x']!), inputs['w']!)),
            back: tf.sum(tf.mul(gradient, inputs['x']!)),
          }
        },
        {
          state: {},
          inputs: { x: { shape: [2, ...from, 3], dtype: 'float32' }, w: { shape: [2, ...to, 3], dtype: 'float32' } },
        },
      )
      const { there, back } = f({ x, w })
      expect(back![0]).toBeCloseTo(there![0]!, 3)
    }
  },
)

test('no lowering is left without a case', () => {
  expect(
    loweredKernels()
      .filter((kernel) => !seen.has(kernel))
      .join(),
  ).toBe('')
})

test('docs/engine-kernels.md says what there is (vitest -u writes it)', async () => {
  const rows = loweredKernels().map((kernel) => `| ${kernel} | ${tf.getGradient(kernel) === undefined ? '' : 'yes'} |`)
  const page = `# Kernels that compile

The TensorFlow.js kernels (${rows.length}) that \`compile\` can write as an ONNX graph. A function that uses another one is refused with
the kernel's name and the line that used it; the eager engines (\`--engine cpu\`, \`wasm\`) run it all the same. *Gradient* says
whether TensorFlow.js can differentiate through it, once: LeakyRelu, Elu, pools and others have no gradient of their gradient
in TensorFlow.js itself. Kernels of gradients themselves (\`Conv2DBackpropInput\`) are listed too.
Functions made of several kernels (\`tf.moments\`, \`tf.logSoftmax\`, \`tf.losses.*\`, layers and optimizers) need no mention.

Every one is compared, in value and gradient, with TensorFlow.js's own cpu backend, on many shapes: tests/engine/kernels.

| kernel | gradient |
|---|---|
${rows.join('\n')}
`
  await expect(page).toMatchFileSnapshot('../../../docs/engine-kernels.md')
})
