import fc from 'fast-check'
import { expect, test } from 'vitest'
import { histogramOf } from '../../../../runner/run/loggers/histogram.ts'

test('counts values between edges of equal width, right edges included', () => {
  expect(histogramOf([0, 1, 2, 3, 4], 4)).toEqual({
    ...{ min: 0, max: 4, count: 5, sum: 10, sumOfSquares: 30 },
    edges: [1, 2, 3, 4],
    counts: [2, 1, 1, 1],
  })
})

test('a single value is one bucket; what is not finite is left out; nothing gives nothing', () => {
  expect(histogramOf([7, 7, 7])).toMatchObject({ min: 7, max: 7, edges: [7], counts: [3] })
  expect(histogramOf([-2.5e-323, 5.4e-323])).toMatchObject({ edges: [5.4e-323], counts: [2] })
  expect(histogramOf([NaN, 1, Infinity, 3, -Infinity], 2)).toMatchObject({ count: 2, edges: [2, 3], counts: [1, 1] })
  expect(histogramOf([NaN])).toBeUndefined()
  expect(histogramOf([])).toBeUndefined()
})

test('every finite value is counted once, between the edges where it lies', () => {
  const whole = fc.array(fc.integer({ min: 0, max: 500 }), { maxLength: 30 })
  fc.assert(
    fc.property(fc.oneof(fc.array(fc.double()), whole), (values) => {
      const finite = values.filter(Number.isFinite)
      const found = histogramOf(values)
      if (finite.length === 0) return found === undefined
      const { edges, counts, count, max } = found!
      expect(counts).toEqual(
        edges.map((edge, i) => finite.filter((v) => v <= edge && (i === 0 || v > edges[i - 1]!)).length),
      )
      expect(counts.reduce((sum, n) => sum + n, 0)).toBe(finite.length)
      expect(count).toBe(finite.length)
      expect(edges.at(-1)).toBe(max)
      return edges.every((edge, i) => i === 0 || edge > edges[i - 1]!)
    }),
  )
})
