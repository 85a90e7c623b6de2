import { checkFlags, checkNumbers } from '../../core/check-options.ts'
import { usageError } from '../../core/errors.ts'
import type { Scene } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment } from '../environment.ts'
import { discrete } from '../spaces/index.ts'
import type { EnvSnapshot, Info, ResetResult, StepResult } from '../types.ts'
import { blankFrame, drawNumber, fillRect, frameScene, frameSpace, screenWidth, subpixels, type Rgb } from './screen.ts'

const surround: Rgb = [24, 44, 66]
const court: Rgb = [34, 62, 92]
const line: Rgb = [168, 184, 196]
const light: Rgb = [240, 236, 224]
const theirs: Rgb = [222, 132, 68]
const ours: Rgb = [112, 196, 132]

/** Pixels. */
const field = { top: 36, bottom: 196 }
const ball = { width: 2, height: 4 }
const paddle = { width: 4, height: 16 }
/** Left edges of the opponent's paddle and of ours. */
const theirX = 16
const ourX = 140
/** Subpixels a frame. */
const paddleSpeed = 3 * subpixels
/** Of the ball to the side: half a pixel a frame faster with every eighth hit of a rally, so that none lasts for ever. */
const speedAfter = (hits: number): number => 32 + 8 * Math.min(hits >> 3, 8)
/** Eighths of that speed up or down, by where the ball hits a paddle, from its upper end. */
const slopes = [-10, -7, -4, -2, 2, 4, 7, 10] as const
/** The opponent rests while the ball is this near to where it means to hit it: subpixels. */
const slack = 3 * subpixels
/** How far from the middle of its paddle the opponent means to hit the ball, at most, in pixels. */
const aims = 6

const pointsToWin = 21
/** Frames after which a ball that nobody serves is served. */
const patience = 60

/**
 * # Arcade/Pong
 *
 * Table tennis against an opponent that follows the ball but is slower than it can be made (the genre of Atari's Pong,
 * 1972; drawing and numbers are our own). We are the paddle on the right. One step is one frame of 1/60 second: as with
 * Atari games, agents skip frames and take the maximum of the last two.
 *
 * Observation: 210 × 160 × 3 bytes. Actions: 0 NOOP, 1 FIRE (serves), 2 UP, 3 DOWN. Reward: 1 for a point, −1 for one of the
 * opponent's. Start: 0 : 0. Each serve starts in the middle of the court from a random height towards the side that
 * lost the last point, the first towards a random one; it comes with FIRE, or by itself after 60 frames. The angle depends
 * on where the ball hits the paddle, steep at its ends; the ball gets faster with every eighth hit of a rally. Ends at 21 points for either; cut after 108,000 frames.
 *
 * Info: `lives` (always 0: there are none); after a reset also `actionMeanings`.
 *
 * Options: `flicker` (true): the ball shows in every other frame only, as things did on the console. `render` always shows
 * it. `opponentSpeed`: pixels a frame (1.75), in sixteenths. Versions: v0.
 */
export class Pong extends Environment<Uint8Array, number> {
  readonly observationSpace = frameSpace
  readonly actionSpace = discrete(4)
  /** As the Arcade Learning Environment names them, but for the last two, which it calls RIGHT and LEFT. */
  readonly actionMeanings = ['NOOP', 'FIRE', 'UP', 'DOWN'] as const
  private readonly flicker: boolean
  /** Subpixels a frame. */
  private readonly opponentSpeed: number
  /** What stands still: the court and the score. */
  private readonly still = blankFrame(surround)
  /** Top edges, subpixels. */
  private ourY = 0
  private theirY = 0
  /** Top left corner, subpixels. */
  private ballX = 0
  private ballY = 0
  private goesRight = false
  /** Eighths of the speed; positive is down. */
  private slope = 0
  /** Where the opponent means to hit: pixels below the middle of its paddle. */
  private aim = 0
  /** Of this rally. */
  private hits = 0
  private inPlay = false
  private waited = 0
  private ourPoints = 0
  private theirPoints = 0
  private frames = 0

  constructor(options: { readonly flicker?: boolean; readonly opponentSpeed?: number } = {}) {
    super()
    const { flicker = true, opponentSpeed = 1.75 } = options
    checkFlags('Pong', { flicker })
    checkNumbers('Pong', { opponentSpeed }, { min: 0, max: 10 })
    this.flicker = flicker
    this.opponentSpeed = Math.round(opponentSpeed * subpixels)
    if (!(opponentSpeed >= 0 && Number.isFinite(opponentSpeed)))
      throw usageError(`Pong expects an opponentSpeed of at least 0 pixels a frame, got ${opponentSpeed}.`)
    this.drawCourt()
  }

  protected begin(): ResetResult<Uint8Array> {
    this.ourPoints = 0
    this.theirPoints = 0
    this.frames = 0
    this.ourY = this.theirY = ((field.top + field.bottom - paddle.height) / 2) * subpixels
    this.endRally()
    this.drawPoints()
    return { observation: this.draw(this.showsBall()), info: { ...this.info(), actionMeanings: this.actionMeanings } }
  }

  step(action: number): StepResult<Uint8Array> {
    this.frames++
    this.ourY = withinField(this.ourY + (action === 3 ? paddleSpeed : action === 2 ? -paddleSpeed : 0))
    let reward = 0
    if (this.inPlay) {
      this.moveOpponent()
      reward = this.moveBall()
    } else if (action === 1 || ++this.waited >= patience) this.serve()
    return {
      observation: this.draw(this.showsBall()),
      reward,
      terminated: this.ourPoints === pointsToWin || this.theirPoints === pointsToWin,
      truncated: false,
      info: this.info(),
    }
  }

  render(): Scene {
    return frameScene(this.draw(this.inPlay), `${this.theirPoints} : ${this.ourPoints}`)
  }

  private endRally(): void {
    this.inPlay = false
    this.waited = 0
    this.hits = 0
  }

  private serve(): void {
    this.inPlay = true
    this.ballX = ((screenWidth - ball.width) / 2) * subpixels
    this.ballY = (field.top + 20 + this.rng.int(field.bottom - field.top - ball.height - 40 + 1)) * subpixels
    if (this.ourPoints + this.theirPoints === 0) this.goesRight = this.rng.int(2) === 1
    this.slope = slopes[2 + this.rng.int(4)]!
    this.aim = this.rng.int(2 * aims + 1) - aims
  }

  private moveOpponent(): void {
    const apart = this.ballY - this.theirY + ((ball.height - paddle.height) / 2 - this.aim) * subpixels
    if (Math.abs(apart) > slack) this.theirY = withinField(this.theirY + Math.sign(apart) * this.opponentSpeed)
  }

  /** The reward of the frame. */
  private moveBall(): number {
    const speed = speedAfter(this.hits)
    const from = this.ballX
    this.ballX += this.goesRight ? speed : -speed
    this.ballY += (this.slope * speed) / 8
    const [highest, lowest] = [field.top * subpixels, (field.bottom - ball.height) * subpixels]
    if (this.ballY < highest || this.ballY > lowest) {
      this.ballY = 2 * (this.ballY < highest ? highest : lowest) - this.ballY
      this.slope = -this.slope
    }
    const plane = (this.goesRight ? ourX - ball.width : theirX + paddle.width) * subpixels
    const crosses = this.goesRight ? from <= plane && this.ballX >= plane : from >= plane && this.ballX <= plane
    if (crosses) this.meetPaddle(this.goesRight ? this.ourY : this.theirY, plane)

    const wins = this.ballX <= -ball.width * subpixels
    if (!wins && this.ballX < screenWidth * subpixels) return 0
    if (wins) this.ourPoints++
    else this.theirPoints++
    this.endRally()
    this.drawPoints()
    return wins ? 1 : -1
  }

  private meetPaddle(paddleY: number, plane: number): void {
    const reach = (ball.height * subpixels) / 2
    const middle = this.ballY + reach - paddleY
    const length = paddle.height * subpixels
    if (middle <= -reach || middle >= length + reach) return
    const part = Math.floor((middle * slopes.length) / length)
    this.slope = slopes[Math.min(Math.max(part, 0), slopes.length - 1)]!
    this.ballX = plane
    // The next time elsewhere: 5 and 13 share no factor, so that all aims have their turn.
    if (!this.goesRight) this.aim = ((this.aim + aims + 5) % (2 * aims + 1)) - aims
    this.goesRight = !this.goesRight
    this.hits++
  }

  private info(): Info {
    return { lives: 0 }
  }

  private showsBall(): boolean {
    return this.inPlay && (!this.flicker || this.frames % 2 === 0)
  }

  /** A frame of its own for each caller. */
  private draw(withBall: boolean): Uint8Array {
    const frame = this.still.slice()
    fillRect(frame, theirX, Math.floor(this.theirY / subpixels), paddle.width, paddle.height, theirs)
    fillRect(frame, ourX, Math.floor(this.ourY / subpixels), paddle.width, paddle.height, ours)
    if (withBall) {
      const [x, y] = [Math.floor(this.ballX / subpixels), Math.floor(this.ballY / subpixels)]
      fillRect(frame, x, y, ball.width, ball.height, light)
    }
    return frame
  }

  private drawCourt(): void {
    const { top, bottom } = field
    fillRect(this.still, 0, top, screenWidth, bottom - top, court)
    fillRect(this.still, 0, top - 6, screenWidth, 6, line)
    fillRect(this.still, 0, bottom, screenWidth, 6, line)
    for (let y = top + 4; y < bottom; y += 16) fillRect(this.still, screenWidth / 2 - 1, y, 2, 8, surround)
  }

  private drawPoints(): void {
    const at = { places: 2, y: 9, ground: surround }
    drawNumber(this.still, this.theirPoints, { ...at, x: 26, color: theirs })
    drawNumber(this.still, this.ourPoints, { ...at, x: 106, color: ours })
  }

  protected saveState(): EnvSnapshot {
    const { ourY, theirY, ballX, ballY, goesRight, slope, aim, hits, inPlay, waited, ourPoints, theirPoints, frames } =
      this
    return { ourY, theirY, ballX, ballY, goesRight, slope, aim, hits, inPlay, waited, ourPoints, theirPoints, frames }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    const saved = fields(snapshot, 'Pong')
    this.ourY = saved.number('ourY')
    this.theirY = saved.number('theirY')
    this.ballX = saved.number('ballX')
    this.ballY = saved.number('ballY')
    this.goesRight = saved.boolean('goesRight')
    this.slope = saved.number('slope')
    this.aim = saved.number('aim')
    this.hits = saved.number('hits')
    this.inPlay = saved.boolean('inPlay')
    this.waited = saved.number('waited')
    this.ourPoints = saved.number('ourPoints')
    this.theirPoints = saved.number('theirPoints')
    this.frames = saved.number('frames')
    this.drawPoints()
  }
}

function withinField(paddleY: number): number {
  return Math.min(Math.max(paddleY, field.top * subpixels), (field.bottom - paddle.height) * subpixels)
}
