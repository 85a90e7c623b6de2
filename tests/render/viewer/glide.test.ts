import { describe, expect, it } from 'vitest'
import type { Scene } from '../../../core/scene.ts'
import { createGlide } from '../../../render/viewer/scene/glide.ts'

const at = (x: number): Scene => ({
  ...{ width: 1000, height: 100, background: '#fff' },
  items: [{ kind: 'circle', id: 'cart', x, y: 0, radius: 1 }],
})
const placeOf = (scene: Scene | undefined): number => (scene!.items[0] as { x: number }).x

describe('gliding', () => {
  it('is at rest before the second scene, and at its end after a quarter more than its time', () => {
    const glide = createGlide()
    expect(glide.at(0)).toBeUndefined()
    glide.to(at(0), 0, 20)
    expect(placeOf(glide.at(5))).toBe(0)
    expect(glide.isOver(5)).toBe(true)
    glide.to(at(10), 100, 20)
    expect(placeOf(glide.at(90))).toBe(0)
    expect(placeOf(glide.at(112.5))).toBeCloseTo(5, 10)
    expect(glide.isOver(124)).toBe(false)
    expect([placeOf(glide.at(125)), glide.isOver(125)]).toEqual([10, true])
  })

  it('is never more than a step and a quarter behind, though nobody draws', () => {
    const glide = createGlide()
    for (let step = 0; step < 500; step++) {
      glide.to(at(step), 20 * step, 20)
      expect(step - placeOf(glide.at(20 * step))).toBeLessThanOrEqual(1.25 + 1e-9)
    }
  })
})
