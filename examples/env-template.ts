/**
 * A template for an environment of your own. Copy it, rename the class, and change what is between the dashes:
 *
 *     ringside check ./env-template.ts#Balloon
 *     ringside train dqn ./env-template.ts#Balloon --steps 6000
 *
 * A hot-air balloon is to hover at a height that each episode draws, while gusts push it up and down.
 */
import {
  createRng,
  spaces,
  type EnvSnapshot,
  type ResetOptions,
  type ResetResult,
  type Scene,
  type StepResult,
} from 'ringside/envs'

export class Balloon {
  // — What an agent sees and does. Required. ————————————————————————————————————————————————————————————————————————

  /** Height above the target and speed. Bounds matter: whatever leaves them is reported as a fault. */
  readonly observationSpace = spaces.box({ low: [-1, -0.2], high: [1, 0.2] })
  /** 0 lets the air cool, 1 burns. */
  readonly actionSpace = spaces.discrete(2)

  // — Optional: steps after which an episode is cut. Ringside counts them; leave `truncated` at false. ———————————————

  readonly maxEpisodeSteps = 200

  // — The state. All of it is set in reset(), and all of it is in snapshot(). ————————————————————————————————————————

  private height = 0
  private speed = 0
  private target = 0
  /** The only source of random numbers, so that a seed decides an episode. */
  private readonly rng = createRng(0)
  private readonly gusts: number

  /** Options come from `env.kwargs` of a config file, or `make(id, { kwargs })`. Give every one a default. */
  constructor({ gusts = 0.003 }: { readonly gusts?: number } = {}) {
    this.gusts = gusts
  }

  /** Starts an episode. Without a seed, go on drawing from where the random numbers stand. Required. */
  reset({ seed }: ResetOptions = {}): ResetResult {
    if (seed !== undefined) this.rng.restore(createRng(seed).state())
    this.height = 0.5
    this.speed = 0
    this.target = this.rng.uniform(0.25, 0.75)
    return { observation: this.observe(), info: {} }
  }

  /** One step. Required. `action` is a member of actionSpace: a number here, a typed array for a Box. */
  step(action: unknown): StepResult {
    this.speed += (action === 1 ? 0.006 : -0.006) + this.gusts * this.rng.normal()
    this.speed = Math.min(Math.max(this.speed, -0.2), 0.2)
    this.height = Math.min(Math.max(this.height + this.speed, 0), 1)
    const crashed = this.height === 0 || this.height === 1
    return {
      observation: this.observe(),
      // Dense rewards of about 1 a step are learned most easily.
      reward: crashed ? -10 : 1 - Math.min(1, 4 * Math.abs(this.height - this.target)),
      // The task ended: nothing can follow. A time limit is no such end.
      terminated: crashed,
      truncated: false,
      // Anything for people and wrappers. `actionMask` (a Uint8Array, 1 = allowed) is honoured by agents.
      info: {},
    }
  }

  /** A new array each time: replay keeps what it is given. */
  private observe(): Float32Array {
    return Float32Array.of(this.height - this.target, this.speed)
  }

  // — Optional: the picture. Shapes in drawing order; x to the right, y down, in units of your own. ———————————————————

  render(): Scene {
    const y = (height: number): number => 380 - 340 * height
    const [x, top] = [150, y(this.height)]
    return {
      width: 300,
      height: 400,
      background: '#dcebf4',
      fps: 30,
      caption: `${Math.round(100 * (this.height - this.target))} above the target`,
      items: [
        { kind: 'rect', x: 0, y: 380, width: 300, height: 20, fill: '#4c9a6a' },
        { kind: 'line', points: [40, y(this.target), 260, y(this.target)], stroke: { color: '#2b2d33', width: 2 } },
        { kind: 'line', points: [x - 14, top, x - 7, top + 26], stroke: { color: '#8d8f96', width: 2 } },
        { kind: 'line', points: [x + 14, top, x + 7, top + 26], stroke: { color: '#8d8f96', width: 2 } },
        // An id lets a viewer move the same thing smoothly from one picture to the next.
        { kind: 'circle', id: 'balloon', x, y: top - 6, radius: 22, fill: '#c8503c' },
        { kind: 'rect', id: 'basket', x: x - 8, y: top + 24, width: 16, height: 12, cornerRadius: 2, fill: '#8a6a3f' },
      ],
    }
  }

  // — Optional: the full state, random numbers included, as JSON and typed arrays. Without these two, a resumed run plays
  //   the present episode again from its seed, which comes to the same place and takes a little longer. ————————————————

  snapshot(): EnvSnapshot {
    const { key, words, spare } = this.rng.state()
    return { height: this.height, speed: this.speed, target: this.target, rng: { key, words, spare } }
  }

  restore(snapshot: EnvSnapshot): void {
    this.height = snapshot['height'] as number
    this.speed = snapshot['speed'] as number
    this.target = snapshot['target'] as number
    this.rng.restore(snapshot['rng'] as unknown as Parameters<typeof this.rng.restore>[0])
  }

  // — Optional: close() gives back what the environment opened: a file, a process. ————————————————————————————————————
}
