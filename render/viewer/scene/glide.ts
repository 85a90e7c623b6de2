import type { Scene } from '../../../core/scene.ts'
import { interpolate } from './interpolate.ts'

/** The way from one scene to the next as a function of time alone: a page that draws seldom is not left behind. */
export interface Glide {
  /** The scene at a time in milliseconds; undefined before the first. */
  at(now: number): Scene | undefined
  /** Goes over from wherever it is to another scene, in so many milliseconds. */
  to(scene: Scene, now: number, milliseconds: number): void
  /** Nothing moves any more. */
  isOver(now: number): boolean
}

/** A little longer than it takes: the next way begins from wherever this one is, and nothing ever stands still. */
const stretch = 1.25

export function createGlide(): Glide {
  let [before, after]: (Scene | undefined)[] = []
  let [began, lasts] = [0, 0]
  const at = (now: number): Scene | undefined => {
    if (before === undefined || after === undefined || lasts === 0) return after
    return interpolate(before, after, Math.min(1, Math.max(0, (now - began) / lasts)))
  }
  return {
    at,
    to(scene, now, milliseconds) {
      before = at(now)
      after = scene
      began = now
      lasts = milliseconds * stretch
    },
    isOver: (now) => before === undefined || now - began >= lasts,
  }
}
