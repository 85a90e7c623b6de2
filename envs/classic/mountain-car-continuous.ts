import { checkNumbers } from '../../core/check-options.ts'
import { isTypedArray, type TypedArray } from '../../core/dtype.ts'
import type { Scene } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment, resetBounds } from '../environment.ts'
import { box } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, StepResult } from '../types.ts'
import { maxPosition, minPosition, mountainCarScene } from './mountain-car-scene.ts'

const maxSpeed = 0.07
const goalPosition = 0.45
const power = 0.0015
const gravity = 0.0025

/**
 * # MountainCarContinuous
 *
 * MountainCar with an engine that can be dosed. Dynamics are Gymnasium's, which keeps its state in float32 from the first
 * step on: so does this one, rounding for rounding.
 *
 * | observation | meaning  | low   | high |
 * |-------------|----------|-------|------|
 * | 0           | position | −1.2  | 0.6  |
 * | 1           | speed    | −0.07 | 0.07 |
 *
 * Action: the force, −1 … 1. Reward: −0.1 · force² a step, and 100 at the goal. Start: position uniform in −0.6 … −0.4 (reset
 * options `low`, `high`), at rest. Ends at position ≥ 0.45 with speed ≥ `goalVelocity` (0); cut after 999 steps.
 *
 * Versions: v0.
 */
export class MountainCarContinuous extends Environment<Float32Array, TypedArray> {
  readonly observationSpace = box({
    low: [minPosition, -maxSpeed].map(Math.fround),
    high: [maxPosition, maxSpeed].map(Math.fround),
  }) as unknown as Environment<Float32Array, TypedArray>['observationSpace']
  readonly actionSpace = box({ low: -1, high: 1, shape: [1] })
  private readonly goalVelocity: number
  /** Position and speed: in doubles after a reset, in float32 after a step, as NumPy has them. */
  private state: Float64Array | Float32Array = new Float64Array(2)

  constructor({ goalVelocity = 0 }: { goalVelocity?: number } = {}) {
    super()
    checkNumbers('MountainCarContinuous', { goalVelocity })
    this.goalVelocity = goalVelocity
  }

  protected begin(options: Readonly<Record<string, unknown>>): ResetResult<Float32Array> {
    const [low, high] = resetBounds(options, -0.6, -0.4)
    this.state = Float64Array.of(this.rng.uniform(low, high), 0)
    return { observation: Float32Array.from(this.state), info: {} }
  }

  step(action: TypedArray): StepResult<Float32Array> {
    const force = Math.fround(action[0]!)
    const round = this.state instanceof Float32Array ? Math.fround : (x: number): number => x
    let [position, velocity] = this.state as unknown as [number, number]
    const pull = gravity * Math.cos(round(3 * position))
    // A force within bounds is a float32, and makes one of all that it meets; a clipped one is a double.
    const pushed =
      Math.abs(force) <= 1
        ? Math.fround(Math.fround(force * Math.fround(power)) - Math.fround(pull))
        : Math.sign(force) * power - pull
    velocity = round(velocity + round(pushed))
    velocity = Math.min(Math.max(velocity, round(-maxSpeed)), round(maxSpeed))
    position = round(position + velocity)
    position = Math.min(Math.max(position, round(minPosition)), round(maxPosition))
    if (position === round(minPosition) && velocity < 0) velocity = 0
    const terminated = position >= round(goalPosition) && velocity >= this.goalVelocity
    this.state = Float32Array.of(position, velocity)
    const reward = (terminated ? 100 : 0) - force ** 2 * 0.1
    return { observation: this.state.slice(), reward, terminated, truncated: false, info: {} }
  }

  render(): Scene {
    return mountainCarScene(this.state[0]!, this.state[1]!, goalPosition)
  }

  protected saveState(): EnvSnapshot {
    const doubles = this.state instanceof Float64Array && this.state.every(isFloat32)
    return { state: this.state.slice(), ...(doubles && { doubles }) }
  }

  /** Numbers that are float32 come from a step, in whatever array they stand, unless a reset drew `doubles` that look so. */
  protected restoreState(snapshot: EnvSnapshot): void {
    const saved = fields(snapshot, 'MountainCarContinuous')
    const state = saved.get('state')
    const dtype = isTypedArray(state) && state instanceof Float32Array ? 'float32' : 'float64'
    const numbers = saved.array('state', dtype, [2]) as Float64Array | Float32Array
    this.state = numbers.every(isFloat32) && snapshot['doubles'] !== true ? Float32Array.from(numbers) : numbers.slice()
  }
}

function isFloat32(x: number): boolean {
  return Math.fround(x) === x
}
