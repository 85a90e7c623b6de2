import type { Scene } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment, resetBounds } from '../environment.ts'
import { decimals } from '../decimals.ts'
import { palette } from '../palette.ts'
import { box, discrete } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, StepResult } from '../types.ts'

/** Seconds a step. */
const dt = 0.2
const maxSpeed1 = 4 * Math.PI
const maxSpeed2 = 9 * Math.PI
// Both links: length 1 m, mass 1 kg, centre of mass at 0.5 m, moment of inertia 1.
const centre = 0.5
const gravity = 9.8

/**
 * # Acrobot
 *
 * Two links hang from a bar; a torque on the joint between them has to swing the free end above the line (Sutton 1996).
 * Dynamics are Gymnasium's: the book's equations, one Runge-Kutta step of 0.2 s.
 *
 * | observation | meaning                        | low  | high |
 * |-------------|--------------------------------|------|------|
 * | 0, 1        | cos and sin of the first angle | −1   | 1    |
 * | 2, 3        | cos and sin of the second, relative to the first | −1 | 1 |
 * | 4           | speed of the first, rad/s      | −4π  | 4π   |
 * | 5           | speed of the second, rad/s     | −9π  | 9π   |
 *
 * Actions: torque −1, 0 or 1 Nm. Reward: −1 a step, 0 at the goal. Start: angles and speeds uniform in ±0.1 (reset options
 * `low`, `high`), hanging down. Ends when −cos θ₁ − cos(θ₁ + θ₂) > 1; cut after 500 steps.
 *
 * Versions: v1.
 */
export class Acrobot extends Environment<Float32Array, number> {
  readonly observationSpace = box({
    low: [-1, -1, -1, -1, -maxSpeed1, -maxSpeed2].map(Math.fround),
    high: [1, 1, 1, 1, maxSpeed1, maxSpeed2].map(Math.fround),
  }) as unknown as Environment<Float32Array, number>['observationSpace']
  readonly actionSpace = discrete(3)
  /** θ₁, θ₂ and their speeds. */
  private state = new Float64Array(4)
  private torque = 0

  protected begin(options: Readonly<Record<string, unknown>>): ResetResult<Float32Array> {
    const [low, high] = resetBounds(options, -0.1, 0.1)
    // Gymnasium rounds the first state to float32.
    this.state = Float64Array.from({ length: 4 }, () => Math.fround(this.rng.uniform(low, high)))
    this.torque = 0
    return { observation: this.observe(), info: {} }
  }

  step(action: number): StepResult<Float32Array> {
    this.torque = action - 1
    const s = this.state
    rungeKutta(s, this.torque)
    s[0] = wrap(s[0]!)
    s[1] = wrap(s[1]!)
    s[2] = Math.min(Math.max(s[2]!, -maxSpeed1), maxSpeed1)
    s[3] = Math.min(Math.max(s[3]!, -maxSpeed2), maxSpeed2)
    const terminated = -Math.cos(s[0]) - Math.cos(s[1] + s[0]) > 1
    return { observation: this.observe(), reward: terminated ? 0 : -1, terminated, truncated: false, info: {} }
  }

  render(): Scene {
    const scale = 80
    const [angle1, angle2] = [this.state[0]!, this.state[1]!]
    const joint: [number, number] = [300 + scale * Math.sin(angle1), 200 + scale * Math.cos(angle1)]
    const tip: [number, number] = [
      joint[0] + scale * Math.sin(angle1 + angle2),
      joint[1] + scale * Math.cos(angle1 + angle2),
    ]
    const torqueColor = this.torque === 0 ? palette.grey : this.torque < 0 ? palette.red : palette.green
    return {
      width: 600,
      height: 400,
      background: palette.paper,
      fps: 15,
      caption: `height of the tip ${decimals(-Math.cos(angle1) - Math.cos(angle1 + angle2), 2)} of 1`,
      items: [
        { kind: 'line', points: [0, 200 - scale, 600, 200 - scale], stroke: { color: palette.green, width: 2 } },
        { kind: 'text', x: 10, y: 200 - scale - 6, text: 'goal', size: 14, color: palette.green, baseline: 'bottom' },
        { kind: 'line', id: 'link-1', points: [300, 200, ...joint], stroke: { color: palette.blue, width: 16 } },
        { kind: 'line', id: 'link-2', points: [...joint, ...tip], stroke: { color: palette.sky, width: 16 } },
        { kind: 'circle', x: 300, y: 200, radius: 10, fill: palette.ink },
        { kind: 'circle', id: 'joint', x: joint[0], y: joint[1], radius: 10, fill: torqueColor },
        { kind: 'circle', id: 'tip', x: tip[0], y: tip[1], radius: 6, fill: palette.orange },
      ],
    }
  }

  protected saveState(): EnvSnapshot {
    return { state: this.state.slice(), torque: this.torque }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    const saved = fields(snapshot, 'Acrobot')
    this.state = Float64Array.from(saved.array('state', 'float64', [4]))
    this.torque = typeof saved.get('torque') === 'number' ? saved.number('torque') : 0
  }

  private observe(): Float32Array {
    const s = this.state
    const observation = new Float32Array(6)
    observation[0] = Math.cos(s[0]!)
    observation[1] = Math.sin(s[0]!)
    observation[2] = Math.cos(s[1]!)
    observation[3] = Math.sin(s[1]!)
    observation[4] = s[2]!
    observation[5] = s[3]!
    return observation
  }
}

const k1 = new Float64Array(4)
const k2 = new Float64Array(4)
const k3 = new Float64Array(4)
const k4 = new Float64Array(4)
const at = new Float64Array(4)

/** One classical Runge-Kutta step of the four states, in place. */
function rungeKutta(s: Float64Array, torque: number): void {
  derivatives(s, torque, k1)
  for (let i = 0; i < 4; i++) at[i] = s[i]! + (dt / 2) * k1[i]!
  derivatives(at, torque, k2)
  for (let i = 0; i < 4; i++) at[i] = s[i]! + (dt / 2) * k2[i]!
  derivatives(at, torque, k3)
  for (let i = 0; i < 4; i++) at[i] = s[i]! + dt * k3[i]!
  derivatives(at, torque, k4)
  for (let i = 0; i < 4; i++) s[i] = s[i]! + (dt / 6) * (k1[i]! + 2 * k2[i]! + 2 * k3[i]! + k4[i]!)
}

function derivatives(s: Float64Array, torque: number, out: Float64Array): void {
  const angle1 = s[0]!
  const angle2 = s[1]!
  const speed1 = s[2]!
  const speed2 = s[3]!
  const cos2 = Math.cos(angle2)
  const sin2 = Math.sin(angle2)
  const d1 = centre ** 2 + (1 + centre ** 2 + 2 * centre * cos2) + 2
  const d2 = centre ** 2 + centre * cos2 + 1
  const phi2 = centre * gravity * Math.cos(angle1 + angle2 - Math.PI / 2)
  const phi1 =
    -centre * speed2 ** 2 * sin2 -
    2 * centre * speed2 * speed1 * sin2 +
    (centre + 1) * gravity * Math.cos(angle1 - Math.PI / 2) +
    phi2
  const acceleration2 =
    (torque + (d2 / d1) * phi1 - centre * speed1 ** 2 * sin2 - phi2) / (centre ** 2 + 1 - d2 ** 2 / d1)
  out[0] = speed1
  out[1] = speed2
  out[2] = -(d2 * acceleration2 + phi1) / d1
  out[3] = acceleration2
}

/** Into −π … π. */
function wrap(angle: number): number {
  let x = angle
  while (x > Math.PI) x -= 2 * Math.PI
  while (x < -Math.PI) x += 2 * Math.PI
  return x
}
