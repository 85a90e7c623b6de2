import { palette } from '../palette.ts'
import { action, at, cells, size, type Channel, type Game, type GameOptions } from './game.ts'

export const spaceInvadersChannels: readonly Channel[] = [
  { name: 'cannon', color: palette.blue },
  { name: 'alien', color: palette.green },
  { name: 'alien moving left', color: palette.sky },
  { name: 'alien moving right', color: palette.sand },
  { name: 'own bullet', color: palette.orange },
  { name: 'alien bullet', color: palette.red },
]

const bottom = size - 1
/** Frames. */
const [ownReload, alienReload, slowest, fastestWave] = [5, 10, 12, 6]

/**
 * # MinAtar Space Invaders
 *
 * A cannon on the bottom row shoots at a block of aliens that comes down (Young and Tian 2019).
 *
 * Observation: cannon; alien; alien moving left, alien moving right (one of them at every alien); own bullet; alien
 * bullet. Minimal actions: no-op, left, right, fire. Reward: 1 an alien. Start: the cannon in column 5, 4 × 6 aliens in
 * the top rows, going left. End: a bullet or an alien reaches the cannon, or an alien would go below the bottom row.
 *
 * Bullets move one cell a frame; the cannon reloads in 5 frames. Aliens step every 12 frames, or as many frames as aliens
 * are left if fewer; at a wall they step down and turn. Every 10 frames the lowest alien of the column nearest to the
 * cannon shoots. A cleared wave is followed by another; with difficulty ramping one frame faster, down to 6.
 */
export class SpaceInvaders implements Game {
  readonly channels = spaceInvadersChannels
  readonly minimalActions = [action.none, action.left, action.right, action.fire]
  over = false
  private cannon = 0
  private direction = -1
  /** Frames between two steps of a full wave. */
  private interval = 0
  private untilStep = 0
  private untilAlienShot = 0
  private untilOwnShot = 0
  private left = 0
  private readonly aliens = new Uint8Array(cells)
  private readonly own = new Uint8Array(cells)
  private readonly theirs = new Uint8Array(cells)
  private readonly ramping: boolean

  constructor({ difficultyRamping }: GameOptions) {
    this.ramping = difficultyRamping
  }

  start(): void {
    this.cannon = 5
    this.direction = -1
    this.interval = this.untilStep = slowest
    this.untilAlienShot = alienReload
    this.untilOwnShot = 0
    this.over = false
    this.own.fill(0)
    this.theirs.fill(0)
    this.newWave()
  }

  advance(chosen: number): number {
    const { aliens, own, theirs } = this
    if (chosen === action.fire && this.untilOwnShot === 0) {
      own[at(this.cannon, bottom)] = 1
      this.untilOwnShot = ownReload
    } else if (chosen === action.left) this.cannon = Math.max(this.cannon - 1, 0)
    else if (chosen === action.right) this.cannon = Math.min(this.cannon + 1, size - 1)

    own.copyWithin(0, size)
    own.fill(0, cells - size)
    theirs.copyWithin(size, 0)
    theirs.fill(0, 0, size)
    const cannon = at(this.cannon, bottom)
    if (theirs[cannon] === 1 || aliens[cannon] === 1) this.over = true

    if (this.untilStep === 0) {
      this.untilStep = Math.min(this.left, this.interval)
      this.stepAliens()
      if (aliens[cannon] === 1) this.over = true
    }
    if (this.untilAlienShot === 0) {
      this.untilAlienShot = alienReload
      const from = this.nearestAlien()
      if (from >= 0) theirs[from] = 1
    }

    let reward = 0
    for (let i = 0; i < cells; i++) {
      if ((aliens[i]! & own[i]!) === 0) continue
      aliens[i] = own[i] = 0
      this.left--
      reward++
    }
    if (this.untilOwnShot > 0) this.untilOwnShot--
    this.untilStep--
    this.untilAlienShot--
    if (this.left === 0) {
      if (this.ramping && this.interval > fastestWave) this.interval--
      this.newWave()
    }
    return reward
  }

  draw(planes: Uint8Array): void {
    planes[at(this.cannon, bottom)] = 1
    planes.set(this.aliens, cells)
    planes.set(this.aliens, (this.direction < 0 ? 2 : 3) * cells)
    planes.set(this.own, 4 * cells)
    planes.set(this.theirs, 5 * cells)
  }

  save(): Int32Array {
    const { cannon, direction, interval, untilStep, untilAlienShot, untilOwnShot, over } = this
    return Int32Array.of(
      ...[cannon, direction, interval, untilStep, untilAlienShot, untilOwnShot, Number(over)],
      ...[...this.aliens, ...this.own, ...this.theirs],
    )
  }

  load(state: Int32Array): void {
    const [cannon, direction, interval, untilStep, untilAlienShot, untilOwnShot, over] = state
    Object.assign(this, { cannon, direction, interval, untilStep, untilAlienShot, untilOwnShot, over: over === 1 })
    for (const [i, board] of [this.aliens, this.own, this.theirs].entries())
      board.set(state.subarray(7 + i * cells, 7 + (i + 1) * cells))
    this.left = this.aliens.reduce((sum, alien) => sum + alien, 0)
  }

  private newWave(): void {
    this.aliens.fill(0)
    for (let y = 0; y < 4; y++) this.aliens.fill(1, at(2, y), at(8, y))
    this.left = 24
  }

  private stepAliens(): void {
    const { aliens, direction } = this
    const wall = direction < 0 ? 0 : size - 1
    let atWall = false
    for (let y = 0; y < size; y++) if (aliens[at(wall, y)] === 1) atWall = true
    if (!atWall) {
      // No alien stands at the wall ahead, so none wraps into another row.
      if (direction < 0) aliens.copyWithin(0, 1)
      else aliens.copyWithin(1, 0)
      for (let y = 0; y < size; y++) aliens[at(size - 1 - wall, y)] = 0
      return
    }
    this.direction = -direction
    for (let x = 0; x < size; x++) if (aliens[at(x, bottom)] === 1) this.over = true
    aliens.copyWithin(size, 0)
    aliens.fill(0, 0, size)
  }

  /** The lowest alien of the column nearest to the cannon, or −1. */
  private nearestAlien(): number {
    for (let distance = 0; distance < size; distance++)
      for (let side = -1; side <= 1; side += 2) {
        const x = this.cannon + side * distance
        if (x < 0 || x >= size) continue
        for (let y = bottom; y >= 0; y--) if (this.aliens[at(x, y)] === 1) return at(x, y)
      }
    return -1
  }
}
