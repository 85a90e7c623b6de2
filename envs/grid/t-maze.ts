import { checkNumbers } from '../../core/check-options.ts'
import type { Scene, SceneItem } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment } from '../environment.ts'
import { palette } from '../palette.ts'
import { box, discrete } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, StepResult } from '../types.ts'

/**
 * # TMaze
 *
 * A sign at the start says which way to turn at the far end of a corridor, and is seen at the start only (Bakker 2001):
 * without a memory the turn is a coin flip.
 *
 * | observation | meaning                          |
 * |-------------|----------------------------------|
 * | 0, 1        | the sign says up, the sign says down; both 0 away from the start |
 * | 2           | in the corridor                  |
 * | 3           | at the junction                  |
 *
 * Actions: 0 on, 1 back, 2 up, 3 down. Reward: 4 for the turn that the sign said, −0.1 for everything else. Start: the first
 * square, the sign at random. Ends with a turn at the junction; cut after 100 steps.
 *
 * Options: `length` of the corridor in squares (10). Versions: v0.
 */
export class TMaze extends Environment<Float32Array, number> {
  readonly observationSpace = box({ low: 0, high: 1, shape: [4] }) as unknown as Environment<
    Float32Array,
    number
  >['observationSpace']
  readonly actionSpace = discrete(4)
  private readonly length: number
  private position = 0
  private goalIsUp = false

  constructor({ length = 10 }: { readonly length?: number } = {}) {
    super()
    checkNumbers('TMaze', { length }, { min: 1, max: 100_000, whole: true })
    this.length = length
  }

  protected begin(): ResetResult<Float32Array> {
    this.position = 0
    this.goalIsUp = this.rng.int(2) === 1
    return { observation: this.observe(), info: {} }
  }

  step(action: number): StepResult<Float32Array> {
    const terminated = action >= 2 && this.position === this.length
    const right = terminated && (action === 2) === this.goalIsUp
    if (action === 0) this.position = Math.min(this.position + 1, this.length)
    if (action === 1) this.position = Math.max(this.position - 1, 0)
    return { observation: this.observe(), reward: right ? 4 : -0.1, terminated, truncated: false, info: {} }
  }

  render(): Scene {
    const cell = 36
    const square = (column: number, row: number, fill: string): SceneItem => ({
      kind: 'rect',
      x: column * cell + 1,
      y: row * cell + 1,
      width: cell - 2,
      height: cell - 2,
      cornerRadius: 4,
      fill,
    })
    const corridor = Array.from({ length: this.length + 1 }, (_, i) => square(i, 1, palette.sand))
    const ends = [0, 2].map((row) =>
      square(this.length, row, (row === 0) === this.goalIsUp ? palette.green : palette.red),
    )
    const x = (this.position + 0.5) * cell
    return {
      width: (this.length + 1) * cell,
      height: 3 * cell,
      background: palette.paper,
      fps: 6,
      caption: `the sign said ${this.goalIsUp ? 'up' : 'down'}`,
      items: [
        ...corridor,
        ...ends,
        { kind: 'circle', id: 'walker', x, y: 1.5 * cell, radius: 11, fill: palette.orange },
      ],
    }
  }

  protected saveState(): EnvSnapshot {
    return { state: Float64Array.of(this.position, this.goalIsUp ? 1 : 0) }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    const [position, up] = fields(snapshot, 'TMaze').array('state', 'float64', [2])
    this.position = position!
    this.goalIsUp = up === 1
  }

  private observe(): Float32Array {
    const [atStart, atEnd] = [this.position === 0, this.position === this.length]
    const sign = (up: boolean): number => (atStart && this.goalIsUp === up ? 1 : 0)
    return Float32Array.of(sign(true), sign(false), atEnd ? 0 : 1, atEnd ? 1 : 0)
  }
}
