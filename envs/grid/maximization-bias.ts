import { checkNumbers } from '../../core/check-options.ts'
import type { Scene } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment } from '../environment.ts'
import { palette } from '../palette.ts'
import { discrete } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, StepResult } from '../types.ts'

/**
 * # MaximizationBias
 *
 * Two states (Sutton and Barto, example 6.7). From A, right ends with nothing, left leads to B, where each of many actions
 * ends with a reward that is −0.1 on average. Q-learning takes the largest of many noisy estimates for the truth and goes
 * left far too often; double Q-learning does not.
 *
 * Observation: 0 in A, 1 in B. Actions: in A 0 right and 1 left (`info.actionMask` forbids the others), in B any. Reward: 0
 * from A, normal with mean −0.1 and deviation 1 from B. Ends after one step to the right or two to the left.
 *
 * Options: `actions` in B (10). Versions: v0.
 */
export class MaximizationBias extends Environment<number, number> {
  readonly observationSpace = discrete(2)
  readonly actionSpace
  private readonly actions: number
  private inB = false

  constructor({ actions = 10 }: { readonly actions?: number } = {}) {
    super()
    checkNumbers('MaximizationBias', { actions }, { min: 2, max: 10_000, whole: true })
    this.actions = actions
    this.actionSpace = discrete(actions)
  }

  protected begin(): ResetResult<number> {
    this.inB = false
    return { observation: 0, info: { actionMask: this.mask() } }
  }

  step(action: number): StepResult<number> {
    const wasInB = this.inB
    // Beyond the mask: as left.
    this.inB = !wasInB && action !== 0
    const reward = wasInB ? this.rng.normal() - 0.1 : 0
    const info = { actionMask: this.mask() }
    return { observation: this.inB ? 1 : 0, reward, terminated: wasInB || action === 0, truncated: false, info }
  }

  render(): Scene {
    const node = (x: number, name: string, here: boolean) =>
      [
        { kind: 'circle', x, y: 80, radius: 30, fill: here ? palette.orange : palette.sand },
        { kind: 'text', x, y: 80, text: name, size: 24, color: palette.ink, align: 'center', baseline: 'middle' },
      ] as const
    return {
      width: 360,
      height: 160,
      background: palette.paper,
      fps: 2,
      caption: `state ${this.inB ? 'B' : 'A'}`,
      items: [
        { kind: 'line', points: [120, 80, 320, 80], stroke: { color: palette.grey, width: 3 } },
        { kind: 'rect', x: 306, y: 66, width: 28, height: 28, fill: palette.ink },
        ...node(90, 'B', this.inB),
        ...node(210, 'A', !this.inB),
      ],
    }
  }

  protected saveState(): EnvSnapshot {
    return { state: this.inB ? 1 : 0 }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    this.inB = fields(snapshot, 'MaximizationBias').number('state') === 1
  }

  private mask(): Uint8Array {
    return Uint8Array.from({ length: this.actions }, (_, action) => (this.inB || action < 2 ? 1 : 0))
  }
}
