import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createSequenceBatcher } from '../../../agents/replay/sequence-batcher.ts'
import { gradientsOf, openEngine, sgd, tf } from '../../../engine/index.ts'
import { dense } from '../../../engine/layers/dense.ts'
import { lstm } from '../../../engine/layers/lstm.ts'

describe('a stream in rows', () => {
  test('1 … 12 in two rows, three at a time', () => {
    const batcher = createSequenceBatcher({ length: 12, batchSize: 2, sequenceLength: 3 })
    const places = new Int32Array(6)
    const walk = Array.from({ length: 3 }, () => {
      batcher.next(places)
      return Array.from(places, (place) => place + 1)
    })
    expect(walk).toEqual([
      [1, 2, 3, 7, 8, 9],
      [4, 5, 6, 10, 11, 12],
      [1, 2, 3, 7, 8, 9],
    ])
  })

  test('every row goes on where it stopped, no step comes twice, and a saved walk goes on', () => {
    const small = fc.integer({ min: 1, max: 9 })
    fc.assert(
      fc.property(small, small, fc.integer({ min: 0, max: 200 }), fc.nat(), (batchSize, sequenceLength, extra, cut) => {
        const length = batchSize * sequenceLength + extra
        const options = { length, batchSize, sequenceLength }
        const batcher = createSequenceBatcher(options)
        const places = new Int32Array(batchSize * sequenceLength)
        const seen = new Set<number>()
        let before: Int32Array | undefined
        const saved = cut % batcher.batches
        let later: ReturnType<typeof createSequenceBatcher> | undefined
        for (let i = 0; i < batcher.batches; i++) {
          expect(batcher.position).toBe(i)
          if (i === saved) {
            later = createSequenceBatcher(options)
            later.restore(batcher.state())
          }
          batcher.next(places)
          if (later !== undefined) {
            const other = new Int32Array(places.length)
            later.next(other)
            expect(other).toEqual(places)
          }
          for (const place of places) {
            expect(place).toBeLessThan(length)
            expect(seen.has(place)).toBe(false)
            seen.add(place)
          }
          for (let row = 0; before !== undefined && row < batchSize; row++)
            expect(places[row * sequenceLength]).toBe(before[(row + 1) * sequenceLength - 1]! + 1)
          before = places.slice()
        }
        expect(batcher.position).toBe(0)
        // Less than one step a row and one sequence a row are left out.
        expect(length - seen.size).toBeLessThan(batchSize * sequenceLength + batchSize)
      }),
    )
  })

  test('refuses what is no stream, and a place beyond its end', () => {
    expect(() => createSequenceBatcher({ length: 5, batchSize: 2, sequenceLength: 3 })).toThrow(/2 a row, fewer than/)
    expect(() => createSequenceBatcher({ length: 5, batchSize: 0, sequenceLength: 3 })).toThrow(/batchSize/)
    const batcher = createSequenceBatcher({ length: 6, batchSize: 2, sequenceLength: 3 })
    expect(() => batcher.next(new Int32Array(5))).toThrow(/5 numbers for 2 rows of 3/)
    expect(() => batcher.restore({ position: 1 })).toThrow(/batch 1 of 1/)
  })
})

interface Fixture {
  readonly inputs: number
  readonly units: number
  readonly rows: number
  readonly length: number
  readonly stream: readonly number[]
  readonly aims: readonly number[]
  readonly places: readonly (readonly (readonly number[])[])[]
  readonly losses: readonly number[]
  readonly before: Readonly<Record<string, readonly number[]>>
  readonly after: Readonly<Record<string, readonly number[]>>
}

const fixture = JSON.parse(readFileSync(new URL('fixtures/truncated-bptt.json', import.meta.url), 'utf8')) as Fixture

test.each(['onnx', 'cpu'] as const)(
  'truncated back-propagation through an LSTM is PyTorch’s on %s',
  async (backend) => {
    const engine = await openEngine({ engine: backend })
    const { inputs, units, rows, length, stream, aims } = fixture
    const layer = lstm('lstm', { inputs, units, initializer: 'uniform' })
    const head = dense('head', { inputs: units, outputs: 1, initializer: 'uniform' })
    const shapes: Record<string, number[]> = {
      ...{
        'lstm/kernel': [inputs + units, 4 * units],
        'lstm/bias': [4 * units],
        'head/kernel': [units, 1],
        'head/bias': [1],
      },
    }
    const weights = Object.fromEntries(
      Object.entries(fixture.before).map(([name, values]) => [
        name,
        tf.variable(tf.tensor([...values], shapes[name]!)),
      ]),
    )
    const carried = {
      hidden: tf.variable(tf.zeros([rows, units]), false),
      cell: tf.variable(tf.zeros([rows, units]), false),
    }
    const optimizer = sgd(weights)
    const update = engine.compile(
      ({ x, y, learningRate }) => {
        // Read before they are assigned: the gradient ends where the batch begins.
        const before = { hidden: tf.mul(carried.hidden, 1), cell: tf.mul(carried.cell, 1) }
        const unroll = () => layer.unroll(weights, x!, before)
        const { value, gradients } = gradientsOf(() => {
          const out = head.apply(weights, tf.reshape(unroll().hidden, [rows * length, units]))
          return tf.mean(tf.square(tf.sub(out, tf.reshape(y!, [rows * length, 1]))))
        }, weights)
        const { last } = unroll()
        optimizer.apply(gradients, learningRate!)
        carried.hidden.assign(last.hidden)
        carried.cell.assign(last.cell)
        return { loss: value }
      },
      {
        state: { ...weights, ...optimizer.state, ...carried },
        inputs: {
          x: { shape: [rows, length, inputs], dtype: 'float32' },
          y: { shape: [rows, length, 1], dtype: 'float32' },
          learningRate: { shape: [], dtype: 'float32' },
        },
      },
    )
    const batcher = createSequenceBatcher({ length: aims.length, batchSize: rows, sequenceLength: length })
    const places = new Int32Array(rows * length)
    for (const [i, expected] of fixture.places.entries()) {
      batcher.next(places)
      expect([...places]).toEqual(expected.flat())
      const x = Float32Array.from(expected.flat().flatMap((at) => stream.slice(at * inputs, (at + 1) * inputs)))
      const y = Float32Array.from(expected.flat(), (at) => aims[at]!)
      expect(update({ x, y, learningRate: 0.5 })['loss']![0]).toBeCloseTo(fixture.losses[i]!, 5)
    }
    for (const [name, expected] of Object.entries(fixture.after))
      engine.read(weights[name]!).forEach((value, i) => expect(value).toBeCloseTo(expected[i]!, 5))
    engine.dispose()
  },
)
