import { checkFlags } from '../../core/check-options.ts'
import type { Scene } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment } from '../environment.ts'
import { discrete } from '../spaces/index.ts'
import type { EnvSnapshot, Info, ResetResult, StepResult } from '../types.ts'
import {
  blankFrame,
  drawNumber,
  fillRect,
  frameScene,
  frameSpace,
  screenHeight,
  subpixels,
  type Rgb,
} from './screen.ts'

const ground: Rgb = [14, 16, 22]
const wall: Rgb = [132, 134, 142]
const light: Rgb = [240, 236, 224]
/** The rows of bricks from the top. */
const rows: readonly { readonly points: number; readonly color: Rgb }[] = [
  { points: 7, color: [200, 72, 72] },
  { points: 7, color: [217, 122, 48] },
  { points: 4, color: [206, 162, 52] },
  { points: 4, color: [128, 160, 60] },
  { points: 1, color: [62, 150, 112] },
  { points: 1, color: [72, 116, 200] },
]

/** Pixels. The field lies between the walls; the ball is lost below the screen. */
const field = { left: 8, right: 152, top: 32 }
const brick = { columns: 18, width: 8, height: 6, top: 60 }
const bricksEnd = brick.top + rows.length * brick.height
const ball = { width: 2, height: 4 }
const paddle = { y: 189, width: 16, height: 4 }
/** Subpixels a frame. */
const paddleSpeed = 3 * subpixels
/** Of the ball, up or down: at first, after 4 and after 12 hits of the paddle, and from the first brick of 7 points on. */
const speeds = [24, 32, 40, 48] as const
/** Eighths of the speed that the ball goes to the side, by where it hits the paddle, from its left end. */
const slopes = [-10, -7, -4, -2, 2, 4, 7, 10] as const

const startingLives = 5
const wallsOfBricks = 2

/**
 * # Arcade/Breakout
 *
 * Keep the ball in play and knock out the bricks (the genre of Atari's Breakout, 1976; drawing and numbers are our own).
 * One step is one frame of 1/60 second: as with Atari games, agents skip frames and take the maximum of the last two.
 *
 * Observation: 210 × 160 × 3 bytes. Actions: 0 NOOP, 1 FIRE (serves), 2 RIGHT, 3 LEFT. Reward: the points of a brick, 7 in
 * the two upper rows, 4 in the two middle ones, 1 in the two lower ones; 864 in all. Start: 5 lives, two walls of 108
 * bricks one after the other, the ball waiting to be served from a random place in a random direction downwards. The angle
 * depends on where the ball hits the paddle; the ball gets faster after 4 and 12 hits and with the first brick of 7 points;
 * the paddle halves once the ball has been at the ceiling; the next serve undoes both. Ends when no lives or no bricks are
 * left; cut after 108,000 frames.
 *
 * Info: `lives`; after a reset also `actionMeanings`.
 *
 * Options: `flicker` (true): the ball shows in every other frame only, as things did on the console. `render` always shows
 * it. Versions: v0.
 */
export class Breakout extends Environment<Uint8Array, number> {
  readonly observationSpace = frameSpace
  readonly actionSpace = discrete(4)
  /** As the Arcade Learning Environment names them. */
  readonly actionMeanings = ['NOOP', 'FIRE', 'RIGHT', 'LEFT'] as const
  private readonly flicker: boolean
  /** What stands still: walls, bricks, score and lives. */
  private readonly still = blankFrame(ground)
  /** One byte a brick, 1 while it stands. */
  private readonly bricks = new Uint8Array(rows.length * brick.columns)
  /** Top left corners, subpixels. */
  private paddleX = 0
  private ballX = 0
  private ballY = 0
  /** Eighths of the speed; positive is right. */
  private slope = 0
  private goesDown = false
  private inPlay = false
  private hits = 0
  private reachedSevens = false
  private isHalved = false
  private lives = 0
  private score = 0
  private wallsBuilt = 0
  private frames = 0

  constructor({ flicker = true }: { readonly flicker?: boolean } = {}) {
    super()
    checkFlags('Breakout', { flicker })
    this.flicker = flicker
  }

  protected begin(): ResetResult<Uint8Array> {
    this.lives = startingLives
    this.score = 0
    this.frames = 0
    this.inPlay = false
    this.newBall()
    this.paddleX = ((field.left + field.right - paddle.width) / 2) * subpixels
    this.bricks.fill(1)
    this.wallsBuilt = 1
    this.drawStill()
    return { observation: this.draw(this.showsBall()), info: { ...this.info(), actionMeanings: this.actionMeanings } }
  }

  step(action: number): StepResult<Uint8Array> {
    this.frames++
    this.movePaddle(action)
    const before = this.score
    if (this.inPlay) this.moveBall()
    else if (action === 1) this.serve()
    const cleared = this.wallsBuilt === wallsOfBricks && this.bricks.indexOf(1) < 0
    return {
      observation: this.draw(this.showsBall()),
      reward: this.score - before,
      terminated: this.lives === 0 || cleared,
      truncated: false,
      info: this.info(),
    }
  }

  render(): Scene {
    return frameScene(
      this.draw(this.inPlay),
      `${this.score} ${this.score === 1 ? 'point' : 'points'}, ${this.lives} ${this.lives === 1 ? 'life' : 'lives'}`,
    )
  }

  private movePaddle(action: number): void {
    const step = action === 2 ? paddleSpeed : action === 3 ? -paddleSpeed : 0
    const end = (field.right - this.paddleWidth()) * subpixels
    this.paddleX = Math.min(Math.max(this.paddleX + step, field.left * subpixels), end)
  }

  private serve(): void {
    this.newBall()
    this.inPlay = true
    const width = field.right - field.left - ball.width
    this.ballX = (field.left + this.rng.int(width + 1)) * subpixels
    this.ballY = (bricksEnd + 8) * subpixels
    this.slope = slopes[2 + this.rng.int(4)]!
    this.goesDown = true
  }

  private newBall(): void {
    this.hits = 0
    this.reachedSevens = false
    this.isHalved = false
  }

  /** First to the side, then up or down, each given up for a bounce where a brick is in the way. */
  private moveBall(): void {
    const speed = speeds[this.reachedSevens ? 3 : this.hits >= 12 ? 2 : this.hits >= 4 ? 1 : 0]
    const [fromX, fromY] = [this.ballX, this.ballY]
    const [leftmost, rightmost] = [field.left * subpixels, (field.right - ball.width) * subpixels]
    this.ballX += (this.slope * speed) / 8
    if (this.ballX < leftmost || this.ballX > rightmost) {
      this.ballX = 2 * (this.ballX < leftmost ? leftmost : rightmost) - this.ballX
      this.slope = -this.slope
    }
    if (this.strikeBrick()) {
      this.ballX = fromX
      this.slope = -this.slope
    }

    this.ballY += this.goesDown ? speed : -speed
    if (this.ballY < field.top * subpixels) {
      this.ballY = 2 * field.top * subpixels - this.ballY
      this.goesDown = true
      this.isHalved = true
    } else if (this.strikeBrick()) {
      this.ballY = fromY
      this.goesDown = !this.goesDown
    } else if (this.goesDown) this.meetPaddle(fromY)

    if (this.ballY >= screenHeight * subpixels) {
      this.inPlay = false
      this.isHalved = false
      this.movePaddle(0)
      this.lives--
      this.drawCounters()
    }
    if (this.wallsBuilt < wallsOfBricks && this.ballY > bricksEnd * subpixels && this.bricks.indexOf(1) < 0) {
      this.bricks.fill(1)
      this.wallsBuilt++
      this.drawStill()
    }
  }

  /** The brick under the middle of the ball, or else one under its corners, is gone for its points. */
  private strikeBrick(): boolean {
    const [x, y] = [Math.floor(this.ballX / subpixels), Math.floor(this.ballY / subpixels)]
    if (y >= bricksEnd || y + ball.height <= brick.top) return false
    for (const dx of [ball.width >> 1, 0, ball.width - 1]) {
      for (const dy of [0, ball.height - 1]) {
        const column = Math.floor((x + dx - field.left) / brick.width)
        const row = Math.floor((y + dy - brick.top) / brick.height)
        if (row < 0 || row >= rows.length || this.bricks[row * brick.columns + column] !== 1) continue
        const { points } = rows[row]!
        this.bricks[row * brick.columns + column] = 0
        this.score += points
        this.reachedSevens ||= points === 7
        this.drawBrick(row, column)
        this.drawCounters()
        return true
      }
    }
    return false
  }

  private meetPaddle(fromY: number): void {
    const surface = (paddle.y - ball.height) * subpixels
    if (fromY > surface || this.ballY < surface) return
    const width = this.paddleWidth()
    const middle = this.ballX + (ball.width / 2) * subpixels - this.paddleX
    const reach = (ball.width / 2) * subpixels
    if (middle <= -reach || middle >= width * subpixels + reach) return
    const part = Math.floor((middle * slopes.length) / (width * subpixels))
    this.slope = slopes[Math.min(Math.max(part, 0), slopes.length - 1)]!
    this.ballY = surface
    this.goesDown = false
    this.hits++
  }

  private paddleWidth(): number {
    return this.isHalved ? paddle.width / 2 : paddle.width
  }

  private info(): Info {
    return { lives: this.lives }
  }

  private showsBall(): boolean {
    return this.inPlay && (!this.flicker || this.frames % 2 === 0)
  }

  /** A frame of its own for each caller. */
  private draw(withBall: boolean): Uint8Array {
    const frame = this.still.slice()
    fillRect(frame, Math.floor(this.paddleX / subpixels), paddle.y, this.paddleWidth(), paddle.height, light)
    if (withBall) {
      const [x, y] = [Math.floor(this.ballX / subpixels), Math.floor(this.ballY / subpixels)]
      fillRect(frame, x, y, ball.width, ball.height, light)
    }
    return frame
  }

  private drawStill(): void {
    const wallTop = field.top - 8
    const height = paddle.y + paddle.height - wallTop
    fillRect(this.still, 0, wallTop, field.right + 8, 8, wall)
    fillRect(this.still, 0, wallTop, field.left, height, wall)
    fillRect(this.still, field.right, wallTop, 8, height, wall)
    for (let row = 0; row < rows.length; row++)
      for (let column = 0; column < brick.columns; column++) this.drawBrick(row, column)
    this.drawCounters()
  }

  private drawBrick(row: number, column: number): void {
    const color = this.bricks[row * brick.columns + column] === 1 ? rows[row]!.color : ground
    const [x, y] = [field.left + column * brick.width, brick.top + row * brick.height]
    fillRect(this.still, x, y, brick.width, brick.height, color)
  }

  private drawCounters(): void {
    const y = 5
    drawNumber(this.still, this.score, { places: 3, x: 36, y, color: wall, ground })
    drawNumber(this.still, this.lives, { places: 1, x: 116, y, color: wall, ground })
  }

  protected saveState(): EnvSnapshot {
    const { paddleX, ballX, ballY, slope, goesDown, inPlay, hits, reachedSevens, isHalved } = this
    const { lives, score, wallsBuilt, frames } = this
    const game = { paddleX, ballX, ballY, slope, goesDown, inPlay, hits, reachedSevens, isHalved }
    return { ...game, lives, score, wallsBuilt, frames, bricks: this.bricks.slice() }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    const saved = fields(snapshot, 'Breakout')
    this.bricks.set(saved.array('bricks', 'uint8', [this.bricks.length]))
    this.paddleX = saved.number('paddleX')
    this.ballX = saved.number('ballX')
    this.ballY = saved.number('ballY')
    this.slope = saved.number('slope')
    this.goesDown = saved.boolean('goesDown')
    this.inPlay = saved.boolean('inPlay')
    this.hits = saved.number('hits')
    this.reachedSevens = saved.boolean('reachedSevens')
    this.isHalved = saved.boolean('isHalved')
    this.lives = saved.number('lives')
    this.score = saved.number('score')
    this.wallsBuilt = saved.number('wallsBuilt')
    this.frames = saved.number('frames')
    this.drawStill()
  }
}
