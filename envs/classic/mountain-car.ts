import type { Scene } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment, resetBounds } from '../environment.ts'
import { palette } from '../palette.ts'
import { box, discrete } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, StepResult } from '../types.ts'

const minPosition = -1.2
const maxPosition = 0.6
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
    const scale = 600 / (maxPosition - minPosition)
    const screenX = (position: number): number => (position - minPosition) * scale
    const screenY = (position: number): number => 380 - (Math.sin(3 * position) * 0.45 + 0.55) * 300
    const hill: number[] = []
    for (let i = 0; i <= 100; i++) {
      const position = minPosition + (i / 100) * (maxPosition - minPosition)
      hill.push(screenX(position), screenY(position))
    }
    const slope = -Math.atan(Math.cos(3 * this.position) * 3 * 0.45 * (300 / scale))
    const [goalX, goalY] = [screenX(goalPosition), screenY(goalPosition)]
    return {
      width: 600,
      height: 400,
      background: palette.paper,
      fps: 30,
      caption: `position ${this.position.toFixed(2)}, speed ${this.velocity.toFixed(3)}`,
      items: [
        { kind: 'polygon', points: [0, 400, ...hill, 600, 400], fill: palette.sand },
        { kind: 'line', points: hill, stroke: { color: palette.grey, width: 3 } },
        { kind: 'line', points: [goalX, goalY, goalX, goalY - 50], stroke: { color: palette.ink, width: 3 } },
        {
          kind: 'polygon',
          points: [goalX, goalY - 50, goalX + 26, goalY - 41, goalX, goalY - 32],
          fill: palette.green,
        },
        {
          kind: 'sprite',
          id: 'car',
          x: screenX(this.position),
          y: screenY(this.position),
          angle: slope,
          items: [
            { kind: 'rect', x: -22, y: -26, width: 44, height: 16, cornerRadius: 4, fill: palette.blue },
            { kind: 'rect', x: -12, y: -36, width: 24, height: 12, cornerRadius: 4, fill: palette.sky },
            { kind: 'circle', x: -13, y: -8, radius: 8, fill: palette.ink },
            { kind: 'circle', x: 13, y: -8, radius: 8, fill: palette.ink },
          ],
        },
      ],
    }
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
