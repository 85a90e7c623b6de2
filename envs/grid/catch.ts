import { checkNumbers } from '../../core/check-options.ts'
import type { Scene, SceneItem } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment } from '../environment.ts'
import { palette } from '../palette.ts'
import { box, discrete } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, StepResult } from '../types.ts'

/**
 * # Catch
 *
 * A ball falls straight down a board; move the paddle on the bottom row under it (Mnih et al. 2014; bsuite). The smallest
 * task with pixels.
 *
 * Observation: rows × columns of 0 and 1, the ball and the paddle. Actions: 0 left, 1 stay, 2 right. Reward: 1 for a catch,
 * −1 for a miss, when the ball reaches the bottom row, which ends the episode; 0 before. Start: the ball in a random column
 * of the top row, the paddle in the middle.
 *
 * Options: `rows` (10), `columns` (5). Versions: v0.
 */
export class Catch extends Environment<Float32Array, number> {
  readonly observationSpace
  readonly actionSpace = discrete(3)
  private readonly rows: number
  private readonly columns: number
  private ballRow = 0
  private ballColumn = 0
  private paddle = 0

  constructor({ rows = 10, columns = 5 }: { readonly rows?: number; readonly columns?: number } = {}) {
    super()
    checkNumbers('Catch', { rows, columns }, { min: 2, max: 1000, whole: true })
    this.rows = rows
    this.columns = columns
    this.observationSpace = box({ low: 0, high: 1, shape: [rows, columns] }) as unknown as Environment<
      Float32Array,
      number
    >['observationSpace']
  }

  protected begin(): ResetResult<Float32Array> {
    this.ballRow = 0
    this.ballColumn = this.rng.int(this.columns)
    this.paddle = this.columns >> 1
    return { observation: this.observe(), info: {} }
  }

  step(action: number): StepResult<Float32Array> {
    this.paddle = Math.min(Math.max(this.paddle + action - 1, 0), this.columns - 1)
    this.ballRow++
    const terminated = this.ballRow === this.rows - 1
    const reward = !terminated ? 0 : this.paddle === this.ballColumn ? 1 : -1
    return { observation: this.observe(), reward, terminated, truncated: false, info: {} }
  }

  render(): Scene {
    const cell = 40
    const tile = (row: number, column: number, fill: string, id?: string): SceneItem => ({
      kind: 'rect',
      ...(id !== undefined && { id }),
      x: column * cell + 2,
      y: row * cell + 2,
      width: cell - 4,
      height: cell - 4,
      cornerRadius: 6,
      fill,
    })
    const board = Array.from({ length: this.rows * this.columns }, (_, i) =>
      tile(Math.floor(i / this.columns), i % this.columns, palette.sand),
    )
    const [x, y] = [(this.ballColumn + 0.5) * cell, (this.ballRow + 0.5) * cell]
    return {
      width: this.columns * cell,
      height: this.rows * cell,
      background: palette.paper,
      fps: 6,
      caption: `ball in column ${this.ballColumn}, paddle in column ${this.paddle}`,
      items: [
        ...board,
        tile(this.rows - 1, this.paddle, palette.blue, 'paddle'),
        { kind: 'circle', id: 'ball', x, y, radius: cell * 0.3, fill: palette.orange },
      ],
    }
  }

  protected saveState(): EnvSnapshot {
    return { state: Float64Array.of(this.ballRow, this.ballColumn, this.paddle) }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    const [row, column, paddle] = fields(snapshot, 'Catch').array('state', 'float64', [3])
    this.ballRow = row!
    this.ballColumn = column!
    this.paddle = paddle!
  }

  private observe(): Float32Array {
    const board = new Float32Array(this.rows * this.columns)
    board[this.ballRow * this.columns + this.ballColumn] = 1
    board[(this.rows - 1) * this.columns + this.paddle] = 1
    return board
  }
}
