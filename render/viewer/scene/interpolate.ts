import type { Scene, SceneItem } from '../../../core/scene.ts'

/** What has moved further than this share of the picture has not glided: it was put there. */
const farthest = 0.35

/** The scene a share `t` (0 … 1) of the way from one to the next: items of one id and kind glide, all others are the next's. */
export function interpolate(before: Scene, after: Scene, t: number): Scene {
  if (t >= 1 || before.width !== after.width || before.height !== after.height) return after
  const earlier = new Map<string, SceneItem>()
  for (const item of before.items) if (item.id !== undefined) earlier.set(item.id, item)
  if (earlier.size === 0) return after
  const reach = farthest * Math.max(after.width, after.height)
  return { ...after, items: after.items.map((item) => between(earlier.get(item.id ?? ''), item, t, reach)) }
}

/** Something in the scene can glide. */
export function canGlide(before: Scene, after: Scene): boolean {
  const ids = new Set(before.items.map((item) => item.id))
  return after.items.some((item) => item.id !== undefined && ids.has(item.id))
}

function between(before: SceneItem | undefined, after: SceneItem, t: number, reach: number): SceneItem {
  if (before === undefined) return after
  const mix = (a: number, b: number): number => a + (b - a) * t
  const near = (a: { x: number; y: number }, b: { x: number; y: number }): boolean =>
    Math.hypot(b.x - a.x, b.y - a.y) <= reach
  switch (after.kind) {
    case 'rect':
      if (before.kind !== 'rect' || !near(before, after)) return after
      return {
        ...after,
        x: mix(before.x, after.x),
        y: mix(before.y, after.y),
        width: mix(before.width, after.width),
        height: mix(before.height, after.height),
      }
    case 'circle':
      if (before.kind !== 'circle' || !near(before, after)) return after
      return {
        ...after,
        x: mix(before.x, after.x),
        y: mix(before.y, after.y),
        radius: mix(before.radius, after.radius),
      }
    case 'line':
    case 'polygon': {
      if (before.kind !== after.kind || before.points.length !== after.points.length) return after
      const moved = after.points.some((value, i) => Math.abs(value - before.points[i]!) > reach)
      return moved ? after : { ...after, points: after.points.map((value, i) => mix(before.points[i]!, value)) }
    }
    case 'text':
      if (before.kind !== 'text' || !near(before, after)) return after
      return { ...after, x: mix(before.x, after.x), y: mix(before.y, after.y) }
    case 'pixels':
      if (before.kind !== 'pixels' || !near(before, after)) return after
      return { ...after, x: mix(before.x, after.x), y: mix(before.y, after.y) }
    case 'sprite': {
      if (before.kind !== 'sprite' || !near(before, after)) return after
      const [from, to] = [before.angle ?? 0, after.angle ?? 0]
      // The shorter way round.
      const turn = Math.atan2(Math.sin(to - from), Math.cos(to - from))
      return {
        ...after,
        x: mix(before.x, after.x),
        y: mix(before.y, after.y),
        angle: from + turn * t,
        scale: mix(before.scale ?? 1, after.scale ?? 1),
      }
    }
  }
}
