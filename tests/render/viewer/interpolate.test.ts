import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import type { Scene, SceneItem } from '../../../core/scene.ts'
import { densities } from '../../../render/viewer/panels/densities.ts'
import { canGlide, interpolate } from '../../../render/viewer/scene/interpolate.ts'

const scene = (...items: SceneItem[]): Scene => ({ width: 100, height: 100, background: '#fff', items })
const ball = (x: number, id = 'ball'): SceneItem => ({ kind: 'circle', id, x, y: 0, radius: 1 })

describe('interpolation', () => {
  it('moves what has the same id and kind, and nothing else', () => {
    const before = scene(ball(0), ball(0, 'other'), { kind: 'rect', x: 0, y: 0, width: 4, height: 4 })
    const after = scene(ball(10), ball(10, 'new'), { kind: 'rect', x: 8, y: 0, width: 4, height: 4 })
    expect(interpolate(before, after, 0.25).items).toMatchObject([{ x: 2.5 }, { x: 10 }, { x: 8 }])
    expect(canGlide(before, after)).toBe(true)
    expect(canGlide(scene(ball(0)), scene(ball(0, 'new')))).toBe(false)
    expect(interpolate(before, after, 1)).toBe(after)
  })

  it('turns the shorter way, and does not glide across the picture', () => {
    const turned = (angle: number): SceneItem => ({ kind: 'sprite', id: 'pole', x: 0, y: 0, angle, items: [] })
    const [half] = interpolate(scene(turned(3)), scene(turned(-3)), 0.5).items
    expect(Math.abs((half as { angle: number }).angle)).toBeCloseTo(Math.PI, 5)
    expect(interpolate(scene(ball(0)), scene(ball(90)), 0.5).items).toMatchObject([{ x: 90 }])
  })

  it('goes over at its ends, whatever the items', () => {
    const number = fc.float({ min: 0, max: 30, noNaN: true })
    const item = fc.oneof(
      fc.record({
        kind: fc.constant('rect' as const),
        id: fc.constantFrom('a', 'b'),
        x: number,
        y: number,
        width: number,
        height: number,
      }),
      fc.record({
        kind: fc.constant('line' as const),
        id: fc.constantFrom('a', 'b'),
        points: fc.array(number, { maxLength: 4 }),
        stroke: fc.constant({ color: '#000', width: 1 }),
      }),
    )
    const any = fc.array(item, { maxLength: 4 }).map((items) => scene(...items))
    fc.assert(
      fc.property(any, any, fc.float({ min: 0, max: 1, noNaN: true }), (a, b, t) => {
        expect(interpolate(a, b, 1)).toEqual(b)
        const between = interpolate(a, b, t)
        expect(between.items.map(({ kind, id }) => [kind, id])).toEqual(b.items.map(({ kind, id }) => [kind, id]))
      }),
    )
  })
})

describe('densities', () => {
  it('keep probabilities on their support, and count quantiles', () => {
    const known = densities([0.25, 0.75, 0.5, 0.5], 2, [-1, 1])
    expect(known.range).toEqual([-1, 1])
    expect([...known.of(1)]).toEqual([0.5, 0.5])
    const counted = densities([0, 0, 0, 4, 1, 2, 3, 4], 2, null)
    expect(counted.range).toEqual([0, 4])
    expect(counted.of(0)[0]).toBe(0.75)
    expect(counted.of(1).reduce((a, b) => a + b)).toBeCloseTo(1)
  })
})
