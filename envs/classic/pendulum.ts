import { checkNumbers } from '../../core/check-options.ts'
import type { Scene } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import type { TypedArray } from '../../core/dtype.ts'
import { decimals } from '../decimals.ts'
import { Environment } from '../environment.ts'
import { palette } from '../palette.ts'
import { box, discrete, type Space } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, SpaceValue, StepResult } from '../types.ts'

const maxSpeed = 8
const maxTorque = 2
/** Seconds a step. */
const tau = 0.05

/**
 * # Pendulum
 *
 * Swing a pendulum up and hold it there with a motor that is too weak to lift it at once. Dynamics are Gymnasium's, float32
 * roundings of the torque included.
 *
 * | observation | meaning                   | low | high |
 * |-------------|---------------------------|-----|------|
 * | 0           | cos of the angle (0: up)  | −1  | 1    |
 * | 1           | sin of the angle          | −1  | 1    |
 * | 2           | angular speed, rad/s      | −8  | 8    |
 *
 * Action: the torque, −2 … 2 N·m; with `actions: n` one of n torques evenly spread over that range (`PendulumDiscrete-v1`: 5).
 * Reward: −(angle² + 0.1 · speed² + 0.001 · torque²), the angle in ±π. Start: angle uniform in ±π, speed in ±1 (reset options
 * `xInit`, `yInit`). Never ends; cut after 200 steps.
 *
 * Options: `g` (10 m/s²), `actions`. Versions: v1.
 */
export class Pendulum extends Environment<Float32Array, SpaceValue> {
  readonly observationSpace = box({
    low: [-1, -1, -maxSpeed],
    high: [1, 1, maxSpeed],
  }) as unknown as Environment<Float32Array, SpaceValue>['observationSpace']
  readonly actionSpace: Space
  private readonly g: number
  /** Undefined where the action is the torque itself. */
  private readonly torques: Float32Array | undefined
  private angle = Math.PI
  private speed = 0
  private torque = 0

  constructor({ g = 10, actions }: { readonly g?: number; readonly actions?: number } = {}) {
    super()
    checkNumbers('Pendulum', { g })
    if (actions !== undefined) checkNumbers('Pendulum', { actions }, { min: 2, max: 10_000, whole: true })
    this.g = g
    this.torques =
      actions === undefined
        ? undefined
        : Float32Array.from({ length: actions }, (_, i) => -maxTorque + (2 * maxTorque * i) / (actions - 1))
    this.actionSpace = actions === undefined ? box({ low: -maxTorque, high: maxTorque, shape: [1] }) : discrete(actions)
  }

  protected begin(options: Readonly<Record<string, unknown>>): ResetResult<Float32Array> {
    const { xInit = Math.PI, yInit = 1 } = options as { xInit?: number; yInit?: number }
    this.angle = this.rng.uniform(-xInit, xInit)
    this.speed = this.rng.uniform(-yInit, yInit)
    this.torque = 0
    return { observation: this.observe(), info: {} }
  }

  step(action: SpaceValue): StepResult<Float32Array> {
    const asked = this.torques === undefined ? (action as TypedArray)[0]! : this.torques[action as number]!
    const torque = Math.fround(Math.min(Math.max(asked, -maxTorque), maxTorque))
    this.torque = torque
    // NumPy keeps what it multiplies with a float32 in float32.
    const effort = Math.fround(Math.fround(0.001) * Math.fround(torque * torque))
    const push = Math.fround(3 * torque)
    const { angle, speed } = this
    const cost = normalise(angle) ** 2 + 0.1 * speed ** 2 + effort
    const faster = speed + (((3 * this.g) / 2) * Math.sin(angle) + push) * tau
    this.speed = Math.min(Math.max(faster, -maxSpeed), maxSpeed)
    this.angle = angle + this.speed * tau
    return { observation: this.observe(), reward: -cost, terminated: false, truncated: false, info: {} }
  }

  render(): Scene {
    const middle = 200
    const length = 130
    return {
      width: 400,
      height: 400,
      background: palette.paper,
      fps: 20,
      caption: `angle ${decimals((normalise(this.angle) * 180) / Math.PI, 0)}°, torque ${decimals(this.torque, 2)} N·m`,
      items: [
        { kind: 'circle', x: middle, y: middle, radius: length + 18, stroke: { color: palette.faint, width: 2 } },
        {
          kind: 'line',
          points: [middle, middle - length - 30, middle, middle - length - 6],
          stroke: { color: palette.green, width: 3 },
        },
        {
          kind: 'sprite',
          id: 'rod',
          x: middle,
          y: middle,
          // Gymnasium's angles run counter-clockwise, a scene's clockwise.
          angle: -this.angle,
          items: [
            {
              kind: 'rect',
              x: -11,
              y: -length,
              width: 22,
              height: length + 11,
              cornerRadius: 11,
              fill: palette.orange,
            },
          ],
        },
        { kind: 'circle', id: 'axle', x: middle, y: middle, radius: 7, fill: palette.ink },
        {
          kind: 'rect',
          id: 'torque',
          x: this.torque < 0 ? middle : middle - (this.torque / maxTorque) * 120,
          y: 380,
          width: Math.max(1, Math.abs(this.torque / maxTorque) * 120),
          height: 8,
          fill: palette.blue,
        },
      ],
    }
  }

  protected saveState(): EnvSnapshot {
    return { state: Float64Array.of(this.angle, this.speed), torque: this.torque }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    const saved = fields(snapshot, 'Pendulum')
    const state = saved.array('state', 'float64', [2])
    this.angle = state[0]!
    this.speed = state[1]!
    this.torque = saved.number('torque')
  }

  private observe(): Float32Array {
    return Float32Array.of(Math.cos(this.angle), Math.sin(this.angle), this.speed)
  }
}

/** The same angle in −π … π. */
function normalise(angle: number): number {
  const turn = 2 * Math.PI
  const rest = (angle + Math.PI) % turn
  return (rest < 0 ? rest + turn : rest) - Math.PI
}
