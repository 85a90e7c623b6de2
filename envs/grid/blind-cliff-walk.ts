import { checkNumbers } from '../../core/check-options.ts'
import type { Scene, SceneItem } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment } from '../environment.ts'
import { palette } from '../palette.ts'
import { discrete } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, StepResult } from '../types.ts'

/**
 * # BlindCliffWalk
 *
 * A walk along a cliff of n states (Schaul et al. 2016, figure 1): in each, one action is right and leads on, the other is a
 * step into nothing. Random play sees the reward once in 2ⁿ episodes, so what is replayed decides how fast one learns.
 *
 * Observation: the state, 0 … n − 1 (a Discrete, one-hot for a network); after a fall the state that one fell from, at the
 * end the last. Actions: 0 and 1; the right one is 0 in even states and 1 in odd ones, so that no constant policy walks.
 * Reward: 1 for the right action in the last state, 0 for everything else. Start: state 0. Ends with the first wrong action
 * or with the reward.
 *
 * Options: `n` (10). Versions: v0.
 */
export class BlindCliffWalk extends Environment<number, number> {
  readonly observationSpace
  readonly actionSpace = discrete(2)
  private readonly n: number
  private state = 0
  private fell = false

  constructor({ n = 10 }: { readonly n?: number } = {}) {
    super()
    checkNumbers('BlindCliffWalk', { n }, { min: 1, max: 1_000_000, whole: true })
    this.n = n
    this.observationSpace = discrete(n)
  }

  protected begin(): ResetResult<number> {
    this.state = 0
    this.fell = false
    return { observation: 0, info: {} }
  }

  step(action: number): StepResult<number> {
    this.fell = action !== this.state % 2
    const arrives = !this.fell && this.state === this.n - 1
    if (!this.fell && !arrives) this.state++
    const reward = arrives ? 1 : 0
    return { observation: this.state, reward, terminated: this.fell || arrives, truncated: false, info: {} }
  }

  render(): Scene {
    const cell = Math.max(24, Math.min(56, 640 / (this.n + 1)))
    const [top, height] = [90, 220]
    const width = (this.n + 1) * cell
    const stone = (i: number): SceneItem => ({
      kind: 'rect',
      x: i * cell + 2,
      y: top,
      width: cell - 4,
      height: 16,
      cornerRadius: 4,
      fill: i === this.n ? palette.green : palette.sand,
    })
    const [x, y] = [(this.state + 0.5) * cell, this.fell ? height - 28 : top - 14]
    const pole = (this.n + 0.5) * cell
    return {
      width,
      height,
      background: palette.paper,
      fps: 3,
      caption: this.fell ? 'fell' : `state ${this.state} of ${this.n}`,
      items: [
        { kind: 'rect', x: 0, y: top + 8, width, height: height - top - 8, fill: palette.sky },
        { kind: 'rect', x: 0, y: height - 24, width, height: 24, fill: palette.blue },
        ...Array.from({ length: this.n + 1 }, (_, i) => stone(i)),
        { kind: 'line', points: [pole, top, pole, top - 44], stroke: { color: palette.ink, width: 3 } },
        {
          kind: 'polygon',
          points: [pole, top - 44, pole + cell * 0.4, top - 36, pole, top - 28],
          fill: palette.orange,
        },
        { kind: 'circle', id: 'walker', x, y, radius: Math.min(12, cell * 0.32), fill: palette.orange },
      ],
    }
  }

  protected saveState(): EnvSnapshot {
    return { state: this.state, fell: this.fell }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    const saved = fields(snapshot, 'BlindCliffWalk')
    this.state = saved.number('state')
    this.fell = saved.boolean('fell')
  }
}
