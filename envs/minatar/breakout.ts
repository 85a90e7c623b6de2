import type { Rng } from '../../core/rng.ts'
import { palette } from '../palette.ts'
import { action, at, cells, clamp, size, type Channel, type Game } from './game.ts'

export const breakoutChannels: readonly Channel[] = [
  { name: 'paddle', color: palette.blue },
  { name: 'ball', color: palette.ink },
  { name: 'trail', color: palette.grey },
  { name: 'brick', color: palette.orange },
]

const bottom = size - 1

/**
 * # MinAtar Breakout
 *
 * A paddle on the bottom row keeps a ball in play that breaks three rows of bricks (Young and Tian 2019).
 *
 * Observation: paddle, ball, trail (where the ball was a frame ago), brick. Minimal actions: no-op, left, right.
 * Reward: 1 a brick. Start: the paddle in column 4, the ball in row 3 at the left or right wall, going down and inwards,
 * bricks in rows 1 to 3. End: the ball reaches the bottom row beside the paddle.
 *
 * The ball moves one cell diagonally a frame. Walls and the ceiling turn it; a brick turns it and breaks, but never two
 * in consecutive frames: the second is flown through. The paddle turns it upwards, and also back sideways when the ball
 * arrives from a neighbouring column. When all bricks are broken, three new rows come once the ball is down.
 * Difficulty ramping changes nothing here.
 */
export class Breakout implements Game {
  readonly channels = breakoutChannels
  readonly minimalActions = [action.none, action.left, action.right]
  over = false
  private ballX = 0
  private ballY = 0
  private dx = 0
  private dy = 0
  private trailX = 0
  private trailY = 0
  private paddle = 0
  /** The last frame struck a brick. */
  private struck = false
  private bricksLeft = 0
  private readonly bricks = new Uint8Array(cells)

  start(rng: Rng): void {
    const right = rng.int(2) === 1
    this.ballX = this.trailX = right ? size - 1 : 0
    this.ballY = this.trailY = 3
    this.dx = right ? -1 : 1
    this.dy = 1
    this.paddle = 4
    this.struck = this.over = false
    this.fillBricks()
  }

  advance(chosen: number): number {
    if (chosen === action.left) this.paddle = Math.max(this.paddle - 1, 0)
    else if (chosen === action.right) this.paddle = Math.min(this.paddle + 1, size - 1)

    const [fromX, fromY] = [this.ballX, this.ballY]
    let x = fromX + this.dx
    let y = fromY + this.dy
    if (x < 0 || x >= size) {
      x = clamp(x, 0, size - 1)
      this.dx = -this.dx
    }
    let reward = 0
    let strikes = false
    if (y < 0) {
      y = 0
      this.dy = -this.dy
    } else if (this.bricks[at(x, y)] === 1) {
      strikes = true
      if (!this.struck) {
        reward = 1
        this.bricks[at(x, y)] = 0
        this.bricksLeft--
        y = fromY
        this.dy = -this.dy
      }
    } else if (y === bottom) {
      if (this.bricksLeft === 0) this.fillBricks()
      if (fromX === this.paddle) {
        y = fromY
        this.dy = -this.dy
      } else if (x === this.paddle) {
        y = fromY
        this.dx = -this.dx
        this.dy = -this.dy
      } else this.over = true
    }
    this.struck = strikes
    this.trailX = fromX
    this.trailY = fromY
    this.ballX = x
    this.ballY = y
    return reward
  }

  draw(planes: Uint8Array): void {
    planes[at(this.paddle, bottom)] = 1
    planes[cells + at(this.ballX, this.ballY)] = 1
    planes[2 * cells + at(this.trailX, this.trailY)] = 1
    for (let i = size; i < 4 * size; i++) planes[3 * cells + i] = this.bricks[i]!
  }

  save(): Int32Array {
    const { ballX, ballY, dx, dy, trailX, trailY, paddle, struck, over } = this
    return Int32Array.of(ballX, ballY, dx, dy, trailX, trailY, paddle, Number(struck), Number(over), ...this.bricks)
  }

  load(state: Int32Array): void {
    const [ballX, ballY, dx, dy, trailX, trailY, paddle, struck, over] = state
    Object.assign(this, { ballX, ballY, dx, dy, trailX, trailY, paddle, struck: struck === 1, over: over === 1 })
    this.bricks.set(state.subarray(9))
    this.bricksLeft = this.bricks.reduce((sum, brick) => sum + brick, 0)
  }

  private fillBricks(): void {
    this.bricks.fill(1, size, 4 * size)
    this.bricksLeft = 3 * size
  }
}
