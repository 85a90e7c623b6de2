import { expect, test } from 'vitest'
import { createRng } from '../../core/index.ts'
import { heNormal, orthogonal, uniformFanIn } from '../../engine/initializers.ts'

const moments = (values: Float32Array): { mean: number; variance: number; kurtosis: number } => {
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length
  const central = (power: number): number => values.reduce((sum, x) => sum + (x - mean) ** power, 0) / values.length
  return { mean, variance: central(2), kurtosis: central(4) / central(2) ** 2 }
}

test("He's normal is not truncated: variance 2 / fan-in, kurtosis 3", () => {
  const { mean, variance, kurtosis } = moments(heNormal(createRng(3), [1000, 200], 50))
  expect(mean).toBeCloseTo(0, 2)
  expect(variance / (2 / 50)).toBeGreaterThan(0.98)
  expect(variance / (2 / 50)).toBeLessThan(1.02)
  expect(kurtosis).toBeGreaterThan(2.9)
  expect(kurtosis).toBeLessThan(3.1)
})

test("DQN Zoo's uniform fills ±1/√fan-in", () => {
  const values = uniformFanIn(createRng(4), [1000, 20], 16)
  expect(Math.max(...values)).toBeLessThanOrEqual(0.25)
  expect(Math.max(...values)).toBeGreaterThan(0.249)
  expect(Math.min(...values)).toBeLessThan(-0.249)
  expect(moments(values).variance).toBeCloseTo(0.25 ** 2 / 3, 3)
})

test.each([
  ['dense, wide', [5, 12]],
  ['dense, tall', [12, 5]],
  ['convolution', [8, 3, 2, 2]],
])('orthogonal (%s): the shorter side is orthonormal, times the gain', (_, shape) => {
  const values = orthogonal(Math.SQRT2)(createRng(5), shape, 0)
  const rows = shape[0]!
  const columns = values.length / rows
  const [count, length] = [Math.min(rows, columns), Math.max(rows, columns)]
  const at = (vector: number, k: number): number =>
    rows <= columns ? values[vector * columns + k]! : values[k * columns + vector]!
  for (let i = 0; i < count; i++) {
    for (let j = 0; j <= i; j++) {
      let product = 0
      for (let k = 0; k < length; k++) product += at(i, k) * at(j, k)
      expect(product).toBeCloseTo(i === j ? 2 : 0, 5)
    }
  }
})
