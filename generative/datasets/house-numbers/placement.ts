import type { Rng } from '../../../core/rng.ts'

/** From a plane on the wall to the picture, both in pixels of the picture from its middle. */
export type Projection = (x: number, y: number) => readonly [x: number, y: number]

/**
 * A view by chance: turned a little, sheared, seen from a side. Sines and cosines are rational in the tangent of half the
 * angle, so that nothing but + − × ÷ decides a bit.
 */
export function drawProjection(rng: Rng, size: number): Projection {
  const spread = (most: number): number => (rng.float() + rng.float() + rng.float() - 1.5) * (most / 1.5)
  const half = spread(0.11)
  const [cosine, sine] = [(1 - half * half) / (1 + half * half), (2 * half) / (1 + half * half)]
  const shear = spread(0.22)
  const squeeze = 1 + spread(0.16)
  const [tiltX, tiltY] = [spread(0.5) / size, spread(0.3) / size]
  const [moveX, moveY] = [spread(0.07) * size, spread(0.06) * size]
  const middle = size / 2
  return (x, y) => {
    const wide = x * squeeze + shear * y
    const [turnedX, turnedY] = [cosine * wide - sine * y, sine * wide + cosine * y]
    const depth = 1 + tiltX * turnedX + tiltY * turnedY
    return [middle + moveX + turnedX / depth, middle + moveY + turnedY / depth]
  }
}
