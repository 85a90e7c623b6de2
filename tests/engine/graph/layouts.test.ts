import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openEngine, tf, type Engine } from '../../../engine/index.ts'

/** One change of a tensor; `choice` picks among what its shape allows. */
interface Step {
  readonly kind: (typeof kinds)[number]
  readonly choice: number
}

const kinds = [
  ...['reshape', 'transpose', 'expand', 'squeeze', 'widen', 'tile', 'sum', 'mean', 'max', 'relu', 'bytes'],
  ...['slice', 'pair', 'step'],
] as const

const step: fc.Arbitrary<Step> = fc.record({ kind: fc.constantFrom(...kinds), choice: fc.nat(1000) })

function apply(x: tf.Tensor, { kind, choice }: Step, bytes: tf.Tensor): tf.Tensor {
  const { shape, rank } = x
  const axis = rank === 0 ? 0 : choice % rank
  switch (kind) {
    case 'reshape': {
      const factors = [2, 3, 4].filter((f) => x.size % f === 0)
      const factor = factors[choice % Math.max(1, factors.length)] ?? 1
      const shapes = [[x.size], [factor, x.size / factor], [x.size / factor, factor, 1], [1, factor, x.size / factor]]
      return tf.reshape(x, shapes[choice % 4]!)
    }
    case 'transpose':
      return tf.transpose(
        x,
        [...shape.keys()].map((_, i) => (i + choice) % Math.max(1, rank)),
      )
    case 'expand':
      return rank < 4 ? tf.expandDims(x, choice % (rank + 1)) : x
    case 'squeeze':
      return tf.squeeze(x)
    case 'widen': {
      // A multiplication with ones: what tfjs's own gradients of sums do.
      const ones = shape.map((size) => (size === 1 && choice % 2 === 0 ? 3 : size))
      return x.size * 3 > 500 ? x : tf.mul(x, tf.ones(ones))
    }
    case 'tile':
      return rank === 0 || x.size > 200
        ? x
        : tf.tile(
            x,
            shape.map((_, i) => (i === axis ? 2 : 1)),
          )
    case 'sum':
      return rank === 0 ? x : tf.sum(x, axis, choice % 2 === 0)
    case 'mean':
      return rank === 0 ? x : tf.mean(x, axis, choice % 2 === 0)
    case 'max':
      return rank === 0 ? x : tf.max(x, axis, choice % 2 === 0)
    case 'relu':
      return tf.relu(x)
    case 'step':
      return tf.mul(tf.step(x), tf.add(x, 0.5))
    case 'bytes':
      // Bytes become numbers on the way.
      return tf.add(x, tf.mul(0.01, tf.sum(tf.cast(bytes, 'float32'), choice % 2)).sum())
    case 'slice':
      return rank === 0
        ? x
        : tf.slice(
            x,
            shape.map(() => 0),
            shape.map((size, i) => (i === axis ? Math.max(1, size - 1) : size)),
          )
    case 'pair':
      return tf.add(x, tf.mul(0.5, tf.sum(x, rank === 0 ? undefined : axis, true)))
  }
}

test('any chain of reshapes, transposes, broadcasts and sums, and its gradient, equals eager cpu', async () => {
  const engines = [await openEngine({ engine: 'onnx' }), await openEngine({ engine: 'cpu' })]
  const data = Float32Array.from({ length: 24 }, (_, i) => Math.sin(3 * i + 1))
  const raw = Uint8Array.from({ length: 6 }, (_, i) => 40 * i)
  const run = (engine: Engine, steps: readonly Step[]): Record<string, Float32Array> => {
    const compiled = engine.compile(
      ({ x, bytes }) => {
        const chain = (at: tf.Tensor): tf.Tensor => steps.reduce((y, next) => apply(y, next, bytes!), at)
        const gradient = tf.grad((at: tf.Tensor) => tf.sum(tf.square(chain(at))))(x!)
        return { y: chain(x!), gradient }
      },
      { inputs: { x: { shape: [2, 3, 4], dtype: 'float32' }, bytes: { shape: [2, 3], dtype: 'uint8' } } },
    )
    const out = compiled({ x: data, bytes: raw })
    const copies = { y: out['y']!.slice() as Float32Array, gradient: out['gradient']!.slice() as Float32Array }
    compiled.dispose()
    return copies
  }
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 9 }), (steps) => {
      const [ours, expected] = engines.map((engine) => run(engine, steps)) as [
        ReturnType<typeof run>,
        ReturnType<typeof run>,
      ]
      for (const name of ['y', 'gradient']) {
        expect(ours[name]!.length).toBe(expected[name]!.length)
        expected[name]!.forEach((value, i) =>
          expect(Math.abs(ours[name]![i]! - value)).toBeLessThan(2e-4 * (1 + Math.abs(value))),
        )
      }
    }),
    { numRuns: 8 * Number(process.env['RINGSIDE_SHAPES'] ?? 15) },
  )
})
