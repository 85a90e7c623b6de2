import type { Scene } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment } from '../../envs/environment.ts'
import { register, spaces, type EnvSnapshot, type ResetResult, type StepResult } from '../../envs/index.ts'

/** An observation that tells its frame number and whether it is an even one. */
const height = 20
const width = 14

/**
 * A game of frames for tests of wrappers: noise that flickers, 3 lives of random length, and a first life that begins with
 * FIRE. Rewards count frames; the frame's number in the game is `info.frame`.
 */
export class PixelGame extends Environment<Uint8Array, number> {
  readonly observationSpace = spaces.box({
    low: 0,
    high: 255,
    shape: [height, width, 3],
    dtype: 'uint8',
  }) as unknown as Environment<Uint8Array, number>['observationSpace']
  readonly actionSpace = spaces.discrete(3)
  readonly actionMeanings = ['NOOP', 'LEFT', 'FIRE']
  /** frame, lives, frame of the next loss, 1 once fired. */
  private state = Float64Array.of(0, 3, 0, 0)

  protected begin(): ResetResult<Uint8Array> {
    this.state.set([0, 3, 6 + this.rng.int(12), 0])
    return { observation: this.draw(), info: { ...this.told(), fresh: true } }
  }

  step(action: number): StepResult<Uint8Array> {
    const state = this.state
    state[0]!++
    if (action === 2) state[3] = 1
    if (state[0] === state[2]) {
      state[1]!--
      state[2]! += 1 + this.rng.int(12)
    }
    const terminated = state[1] === 0
    return { observation: this.draw(), reward: state[0]!, terminated, truncated: false, info: this.told() }
  }

  render(): Scene {
    const pixels = { kind: 'pixels', x: 0, y: 0, width, height, columns: width, rows: height, channels: 3 } as const
    return { width, height, background: '#000', items: [{ ...pixels, data: this.draw() }] }
  }

  protected saveState(): EnvSnapshot {
    return { state: this.state.slice() }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    this.state.set(fields(snapshot, 'PixelGame').array('state', 'float64', [4]))
  }

  private told(): { frame: number; lives: number; fired: boolean } {
    return { frame: this.state[0]!, lives: this.state[1]!, fired: this.state[3] === 1 }
  }

  private draw(): Uint8Array {
    const frame = this.state[0]!
    // Every other pixel is dark, the odd ones in even frames and the even ones in odd frames.
    return Uint8Array.from({ length: height * width * 3 }, (_, i) =>
      (i + frame) % 2 === 0 ? 0 : (i * 7919 + frame * 104_729 + (this.state[1]! << 5)) & 255,
    )
  }
}

export const pixelGame = 'test/PixelGame-v0'
register({ id: pixelGame, maxEpisodeSteps: 200 }, () => Promise.resolve(PixelGame))
