import { readFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRng } from '../../core/rng.ts'
import { openEngine } from '../../engine/index.ts'
import { openDataset } from '../../generative/datasets/registry.ts'
import { trainClassifier } from '../../generative/quality/classifier.ts'
import { eigen, frechetDistance, type Features } from '../../generative/quality/frechet.ts'
import { kernelDistance } from '../../generative/quality/kernel-distance.ts'
import { measureQuality } from '../../generative/quality/measure.ts'
import { precisionAndRecall } from '../../generative/quality/precision-recall.ts'

/** Recorded by tests/parity/record-quality.py. */
const recorded = JSON.parse(readFileSync(new URL('fixtures/quality.json', import.meta.url), 'utf8')) as Record<
  'frechet' | 'kernel' | 'precision' | 'recall' | 'width',
  number
> &
  Record<'a' | 'b', number[]>
const featuresOf = (values: readonly number[], width: number): Features => ({
  ...{ count: values.length / width, width, values: Float32Array.from(values) },
})
const [a, b] = [featuresOf(recorded.a, recorded.width), featuresOf(recorded.b, recorded.width)]

test('the distances are those of SciPy and NumPy', () => {
  expect(frechetDistance(a, b) / recorded.frechet).toBeCloseTo(1, 5)
  expect(kernelDistance(a, b) / recorded.kernel).toBeCloseTo(1, 5)
  const { precision, recall } = precisionAndRecall(a, b)
  expect([precision, recall]).toEqual([recorded.precision, recorded.recall])
})

test('a set is no distance from itself, and distances go both ways', () => {
  expect(frechetDistance(a, a)).toBeCloseTo(0, 5)
  expect(precisionAndRecall(a, a)).toEqual({ precision: 1, recall: 1 })
  expect(frechetDistance(a, b)).toBeCloseTo(frechetDistance(b, a), 4)
  expect(kernelDistance(a, b)).toBeCloseTo(kernelDistance(b, a), 4)
  expect(() => frechetDistance(a, { ...b, width: 3 })).toThrow(/width 6 and 3/)
})

test('eigenvalues and -vectors put a symmetric matrix together again', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9 }), fc.integer(), (n, seed) => {
      const rng = createRng(seed)
      const m = new Float64Array(n * n)
      for (let i = 0; i < n; i++) for (let j = 0; j <= i; j++) m[i * n + j] = m[j * n + i] = rng.normal()
      const { values, vectors } = eigen(m, n)
      for (let i = 0; i < n; i++)
        for (let j = 0; j < n; j++) {
          let sum = 0
          for (let k = 0; k < n; k++) sum += values[k]! * vectors[i * n + k]! * vectors[j * n + k]!
          expect(sum).toBeCloseTo(m[i * n + j]!, 8)
        }
    }),
    { numRuns: 30 },
  )
})

test('the classifier tells drawn digits apart, the same each time, and finds real ones better than noise', async () => {
  const engine = await openEngine({ engine: 'onnx' })
  const sizes = { train: 1500, validation: 10, test: 300 }
  const dataset = await openDataset('house-numbers', sizes, { rng: createRng(0) })
  const classifier = trainClassifier(engine, dataset, 8)
  expect(classifier.accuracy).toBeGreaterThan(0.5)
  const again = trainClassifier(engine, dataset, 8)
  expect(again.hash).toBe(classifier.hash)

  const pixels = 32 * 32 * 3
  const some = dataset.test.images.subarray(0, 150 * pixels)
  const rng = createRng(1)
  const noise = Uint8Array.from({ length: some.length }, () => rng.int(256))
  const pictures = {
    real: some,
    otherReal: dataset.test.images.subarray(150 * pixels, 300 * pixels),
    made: some,
    untrained: noise,
  }
  const quality = measureQuality(classifier, pictures, 10)
  expect(quality.frechet).toBeCloseTo(0, 3)
  expect(quality.real.frechet).toBeLessThan(quality.untrained.frechet / 3)
  expect([quality.precision, quality.recall]).toEqual([1, 1])
  expect(quality.labels.reduce((sum, n) => sum + n, 0)).toBe(Math.round(quality.confident * 150))
  engine.dispose()
}, 60_000)

test('a classifier of fewer pictures than a batch', async () => {
  const engine = await openEngine({ engine: 'onnx' })
  const dataset = await openDataset('house-numbers', { train: 30, validation: 0, test: 5 }, { rng: createRng(0) })
  const classifier = trainClassifier(engine, dataset, 1)
  const { features, probabilities } = classifier.read(dataset.test.images)
  expect([features.count, probabilities.length]).toEqual([5, 50])
  expect(features.values.every(Number.isFinite)).toBe(true)
  engine.dispose()
})
