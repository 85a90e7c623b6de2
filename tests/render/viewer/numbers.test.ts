import { expect, it } from 'vitest'
import { count, format, shortly } from '../../../render/viewer/numbers.ts'

it('numbers are short, and small ones are not nothing', () => {
  expect([0, 1.5, -0.25, 123.456, 4321.5, 0.001, -0.00002, NaN].map(format)).toEqual([
    ...['0.00', '1.50', '−0.250', '123.5', '4322', '0.001', '−2.0e−5', '–'],
  ])
  expect(count(12345)).toBe('12,345')
})

it('ticks of an axis tell themselves apart, however close to zero they are', () => {
  expect([0, -0.0002, 0.0005, 0.1 + 0.2, 2.5, 1000, 12_500, 2.5e6].map(shortly)).toEqual([
    ...['0', '−0.0002', '0.0005', '0.3', '2.5', '1000', '12.5k', '2.5M'],
  ])
})
