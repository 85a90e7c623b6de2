import { checkNumbers } from '../../core/check-options.ts'
import { createRng } from '../../core/rng.ts'
import type { Scene } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment } from '../environment.ts'
import { palette } from '../palette.ts'
import { box, discrete } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, StepResult } from '../types.ts'

/**
 * # DeepSea
 *
 * A diver sinks one row a step, and one action leads right, the other left (Osband et al. 2019; bsuite). Treasure lies in the
 * far corner, every move right costs a little, and random play finds it once in 2ⁿ episodes: a test of exploration.
 *
 * Observation: size × size, 1 where the diver is, all 0 at the end. Actions: 0 and 1; which of them leads right is drawn for
 * each square (`mapSeed`; null: always 1). Reward: −0.01 / size for a move right, and 1 for one from the far corner. Start:
 * top left. Ends after `size` steps.
 *
 * Options: `size` (10), `mapSeed` (0). Versions: v0.
 */
export class DeepSea extends Environment<Float32Array, number> {
  readonly observationSpace
  readonly actionSpace = discrete(2)
  private readonly size: number
  /** The action that leads right, by square. */
  private readonly right: Uint8Array
  private row = 0
  private column = 0

  constructor({ size = 10, mapSeed = 0 }: { readonly size?: number; readonly mapSeed?: number | null } = {}) {
    super()
    checkNumbers('DeepSea', { size }, { min: 2, max: 1000, whole: true })
    if (mapSeed !== null) checkNumbers('DeepSea', { mapSeed }, { whole: true })
    this.size = size
    const draw = mapSeed === null ? undefined : createRng(mapSeed, 'deep sea')
    this.right = Uint8Array.from({ length: size * size }, () => (draw === undefined ? 1 : draw.int(2)))
    this.observationSpace = box({ low: 0, high: 1, shape: [size, size] }) as unknown as Environment<
      Float32Array,
      number
    >['observationSpace']
  }

  protected begin(): ResetResult<Float32Array> {
    this.row = 0
    this.column = 0
    return { observation: this.observe(), info: {} }
  }

  step(action: number): StepResult<Float32Array> {
    const goesRight = action === this.right[this.row * this.size + this.column]
    const found = goesRight && this.column === this.size - 1
    const reward = (goesRight ? -0.01 / this.size : 0) + (found ? 1 : 0)
    this.column = Math.min(Math.max(this.column + (goesRight ? 1 : -1), 0), this.size - 1)
    this.row++
    const terminated = this.row === this.size
    return { observation: this.observe(), reward, terminated, truncated: false, info: {} }
  }

  render(): Scene {
    const cell = 400 / this.size
    const [x, y] = [(this.column + 0.5) * cell, (Math.min(this.row, this.size - 1) + 0.5) * cell]
    return {
      width: 400,
      height: 400,
      background: palette.blue,
      fps: 6,
      caption: `row ${this.row} of ${this.size}, column ${this.column}`,
      items: [
        { kind: 'polygon', points: [0, 0, 400, 400, 0, 400], fill: palette.sky },
        { kind: 'circle', x: 400 - cell / 2, y: 400 - cell / 2, radius: cell * 0.3, fill: '#e8c547' },
        { kind: 'circle', id: 'diver', x, y, radius: cell * 0.35, fill: palette.orange },
      ],
    }
  }

  protected saveState(): EnvSnapshot {
    return { state: Float64Array.of(this.row, this.column) }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    const [row, column] = fields(snapshot, 'DeepSea').array('state', 'float64', [2])
    this.row = row!
    this.column = column!
  }

  private observe(): Float32Array {
    const board = new Float32Array(this.size * this.size)
    if (this.row < this.size) board[this.row * this.size + this.column] = 1
    return board
  }
}
