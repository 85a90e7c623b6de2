/**
 * A custom environment in one file:
 *
 *     ringside check ./examples/custom-env.ts#Corridor
 *     ringside train dqn ./examples/custom-env.ts#Corridor --steps 4000
 *
 * A key lies at the left end of a corridor and a door is at the right end: fetch the key, then walk to the door.
 */
import { createRng, spaces, type ResetOptions, type ResetResult, type Scene, type StepResult } from 'ringside/envs'

/** Cells of the corridor; the door is in the last one. */
const length = 8

export class Corridor {
  /** Where we stand (0 … 1) and whether we hold the key (0 or 1). */
  readonly observationSpace = spaces.box({ low: 0, high: 1, shape: [2] })
  /** 0 walks left, 1 right. */
  readonly actionSpace = spaces.discrete(2)
  /** Steps after which an episode is cut. */
  readonly maxEpisodeSteps = 60
  private readonly rng = createRng(0)
  private position = 0
  private hasKey = false

  reset({ seed }: ResetOptions = {}): ResetResult {
    if (seed !== undefined) this.rng.restore(createRng(seed).state())
    this.position = 1 + this.rng.int(length - 2)
    this.hasKey = false
    return { observation: this.observe(), info: {} }
  }

  step(action: unknown): StepResult {
    this.position = Math.min(length - 1, Math.max(0, this.position + (action === 1 ? 1 : -1)))
    const found = !this.hasKey && this.position === 0
    this.hasKey ||= found
    const out = this.hasKey && this.position === length - 1
    return {
      observation: this.observe(),
      reward: out ? 1 : found ? 0.5 : -0.01,
      terminated: out,
      truncated: false,
      info: {},
    }
  }

  render(): Scene {
    const cell = 600 / length
    return {
      width: 600,
      height: 160,
      background: '#fbfaf7',
      fps: 8,
      items: [
        { kind: 'rect', x: 0, y: 40, width: 600, height: 80, fill: '#e9dfc7' },
        { kind: 'rect', x: 600 - cell + 12, y: 48, width: cell - 24, height: 72, fill: '#2f6f9f' },
        ...(this.hasKey ? [] : [{ kind: 'circle', x: cell / 2, y: 80, radius: 12, fill: '#d9822b' } as const]),
        {
          kind: 'circle',
          id: 'walker',
          x: (this.position + 0.5) * cell,
          y: 80,
          radius: 20,
          fill: this.hasKey ? '#d9822b' : '#2b2d33',
        },
      ],
    }
  }

  private observe(): Float32Array {
    return Float32Array.of(this.position / (length - 1), this.hasKey ? 1 : 0)
  }
}
