import { describe, expect, it } from 'vitest'
import { createSaliency } from '../../../runner/watch/saliency.ts'
import { createSpread } from '../../../runner/watch/spread.ts'
import { spaces } from '../../../envs/index.ts'
import { layoutOf } from '../../../runner/watch/layout.ts'

/** Σ wᵢ xᵢ of each observation. */
const linear =
  (weights: ArrayLike<number>) =>
  (all: ArrayLike<number>, lanes: number): Float32Array =>
    Float32Array.from({ length: lanes }, (_, lane) => {
      let sum = 0
      for (let i = 0; i < weights.length; i++) sum += weights[i]! * all[lane * weights.length + i]!
      return sum
    })

describe('saliency', () => {
  it('of a vector is |weight| times the standard deviation', () => {
    const weights = [2, -3, 0, 1, 0.5]
    const spread = createSpread()
    for (const x of [-1, 1]) spread.add(Float32Array.of(x, x, x, 10 * x, 0))
    const job = createSaliency({
      layout: { kind: 'vector', length: 5 },
      observation: Float32Array.of(1, 2, 3, 4, 5),
      spread: spread.deviation(),
      worth: linear(weights),
    })
    while (!job.go());
    // Of −1 and 1, by n − 1: √2.
    const expected = [2 * Math.SQRT2, 3 * Math.SQRT2, 0, 10 * Math.SQRT2, 0.0005]
    expected.forEach((value, i) => expect(job.values[i]).toBeCloseTo(value, 3))
  })

  it('of a small image is what each pixel adds, in all planes', () => {
    const weights = Float32Array.from({ length: 50 }, (_, i) => i)
    const observation = Uint8Array.from({ length: 50 }, (_, i) => (i % 3 === 0 ? 1 : 0))
    const job = createSaliency({
      layout: { kind: 'planes', planes: 2, rows: 5, columns: 5, top: 1, stacked: false },
      observation,
      spread: new Float32Array(50),
      worth: linear(weights),
    })
    while (!job.go());
    for (let i = 0; i < 25; i++)
      expect(job.values[i]).toBe(observation[i]! * weights[i]! + observation[i + 25]! * weights[i + 25]!)
  })

  it('of a large image finds the place that counts, and leaves even ground alone', () => {
    const observation = new Uint8Array(84 * 84).fill(100)
    const weights = new Float32Array(84 * 84)
    // A bright dot in the cell of row 3, column 9 of a grid of 14.
    observation[20 * 84 + 57] = 255
    weights.fill(1)
    weights[20 * 84 + 57] = 50
    const job = createSaliency({
      layout: { kind: 'planes', planes: 1, rows: 84, columns: 84, top: 255, stacked: true },
      observation,
      spread: new Float32Array(0),
      worth: linear(weights),
    })
    while (!job.go());
    expect([job.rows, job.columns]).toEqual([14, 14])
    expect(job.values.indexOf(Math.max(...job.values))).toBe(3 * 14 + 9)
    expect(job.values[0]).toBe(0)
  })
})

describe('layouts', () => {
  const layout = (shape: number[]) => layoutOf(spaces.box({ low: 0, high: 255, shape, dtype: 'uint8' }))
  it('are read as the networks read them', () => {
    expect(layout([4, 84, 84])).toMatchObject({ kind: 'planes', planes: 4, rows: 84, columns: 84, top: 255 })
    expect(layout([210, 160, 3])).toMatchObject({ kind: 'pixels', pictures: 1, rows: 210, columns: 160, channels: 3 })
    expect(layout([4, 210, 160, 3])).toMatchObject({ kind: 'pixels', pictures: 4, channels: 3 })
    expect(layout([10, 5])).toMatchObject({ kind: 'planes', planes: 1, rows: 10, columns: 5 })
    expect(layout([8])).toEqual({ kind: 'vector', length: 8 })
    expect(layoutOf(spaces.discrete(4))).toBeNull()
  })
})
