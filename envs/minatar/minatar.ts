import { checkFlags, checkNumbers } from '../../core/check-options.ts'
import type { Scene } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment } from '../environment.ts'
import { box, discrete } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, StepResult } from '../types.ts'
import { actionNames, cells, size, type Game, type GameOptions } from './game.ts'
import { drawScene } from './scene.ts'

/** Observations in one block of memory: to allocate each by itself would take as long as playing a step. */
const blockSize = 32

export interface MinAtarOptions {
  readonly stickyActionProb?: number
  readonly difficultyRamping?: boolean
  readonly useMinimalActionSet?: boolean
}

/**
 * # MinAtar
 *
 * Five small Atari games on a board of 10 × 10 (Young and Tian 2019, "MinAtar: An Atari-Inspired Testbed for Thorough and
 * Reproducible Reinforcement Learning Experiments"), written from their published rules and observed play.
 *
 * | Observation | |
 * |---|---|
 * | dtype, shape | uint8, channels × 10 × 10 (the layout that convolutions read here), 0 or 1 |
 * | channels | those of the game; `env.channels` names them |
 *
 * Actions: v1 has those that do something in the game (the minimal set), v0 all six: 0 no-op, 1 left, 2 up, 3 right,
 * 4 down, 5 fire. Rewards, start and end: see each game. There is no time limit beyond Freeway's.
 *
 * Options: `stickyActionProb` (0.1): the chance that the last action is repeated instead of the given one;
 * `difficultyRamping` (true); `useMinimalActionSet` (true in v1, false in v0).
 */
export class MinAtar extends Environment<Uint8Array, number> {
  readonly observationSpace
  readonly actionSpace
  /** What the planes of an observation hold, in order. */
  readonly channels
  /** Of each action: `no-op`, `left`, … */
  readonly actionMeanings: readonly string[]
  private readonly game: Game
  private readonly actionSet: readonly number[]
  private readonly sticky: number
  private lastAction = 0
  private readonly length: number
  /** Zeros from `used` on: every observation is a piece of its own. */
  private block = new Uint8Array(0)
  private used = 0

  constructor(
    build: (options: GameOptions) => Game,
    { stickyActionProb = 0.1, difficultyRamping = true, useMinimalActionSet = true }: MinAtarOptions = {},
  ) {
    super()
    checkNumbers('MinAtar', { stickyActionProb }, { min: 0, max: 1 })
    checkFlags('MinAtar', { difficultyRamping, useMinimalActionSet })
    this.game = build({ difficultyRamping })
    this.sticky = stickyActionProb
    this.channels = this.game.channels
    this.actionSet = useMinimalActionSet ? this.game.minimalActions : [0, 1, 2, 3, 4, 5]
    this.actionMeanings = this.actionSet.map((number) => actionNames[number]!)
    this.actionSpace = discrete(this.actionSet.length)
    this.length = this.channels.length * cells
    this.observationSpace = box({
      low: 0,
      high: 1,
      shape: [this.channels.length, size, size],
      dtype: 'uint8',
    }) as unknown as Environment<Uint8Array, number>['observationSpace']
  }

  protected begin(): ResetResult<Uint8Array> {
    this.lastAction = 0
    this.game.start(this.rng)
    return { observation: this.observe(), info: {} }
  }

  step(action: number): StepResult<Uint8Array> {
    const { game, sticky } = this
    if (sticky === 0 || this.rng.float() >= sticky) this.lastAction = this.actionSet[action]!
    const reward = game.advance(this.lastAction, this.rng)
    return { observation: this.observe(), reward, terminated: game.over, truncated: false, info: {} }
  }

  render(): Scene {
    return drawScene(this.channels, this.observe())
  }

  protected saveState(): EnvSnapshot {
    return { lastAction: this.lastAction, game: this.game.save() }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    const saved = fields(snapshot, String(this))
    this.lastAction = saved.number('lastAction')
    this.game.load(saved.array('game', 'int32') as Int32Array)
  }

  private observe(): Uint8Array {
    if (this.used === this.block.length) {
      this.block = new Uint8Array(blockSize * this.length)
      this.used = 0
    }
    const planes = this.block.subarray(this.used, (this.used += this.length))
    this.game.draw(planes)
    return planes
  }
}
