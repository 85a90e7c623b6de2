import { checkNumbers } from '../../core/check-options.ts'
import type { Scene } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment, resetBounds } from '../environment.ts'
import { box, discrete } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, StepResult } from '../types.ts'
import { maxPosition, minPosition, mountainCarScene } from './mountain-car-scene.ts'

const maxSpeed = 0.07
const goalPosition = 0.5
const engineForce = 0.001
const gravity = 0.0025

/**
 * # MountainCar
 *
 * A car in a valley is too weak to climb the right hill; it has to swing (Moore 1990). Dynamics are Gymnasium's.
 *
 * | observation | meaning  | low   | high |
 * |-------------|----------|-------|------|
 * | 0           | position | −1.2  | 0.6  |
 * | 1           | speed    | −0.07 | 0.07 |
 *
 * Actions: 0 pushes left, 1 not at all, 2 right. Reward: −1 a step. Start: position uniform in −0.6 … −0.4 (reset options
 * `low`, `high`), at rest. Ends at position ≥ 0.5 with speed ≥ `goalVelocity` (0); cut after 200 steps.
 *
 * Versions: v0.
 */
export class MountainCar extends Environment<Float32Array, number> {
  readonly observationSpace = box({
    low: [minPosition, -maxSpeed].map(Math.fround),
    high: [maxPosition, maxSpeed].map(Math.fround),
  }) as unknown as Environment<Float32Array, number>['observationSpace']
  readonly actionSpace = discrete(3)
  private readonly goalVelocity: number
  private position = 0
  private velocity = 0

  constructor({ goalVelocity = 0 }: { goalVelocity?: number } = {}) {
    super()
    checkNumbers('MountainCar', { goalVelocity })
    this.goalVelocity = goalVelocity
  }

  protected begin(options: Readonly<Record<string, unknown>>): ResetResult<Float32Array> {
    const [low, high] = resetBounds(options, -0.6, -0.4)
    this.position = this.rng.uniform(low, high)
    this.velocity = 0
    return { observation: this.observe(), info: {} }
  }

  step(action: number): StepResult<Float32Array> {
    const velocity = this.velocity + ((action - 1) * engineForce + Math.cos(3 * this.position) * -gravity)
    this.velocity = Math.min(Math.max(velocity, -maxSpeed), maxSpeed)
    this.position = Math.min(Math.max(this.position + this.velocity, minPosition), maxPosition)
    if (this.position === minPosition && this.velocity < 0) this.velocity = 0
    const terminated = this.position >= goalPosition && this.velocity >= this.goalVelocity
    return { observation: this.observe(), reward: -1, terminated, truncated: false, info: {} }
  }

  render(): Scene {
    return mountainCarScene(this.position, this.velocity, goalPosition)
  }

  protected saveState(): EnvSnapshot {
    return { state: Float64Array.of(this.position, this.velocity) }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    const state = fields(snapshot, 'MountainCar').array('state', 'float64', [2])
    this.position = state[0]!
    this.velocity = state[1]!
  }

  private observe(): Float32Array {
    const observation = new Float32Array(2)
    observation[0] = this.position
    observation[1] = this.velocity
    return observation
  }
}
