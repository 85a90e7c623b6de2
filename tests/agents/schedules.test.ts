import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { boundedSchedule, createSchedule, scheduleSchema, type ScheduleConfig } from '../../agents/schedules.ts'

const at = (config: unknown, steps: number, times: number[]) =>
  times.map(createSchedule(scheduleSchema.parse(config), steps))

describe('schedules', () => {
  it('reads a bare number as a constant', () => {
    expect(at(0.3, 100, [0, 50, 1000])).toEqual([0.3, 0.3, 0.3])
    expect(at({ kind: 'constant', value: 2 }, 100, [0, 7])).toEqual([2, 2])
  })

  it('moves in a straight line over a share of the run, then stays', () => {
    const config = { kind: 'linear', from: 1, to: 0.1, over: '10%' }
    expect(at(config, 10_000, [0, 500, 1000, 9999])).toEqual([1, 0.55, 0.1, 0.1])
  })

  it('waits before it moves', () => {
    const config = { kind: 'linear', from: 1, to: 0, over: 100, after: 50 }
    expect(at(config, 1000, [0, 50, 100, 150, 151])).toEqual([1, 1, 0.5, 0, 0])
  })

  it('falls by 1/e of the distance in a time constant', () => {
    const [start, one, two] = at({ kind: 'exponential', from: 1, to: 0.2, timeConstant: 100 }, 0, [0, 100, 200])
    expect(start).toBe(1)
    expect(one).toBeCloseTo(0.2 + 0.8 * 0.36787944117144233, 12)
    expect(two).toBeCloseTo(0.2 + 0.8 * 0.1353352832366127, 12)
  })

  it('goes through its points, jumps where two share a step, and is constant outside', () => {
    const config = {
      kind: 'piecewise',
      points: [
        [10, 1],
        ['50%', 0.5],
        [50, 0.25],
        [100, 0],
      ],
    }
    expect(at(config, 100, [0, 10, 30, 49.999999, 50, 75, 100, 200]).map((x) => Math.round(x * 1e6) / 1e6)).toEqual([
      1, 1, 0.75, 0.5, 0.25, 0.125, 0, 0,
    ])
  })

  it('has no division by zero where a duration is zero', () => {
    expect(at({ kind: 'linear', from: 1, to: 0.1, over: 0 }, 100, [0, 1])).toEqual([0.1, 0.1])
    expect(at({ kind: 'exponential', from: 1, to: 0.1, timeConstant: 0 }, 100, [0, 1])).toEqual([1, 0.1])
  })

  it('never leaves the range of its values', () => {
    const value = fc.double({ min: -5, max: 5, noNaN: true })
    const duration = fc.oneof(
      fc.nat(1000),
      fc.integer({ min: 0, max: 100 }).map((n) => `${n}%`),
    )
    const config: fc.Arbitrary<ScheduleConfig> = fc.oneof(
      fc.record({ kind: fc.constant('linear' as const), from: value, to: value, over: duration }),
      fc.record({ kind: fc.constant('exponential' as const), from: value, to: value, timeConstant: duration }),
      fc.record({
        kind: fc.constant('piecewise' as const),
        points: fc.array(fc.tuple(duration, value), { minLength: 1, maxLength: 6 }),
      }),
    )
    fc.assert(
      fc.property(config, fc.nat(3000), (c, step) => {
        const values =
          typeof c === 'number'
            ? [c]
            : c.kind === 'piecewise'
              ? c.points.map((p) => p[1])
              : c.kind === 'constant'
                ? [c.value]
                : [c.from, c.to]
        const got = createSchedule(c, 1000)(step)
        expect(got).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12)
        expect(got).toBeLessThanOrEqual(Math.max(...values) + 1e-12)
      }),
    )
  })

  it('refuses unknown kinds, unknown keys, bad durations and values out of bounds', () => {
    const epsilon = boundedSchedule(0, 1)
    expect(epsilon.safeParse({ kind: 'linear', from: 1, to: 0, over: '30%' }).success).toBe(true)
    for (const bad of [
      { kind: 'cosine', from: 1, to: 0 },
      { kind: 'linear', from: 1, to: 0, over: 10, untill: 3 },
      { kind: 'linear', from: 1, to: 0, over: '30 steps' },
      { kind: 'linear', from: 1, to: 0, over: -1 },
      { kind: 'piecewise', points: [] },
      { kind: 'linear', from: 2, to: 0, over: 10 },
      1.5,
      'fast',
    ]) {
      expect(epsilon.safeParse(bad).success, JSON.stringify(bad)).toBe(false)
    }
  })
})
