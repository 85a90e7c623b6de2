import type { Rng } from '../../core/rng.ts'
import { palette } from '../palette.ts'
import { action, at, cells, clamp, inside, size, type Channel, type Game, type GameOptions } from './game.ts'

export const asterixChannels: readonly Channel[] = [
  { name: 'player', color: palette.blue },
  { name: 'enemy', color: palette.red },
  { name: 'trail', color: palette.faint },
  { name: 'gold', color: palette.orange },
]

/** Rows 1 to 8, at most one thing in each. */
const rows = 8
const rampEvery = 100
const [free, enemy, gold] = [0, 1, 2]

/**
 * # MinAtar Asterix
 *
 * A player gathers gold and avoids enemies that cross the board (Young and Tian 2019).
 *
 * Observation: player; enemy; trail (the cell behind everything that moves); gold. Minimal actions: no-op, left, up,
 * right, down. Reward: 1 a piece of gold. Start: the player in the middle of an empty board. The player stays in rows 1 to
 * 8. End: an enemy touches the player.
 *
 * At first every 10 frames something comes in at a random side of a random empty row: gold with chance 1/3, else an enemy;
 * all move one cell every 5 frames. With difficulty ramping the spawning gets a frame faster about every 100 frames and
 * the moving every second time, until both happen in every frame.
 */
export class Asterix implements Game {
  readonly channels = asterixChannels
  readonly minimalActions = [action.none, action.left, action.up, action.right, action.down]
  over = false
  private x = 0
  private y = 0
  private spawnInterval = 0
  private untilSpawn = 0
  private moveInterval = 0
  private untilMove = 0
  private untilRamp = 0
  private ramps = 0
  private readonly kind = new Int32Array(rows)
  private readonly column = new Int32Array(rows)
  private readonly direction = new Int32Array(rows)
  private readonly ramping: boolean

  constructor({ difficultyRamping }: GameOptions) {
    this.ramping = difficultyRamping
  }

  start(): void {
    this.x = this.y = 5
    this.spawnInterval = this.untilSpawn = 10
    this.moveInterval = this.untilMove = 5
    this.untilRamp = rampEvery
    this.ramps = 0
    this.over = false
    this.kind.fill(free)
  }

  advance(chosen: number, rng: Rng): number {
    if (this.untilSpawn === 0) {
      this.spawn(rng)
      this.untilSpawn = this.spawnInterval
    }
    if (chosen === action.left) this.x = Math.max(this.x - 1, 0)
    else if (chosen === action.right) this.x = Math.min(this.x + 1, size - 1)
    else if (chosen === action.up || chosen === action.down)
      this.y = clamp(this.y + (chosen === action.up ? -1 : 1), 1, rows)

    let reward = this.touch()
    if (this.untilMove === 0) {
      this.untilMove = this.moveInterval
      for (let row = 0; row < rows; row++) {
        this.column[row]! += this.direction[row]!
        if (!inside(this.column[row]!)) this.kind[row] = free
      }
      reward += this.touch()
    }
    this.untilSpawn--
    this.untilMove--
    if (this.ramping) this.ramp()
    return reward
  }

  draw(planes: Uint8Array): void {
    planes[at(this.x, this.y)] = 1
    for (let row = 0; row < rows; row++) {
      const kind = this.kind[row]!
      if (kind === free) continue
      const x = this.column[row]!
      planes[(kind === gold ? 3 : 1) * cells + at(x, row + 1)] = 1
      const behind = x - this.direction[row]!
      if (inside(behind)) planes[2 * cells + at(behind, row + 1)] = 1
    }
  }

  save(): Int32Array {
    const { x, y, spawnInterval, untilSpawn, moveInterval, untilMove, untilRamp, ramps, over } = this
    return Int32Array.of(
      ...[x, y, spawnInterval, untilSpawn, moveInterval, untilMove, untilRamp, ramps, Number(over)],
      ...[...this.kind, ...this.column, ...this.direction],
    )
  }

  load(state: Int32Array): void {
    const [x, y, spawnInterval, untilSpawn, moveInterval, untilMove, untilRamp, ramps, over] = state
    Object.assign(this, {
      x,
      y,
      spawnInterval,
      untilSpawn,
      moveInterval,
      untilMove,
      untilRamp,
      ramps,
      over: over === 1,
    })
    for (const [i, list] of [this.kind, this.column, this.direction].entries())
      list.set(state.subarray(9 + i * rows, 9 + (i + 1) * rows))
  }

  private spawn(rng: Rng): void {
    let empty = 0
    for (let row = 0; row < rows; row++) if (this.kind[row] === free) empty++
    if (empty === 0) return
    const fromLeft = rng.int(2) === 0
    const isGold = rng.int(3) === 0
    let nth = rng.int(empty)
    let row = 0
    while (this.kind[row] !== free || nth-- > 0) row++
    this.kind[row] = isGold ? gold : enemy
    this.column[row] = fromLeft ? 0 : size - 1
    this.direction[row] = fromLeft ? 1 : -1
  }

  /** What the player's cell holds: gold is taken, an enemy ends the episode. */
  private touch(): number {
    const row = this.y - 1
    if (this.kind[row] === free || this.column[row] !== this.x) return 0
    if (this.kind[row] === gold) {
      this.kind[row] = free
      return 1
    }
    this.over = true
    return 0
  }

  private ramp(): void {
    if (this.spawnInterval <= 1 && this.moveInterval <= 1) return
    if (this.untilRamp >= 0) {
      this.untilRamp--
      return
    }
    if (this.moveInterval > 1 && this.ramps % 2 === 1) this.moveInterval--
    if (this.spawnInterval > 1) this.spawnInterval--
    this.ramps++
    this.untilRamp = rampEvery
  }
}
