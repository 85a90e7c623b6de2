import type { Color } from '../../core/scene.ts'
import type { Rng } from '../../core/rng.ts'

/** Every MinAtar board has 10 rows and 10 columns. */
export const size = 10
/** Cells of one channel. */
export const cells = size * size

/** One plane of the observation. */
export interface Channel {
  readonly name: string
  /** In pictures. */
  readonly color: Color
}

/** The six actions of every game, by number. */
export const actionNames = ['no-op', 'left', 'up', 'right', 'down', 'fire'] as const
export const action = { none: 0, left: 1, up: 2, right: 3, down: 4, fire: 5 } as const

export interface GameOptions {
  /** The game becomes harder as it goes on, where it can. */
  readonly difficultyRamping: boolean
}

/** The rules of one game; `MinAtar` makes an environment of them. */
export interface Game {
  readonly channels: readonly Channel[]
  /** Actions (0 to 5) that do something in this game. */
  readonly minimalActions: readonly number[]
  /** The episode has ended. */
  readonly over: boolean
  /** Starts an episode. */
  start(rng: Rng): void
  /** One frame with one of the six actions; returns the reward. */
  advance(chosen: number, rng: Rng): number
  /** Sets ones in zeroed planes: channels × 10 × 10. */
  draw(planes: Uint8Array): void
  /** The whole state, `over` included. */
  save(): Int32Array
  load(state: Int32Array): void
}

/** Index of a cell in a plane. */
export const at = (x: number, y: number): number => y * size + x

export const inside = (x: number): boolean => x >= 0 && x < size

export const clamp = (x: number, low: number, high: number): number => (x < low ? low : x > high ? high : x)
