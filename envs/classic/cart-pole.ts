import { checkFlags } from '../../core/check-options.ts'
import type { Scene } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment, resetBounds } from '../environment.ts'
import { decimals } from '../decimals.ts'
import { palette } from '../palette.ts'
import { box, discrete } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, StepResult } from '../types.ts'

const gravity = 9.8
const poleMass = 0.1
const totalMass = 1.1
/** Half the pole's length. */
const halfLength = 0.5
const poleMoment = poleMass * halfLength
const force = 10
/** Seconds a step. */
const tau = 0.02
const angleLimit = (12 * 2 * Math.PI) / 360
const positionLimit = 2.4

/**
 * # CartPole
 *
 * A pole stands on a cart that runs on a track; push the cart left or right so that the pole stays up (Barto, Sutton and
 * Anderson 1983). Dynamics are Gymnasium's, step for step in double precision.
 *
 * | observation | meaning          | low    | high  |
 * |-------------|------------------|--------|-------|
 * | 0           | cart position, m | −4.8   | 4.8   |
 * | 1           | cart speed, m/s  | −∞     | ∞     |
 * | 2           | pole angle, rad  | −0.419 | 0.419 |
 * | 3           | pole speed, rad/s| −∞     | ∞     |
 *
 * Actions: 0 pushes left, 1 right. Reward: 1 a step, the last one included; with `suttonBartoReward` 0 a step and −1 at
 * the end. Start: all four uniform in ±0.05 (reset options `low`, `high`). Ends when |angle| > 12° or |position| > 2.4;
 * cut after 500 steps (v1) or 200 (v0).
 *
 * Versions: v1, v0 (shorter).
 */
export class CartPole extends Environment<Float32Array, number> {
  readonly observationSpace = box({
    low: [-2 * positionLimit, -Infinity, -2 * angleLimit, -Infinity].map(Math.fround),
    high: [2 * positionLimit, Infinity, 2 * angleLimit, Infinity].map(Math.fround),
  }) as unknown as Environment<Float32Array, number>['observationSpace']
  readonly actionSpace = discrete(2)
  private readonly suttonBartoReward: boolean
  private x = 0
  private xSpeed = 0
  private angle = 0
  private angleSpeed = 0

  constructor({ suttonBartoReward = false }: { suttonBartoReward?: boolean } = {}) {
    super()
    checkFlags('CartPole', { suttonBartoReward })
    this.suttonBartoReward = suttonBartoReward
  }

  protected begin(options: Readonly<Record<string, unknown>>): ResetResult<Float32Array> {
    const [low, high] = resetBounds(options, -0.05, 0.05)
    this.x = this.rng.uniform(low, high)
    this.xSpeed = this.rng.uniform(low, high)
    this.angle = this.rng.uniform(low, high)
    this.angleSpeed = this.rng.uniform(low, high)
    return { observation: this.observe(), info: {} }
  }

  step(action: number): StepResult<Float32Array> {
    const push = action === 1 ? force : -force
    const cos = Math.cos(this.angle)
    const sin = Math.sin(this.angle)
    const temp = (push + poleMoment * (this.angleSpeed * this.angleSpeed) * sin) / totalMass
    const angleAcceleration =
      (gravity * sin - cos * temp) / (halfLength * (4.0 / 3.0 - (poleMass * (cos * cos)) / totalMass))
    const acceleration = temp - (poleMoment * angleAcceleration * cos) / totalMass
    this.x += tau * this.xSpeed
    this.xSpeed += tau * acceleration
    this.angle += tau * this.angleSpeed
    this.angleSpeed += tau * angleAcceleration
    const terminated =
      this.x < -positionLimit || this.x > positionLimit || this.angle < -angleLimit || this.angle > angleLimit
    const reward = this.suttonBartoReward ? (terminated ? -1 : 0) : 1
    return { observation: this.observe(), reward, terminated, truncated: false, info: {} }
  }

  render(): Scene {
    const scale = 600 / (2 * positionLimit + 0.4)
    const x = 300 + this.x * scale
    const track = 300
    const length = 2 * halfLength * scale
    const limit = (side: number): Scene['items'][number] => ({
      kind: 'line',
      points: [300 + side * positionLimit * scale, track - 14, 300 + side * positionLimit * scale, track + 14],
      stroke: { color: palette.red, width: 3 },
    })
    const limitAngle = (side: number): Scene['items'][number] => {
      const tip = [x + side * Math.sin(angleLimit) * length * 1.15, track - 32 - Math.cos(angleLimit) * length * 1.15]
      return {
        ...{ kind: 'line', id: `limit-${side}`, points: [x, track - 32, tip[0]!, tip[1]!] },
        stroke: { color: palette.faint, width: 2 },
      }
    }
    return {
      width: 600,
      height: 400,
      background: palette.paper,
      fps: 50,
      caption: `position ${decimals(this.x, 2)} m, angle ${decimals((this.angle * 180) / Math.PI, 1)}°`,
      items: [
        { kind: 'line', points: [0, track, 600, track], stroke: { color: palette.grey, width: 2 } },
        limit(-1),
        limit(1),
        limitAngle(-1),
        limitAngle(1),
        {
          kind: 'rect',
          id: 'cart',
          x: x - 32,
          y: track - 32,
          width: 64,
          height: 32,
          cornerRadius: 6,
          fill: palette.ink,
        },
        { kind: 'circle', id: 'wheel-left', x: x - 18, y: track - 2, radius: 8, fill: palette.grey },
        { kind: 'circle', id: 'wheel-right', x: x + 18, y: track - 2, radius: 8, fill: palette.grey },
        {
          kind: 'sprite',
          id: 'pole',
          x,
          y: track - 32,
          angle: this.angle,
          items: [
            { kind: 'rect', x: -6, y: -length, width: 12, height: length + 6, cornerRadius: 6, fill: palette.orange },
          ],
        },
        { kind: 'circle', id: 'axle', x, y: track - 32, radius: 6, fill: palette.blue },
      ],
    }
  }

  protected saveState(): EnvSnapshot {
    return { state: Float64Array.of(this.x, this.xSpeed, this.angle, this.angleSpeed) }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    const state = fields(snapshot, 'CartPole').array('state', 'float64', [4])
    this.x = state[0]!
    this.xSpeed = state[1]!
    this.angle = state[2]!
    this.angleSpeed = state[3]!
  }

  private observe(): Float32Array {
    const observation = new Float32Array(4)
    observation[0] = this.x
    observation[1] = this.xSpeed
    observation[2] = this.angle
    observation[3] = this.angleSpeed
    return observation
  }
}
