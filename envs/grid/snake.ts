import { checkNumbers } from '../../core/check-options.ts'
import type { Scene, SceneItem } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment } from '../environment.ts'
import { palette } from '../palette.ts'
import { box, discrete } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, StepResult } from '../types.ts'

/** Rows and columns of up, right, down, left. */
const rowOf = [-1, 0, 1, 0] as const
const columnOf = [0, 1, 0, -1] as const
const startLength = 3

/**
 * # Snake
 *
 * A snake grows by what it eats and must not bite itself or the wall.
 *
 * Observation: 3 × rows × columns of bytes, 0 or 1, channels first: the head, the body (head not included), the food.
 * Actions: 0 up, 1 right, 2 down, 3 left; the one that leads back into the neck goes straight on instead. Reward: 1 for
 * food, −1 for a death, 0 otherwise. Start: length 3, heading right in the middle; food on a random free square, as after
 * each meal. Ends when the head runs into a wall or into the body (the tail's last square is left as the head comes), or
 * when the snake fills the board; cut after 1000 steps.
 *
 * Options: `rows` (12), `columns` (12), at least 4 each. Versions: v0.
 */
export class Snake extends Environment<Uint8Array, number> {
  readonly observationSpace
  readonly actionSpace = discrete(4)
  private readonly rows: number
  private readonly columns: number
  /** Squares from the tail's end to the head. */
  private body: number[] = []
  private heading = 1
  /** −1 where there is no room left. */
  private food = -1

  constructor({ rows = 12, columns = 12 }: { readonly rows?: number; readonly columns?: number } = {}) {
    super()
    checkNumbers('Snake', { rows, columns }, { min: 4, max: 1000, whole: true })
    this.rows = rows
    this.columns = columns
    this.observationSpace = box({
      low: 0,
      high: 1,
      shape: [3, rows, columns],
      dtype: 'uint8',
    }) as unknown as Environment<Uint8Array, number>['observationSpace']
  }

  protected begin(): ResetResult<Uint8Array> {
    const middle = (this.rows >> 1) * this.columns + (this.columns >> 1)
    this.body = Array.from({ length: startLength }, (_, i) => middle - startLength + 1 + i)
    this.heading = 1
    this.placeFood()
    return { observation: this.observe(), info: {} }
  }

  step(action: number): StepResult<Uint8Array> {
    if (action !== (this.heading + 2) % 4) this.heading = action
    const head = this.body.at(-1)!
    const row = Math.floor(head / this.columns) + rowOf[this.heading]!
    const column = (head % this.columns) + columnOf[this.heading]!
    const next = row * this.columns + column
    const isOut = row < 0 || row >= this.rows || column < 0 || column >= this.columns
    const eats = !isOut && next === this.food
    if (isOut || (!eats && this.body.indexOf(next) > 0)) {
      return { observation: this.observe(), reward: -1, terminated: true, truncated: false, info: {} }
    }
    this.body.push(next)
    if (eats) this.placeFood()
    else this.body.shift()
    const isFull = this.food < 0
    return { observation: this.observe(), reward: eats ? 1 : 0, terminated: isFull, truncated: false, info: {} }
  }

  render(): Scene {
    const cell = Math.min(40, 480 / Math.max(this.rows, this.columns))
    const centre = (square: number): [number, number] => [
      ((square % this.columns) + 0.5) * cell,
      (Math.floor(square / this.columns) + 0.5) * cell,
    ]
    const board = Array.from({ length: this.rows * this.columns }, (_, square): SceneItem => {
      const [x, y] = centre(square)
      const dark = (Math.floor(square / this.columns) + (square % this.columns)) % 2 === 0
      const fill = dark ? '#dfe9d3' : '#e8f0de'
      return { kind: 'rect', x: x - cell / 2, y: y - cell / 2, width: cell, height: cell, fill }
    })
    const items = [...board]
    if (this.food >= 0) items.push(...apple(centre(this.food), cell))
    // Thick joints and links, thinner towards the tail.
    for (const [i, square] of this.body.entries()) {
      const [x, y] = centre(square)
      const radius = cell * (0.26 + (0.14 * (i + 1)) / this.body.length)
      const fill = i === this.body.length - 1 ? '#2f6b49' : palette.green
      if (i > 0)
        items.push({
          kind: 'line',
          points: [...centre(this.body[i - 1]!), x, y],
          stroke: { color: palette.green, width: 2 * radius },
        })
      items.push({ kind: 'circle', x, y, radius, fill })
    }
    const [x, y] = centre(this.body.at(-1)!)
    const [forwardX, forwardY] = [columnOf[this.heading]! * cell, rowOf[this.heading]! * cell]
    for (const side of [-1, 1]) {
      const [eyeX, eyeY] = [x + 0.12 * forwardX - side * 0.17 * forwardY, y + 0.12 * forwardY + side * 0.17 * forwardX]
      items.push({ kind: 'circle', x: eyeX, y: eyeY, radius: cell * 0.11, fill: '#ffffff' })
      items.push({
        kind: 'circle',
        x: eyeX + 0.04 * forwardX,
        y: eyeY + 0.04 * forwardY,
        radius: cell * 0.055,
        fill: palette.ink,
      })
    }
    return {
      width: this.columns * cell,
      height: this.rows * cell,
      background: palette.paper,
      fps: 10,
      caption: `length ${this.body.length}`,
      items,
    }
  }

  protected saveState(): EnvSnapshot {
    return { body: Int32Array.from(this.body), heading: this.heading, food: this.food }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    const saved = fields(snapshot, 'Snake')
    this.body = Array.from(saved.array('body', 'int32'))
    this.heading = saved.number('heading')
    this.food = saved.number('food')
  }

  /** On a free square, each as likely as the others. */
  private placeFood(): void {
    const taken = new Uint8Array(this.rows * this.columns)
    for (const square of this.body) taken[square] = 1
    const free = taken.length - this.body.length
    this.food = -1
    if (free === 0) return
    let left = this.rng.int(free)
    for (this.food = 0; taken[this.food] === 1 || left-- > 0;) this.food++
  }

  private observe(): Uint8Array {
    const plane = this.rows * this.columns
    const planes = new Uint8Array(3 * plane)
    for (const square of this.body) planes[plane + square] = 1
    const head = this.body.at(-1)!
    planes[plane + head] = 0
    planes[head] = 1
    if (this.food >= 0) planes[2 * plane + this.food] = 1
    return planes
  }
}

function apple([x, y]: [number, number], cell: number): SceneItem[] {
  return [
    { kind: 'circle', x, y: y + 0.04 * cell, radius: cell * 0.3, fill: palette.red },
    { kind: 'circle', x: x - 0.1 * cell, y: y - 0.06 * cell, radius: cell * 0.07, fill: '#e9a093' },
    {
      kind: 'line',
      points: [x, y - 0.2 * cell, x + 0.06 * cell, y - 0.36 * cell],
      stroke: { color: '#6b4a2b', width: cell * 0.07 },
    },
    {
      kind: 'polygon',
      points: [x + 0.05 * cell, y - 0.28 * cell, x + 0.24 * cell, y - 0.38 * cell, x + 0.18 * cell, y - 0.22 * cell],
      fill: palette.green,
    },
  ]
}
