import { createRng } from '../../core/rng.ts'
import { spaces } from '../../envs/index.ts'
import type { ResetOptions, ResetResult, StepResult } from '../../envs/types.ts'

/**
 * An environment that costs nothing: gray frames of 84×84 in a row from a table of random ones, a reward for the action
 * that the frame's number names, an end every 500 steps. For benches of what stands round it.
 */
export class Frames {
  readonly observationSpace = spaces.box({ low: 0, high: 255, shape: [84, 84], dtype: 'uint8' })
  readonly actionSpace = spaces.discrete(6)
  private readonly table: readonly Uint8Array[]
  private steps = 0

  constructor() {
    const rng = createRng(0)
    this.table = Array.from({ length: 256 }, () => Uint8Array.from({ length: 84 * 84 }, () => rng.int(256)))
  }

  reset(_options: ResetOptions = {}): ResetResult {
    this.steps = 0
    return { observation: this.frame(), info: {} }
  }

  step(action: unknown): StepResult {
    const reward = action === this.steps % 6 ? 1 : 0
    this.steps++
    return { observation: this.frame(), reward, terminated: this.steps % 500 === 0, truncated: false, info: {} }
  }

  private frame(): Uint8Array {
    return this.table[this.steps % this.table.length]!
  }
}
