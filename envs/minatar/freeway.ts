import type { Rng } from '../../core/rng.ts'
import { palette } from '../palette.ts'
import { action, at, cells, size, type Channel, type Game } from './game.ts'

export const freewayChannels: readonly Channel[] = [
  { name: 'chicken', color: palette.orange },
  { name: 'car', color: palette.ink },
  { name: 'trail: every 2nd frame', color: palette.red },
  { name: 'trail: every 3rd frame', color: palette.green },
  { name: 'trail: every 4th frame', color: palette.blue },
  { name: 'trail: every 5th frame', color: palette.sky },
  { name: 'trail: every 6th frame', color: palette.faint },
]

const bottom = size - 1
const column = 4
/** Rows 1 to 8, a car in each. */
const cars = 8
const reload = 3
const timeLimit = 2500

/**
 * # MinAtar Freeway
 *
 * A chicken crosses eight lanes of traffic, again and again (Young and Tian 2019).
 *
 * Observation: chicken; car; five trails behind the cars, by how often a car moves: every 2nd, 3rd, … 6th frame. Minimal
 * actions: no-op, up, down. Reward: 1 for reaching the top row, from where the chicken goes back to the bottom and all
 * cars get new speeds. A car that touches it puts it back as well. Start: the chicken at the bottom, all cars in column 0
 * with random directions and speeds. End: after 2,501 frames (`terminated`: the chicken does not see the time).
 *
 * The chicken moves at most every third frame. Cars leave at one side and come in at the other. Difficulty ramping changes
 * nothing here.
 */
export class Freeway implements Game {
  readonly channels = freewayChannels
  readonly minimalActions = [action.none, action.up, action.down]
  over = false
  private y = 0
  private untilMove = 0
  private timeLeft = 0
  private readonly x = new Int32Array(cars)
  private readonly until = new Int32Array(cars)
  /** 1 to 5: a car rests as many frames between two moves. */
  private readonly rest = new Int32Array(cars)
  private readonly direction = new Int32Array(cars)

  start(rng: Rng): void {
    this.y = bottom
    this.untilMove = reload
    this.timeLeft = timeLimit
    this.over = false
    this.x.fill(0)
    this.drawSpeeds(rng)
  }

  advance(chosen: number, rng: Rng): number {
    let reward = 0
    if (this.untilMove === 0 && (chosen === action.up || chosen === action.down)) {
      this.untilMove = reload
      this.y = chosen === action.up ? Math.max(this.y - 1, 0) : Math.min(this.y + 1, bottom)
    }
    if (this.y === 0) {
      reward = 1
      this.drawSpeeds(rng)
      this.y = bottom
    }
    for (let car = 0; car < cars; car++) {
      const touches = this.y === car + 1
      if (touches && this.x[car] === column) this.y = bottom
      if (this.until[car]! > 0) {
        this.until[car]!--
        continue
      }
      this.until[car] = this.rest[car]!
      this.x[car] = (this.x[car]! + this.direction[car]! + size) % size
      if (touches && this.x[car] === column) this.y = bottom
    }
    if (this.untilMove > 0) this.untilMove--
    this.timeLeft--
    this.over = this.timeLeft < 0
    return reward
  }

  draw(planes: Uint8Array): void {
    planes[at(column, this.y)] = 1
    for (let car = 0; car < cars; car++) {
      const x = this.x[car]!
      planes[cells + at(x, car + 1)] = 1
      const behind = (x - this.direction[car]! + size) % size
      planes[(this.rest[car]! + 1) * cells + at(behind, car + 1)] = 1
    }
  }

  save(): Int32Array {
    const { y, untilMove, timeLeft, over } = this
    return Int32Array.of(
      ...[y, untilMove, timeLeft, Number(over)],
      ...[...this.x, ...this.until, ...this.rest, ...this.direction],
    )
  }

  load(state: Int32Array): void {
    const [y, untilMove, timeLeft, over] = state
    Object.assign(this, { y, untilMove, timeLeft, over: over === 1 })
    for (const [i, list] of [this.x, this.until, this.rest, this.direction].entries())
      list.set(state.subarray(4 + i * cars, 4 + (i + 1) * cars))
  }

  private drawSpeeds(rng: Rng): void {
    for (let car = 0; car < cars; car++) {
      this.rest[car] = this.until[car] = 1 + rng.int(5)
      this.direction[car] = 2 * rng.int(2) - 1
    }
  }
}
