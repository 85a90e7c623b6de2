import { checkFlags } from '../../core/check-options.ts'
import type { Scene } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment } from '../environment.ts'
import { palette } from '../palette.ts'
import { discrete } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, StepResult } from '../types.ts'
import { drawOutcome, type Outcome, type TransitionTable } from './transition-table.ts'

const [rows, columns] = [4, 12]
const start = 36
const goal = 47
/** Row and column of what actions 0 to 3 mean. */
const moves = [
  [-1, 0],
  [0, 1],
  [1, 0],
  [0, -1],
] as const

/**
 * # CliffWalking
 *
 * Walk along a cliff from one end to the other (Sutton and Barto, example 6.6): the short way is along its edge, the safe
 * way a row above. The transition table is Gymnasium's.
 *
 * Observation: row · 12 + column, of 4 rows and 12 columns. Actions: 0 up, 1 right, 2 down, 3 left. Reward: −1 a step, −100
 * for stepping off the cliff, which leads back to the start. Start: 36, bottom left. Ends at 47, bottom right. With
 * `isSlippery` a step goes where it was meant to, or to one of the two sides, each with 1/3. Info: `prob`.
 *
 * Versions: v1 (`CliffWalkingSlippery-v1` is slippery).
 */
export class CliffWalking extends Environment<number, number> {
  readonly observationSpace = discrete(rows * columns)
  readonly actionSpace = discrete(4)
  /** Gymnasium's P. */
  readonly table: TransitionTable
  private position = start

  constructor({ isSlippery = false }: { readonly isSlippery?: boolean } = {}) {
    super()
    checkFlags('CliffWalking', { isSlippery })
    this.table = Array.from({ length: rows * columns }, (_, state) =>
      moves.map((_, action) => {
        if (!isSlippery) return [outcomeOf(state, action, 1)]
        return [(action + 3) % 4, action, (action + 1) % 4].map((direction) => outcomeOf(state, direction, 1 / 3))
      }),
    )
  }

  protected begin(): ResetResult<number> {
    this.position = start
    return { observation: start, info: { prob: 1 } }
  }

  step(action: number): StepResult<number> {
    const { state, reward, terminated, probability } = drawOutcome(this.table[this.position]![action]!, this.rng)
    this.position = state
    return { observation: state, reward, terminated, truncated: false, info: { prob: probability } }
  }

  render(): Scene {
    const cell = 50
    const at = (state: number): [number, number] => [(state % columns) * cell, Math.floor(state / columns) * cell]
    const [x, y] = at(this.position)
    const tiles = Array.from({ length: rows * columns }, (_, state) => {
      const [left, top] = at(state)
      const fill = isCliff(state)
        ? palette.ink
        : state === goal
          ? palette.green
          : state === start
            ? palette.sky
            : palette.sand
      return {
        kind: 'rect',
        x: left + 1,
        y: top + 1,
        width: cell - 2,
        height: cell - 2,
        cornerRadius: 4,
        fill,
      } as const
    })
    return {
      width: columns * cell,
      height: rows * cell,
      background: palette.paper,
      fps: 4,
      caption: `row ${Math.floor(this.position / columns)}, column ${this.position % columns}`,
      items: [
        ...tiles,
        { kind: 'circle', id: 'walker', x: x + cell / 2, y: y + cell / 2, radius: 15, fill: palette.orange },
      ],
    }
  }

  protected saveState(): EnvSnapshot {
    return { state: this.position }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    this.position = fields(snapshot, 'CliffWalking').number('state')
  }
}

function outcomeOf(state: number, direction: number, probability: number): Outcome {
  const [down, right] = moves[direction]!
  const row = Math.min(Math.max(Math.floor(state / columns) + down, 0), rows - 1)
  const column = Math.min(Math.max((state % columns) + right, 0), columns - 1)
  const next = row * columns + column
  if (isCliff(next)) return { probability, state: start, reward: -100, terminated: false }
  return { probability, state: next, reward: -1, terminated: next === goal }
}

function isCliff(state: number): boolean {
  return state > start && state < goal
}
