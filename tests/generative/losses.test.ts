import { expect, test } from 'vitest'
import { tf } from '../../engine/index.ts'
import { discriminatorLoss, generatorLoss, gradientPenalty, type GanLoss } from '../../generative/losses.ts'

const value = (loss: () => tf.Tensor): number => tf.tidy(() => loss().dataSync()[0]!)
const of = (...logits: number[]): tf.Tensor => tf.tensor(logits, [logits.length, 1])
const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x))

// Worked by hand: of logits 1, −2 on real pictures and 0.5, 3 on made ones.
const real = [1, -2]
const made = [0.5, 3]
const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length
const crossEntropy = (logits: readonly number[], label: number): number =>
  mean(logits.map((x) => -label * Math.log(sigmoid(x)) - (1 - label) * Math.log(1 - sigmoid(x))))

test.each<[GanLoss, number, number]>([
  ['non-saturating', crossEntropy(real, 0.9) + crossEntropy(made, 0), crossEntropy(made, 1)],
  ['minimax', crossEntropy(real, 0.9) + crossEntropy(made, 0), mean(made.map((x) => Math.log(1 - sigmoid(x))))],
  ['least-squares', 0.5 * (mean([0, 9]) + mean([0.25, 9])), 0.5 * mean([0.25, 4])],
  ['hinge', mean([0, 3]) + mean([1.5, 4]), -1.75],
  ['wasserstein', 1.75 - -0.5, -1.75],
])('%s', async (loss, ofDiscriminator, ofGenerator) => {
  await tf.setBackend('cpu')
  const smoothing = loss === 'non-saturating' || loss === 'minimax' ? 0.1 : 0
  expect(value(() => discriminatorLoss(of(...real), of(...made), smoothing, loss))).toBeCloseTo(ofDiscriminator, 5)
  expect(value(() => generatorLoss(of(...made), loss))).toBeCloseTo(ofGenerator, 5)
})

test('at even odds the sigmoid losses are 2 ln 2 and ln 2, and huge logits overflow nowhere', async () => {
  await tf.setBackend('cpu')
  expect(value(() => discriminatorLoss(of(0), of(0), 0))).toBeCloseTo(2 * Math.LN2, 6)
  expect(value(() => generatorLoss(of(0)))).toBeCloseTo(Math.LN2, 6)
  expect(value(() => discriminatorLoss(of(-1e4), of(1e4), 0))).toBeCloseTo(2e4, 0)
})

test('a gradient of norm 1 costs nothing, and one of nought costs 1', async () => {
  await tf.setBackend('cpu')
  const gradient = (...rows: number[][]) => tf.tensor(rows.flat(), [rows.length, 1, 2, 1])
  expect(value(() => gradientPenalty(gradient([0.6, 0.8])))).toBeCloseTo(0, 6)
  expect(value(() => gradientPenalty(gradient([0, 0], [3, 4])))).toBeCloseTo((1 + 16) / 2, 4)
})
