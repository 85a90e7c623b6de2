import { checkFlags, checkNumbers } from '../../core/check-options.ts'
import { usageError } from '../../core/errors.ts'
import type { Scene } from '../../core/scene.ts'
import { fields } from '../../core/state.ts'
import { Environment } from '../environment.ts'
import { box, discrete } from '../spaces/index.ts'
import type { EnvSnapshot, ResetResult, StepResult } from '../types.ts'
import { lunarScene } from './lunar-scene.ts'
import { height, leg, LunarWorld, scale, surfacePoints, width } from './lunar-world.ts'

const fps = 50
const mainPower = 13
const sidePower = 0.6
/** Newtons, at most, of the push at the start along each axis. */
const startPush = 1000
const padHeight = height / 4
/** Pixels about the lander's origin. */
const mainEngine = { y: 4 } as const
const sideEngine = { x: 12, y: 14, shift: 17 } as const
const limits = [2.5, 2.5, 10, 10, 2 * Math.PI, 10, 1, 1].map(Math.fround)

export interface LunarLanderOptions {
  readonly gravity?: number
  readonly enableWind?: boolean
  readonly windPower?: number
  readonly turbulencePower?: number
}

/**
 * # LunarLander
 *
 * Land softly between the flags (Klimov 2016). Rules are those of Gymnasium's LunarLander-v3.
 *
 * | observation | meaning                                | low   | high  |
 * |-------------|----------------------------------------|-------|-------|
 * | 0           | x from the pad, 10 m                   | −2.5  | 2.5   |
 * | 1           | y above the landed height, 6.67 m      | −2.5  | 2.5   |
 * | 2           | speed along x, 5 m/s                   | −10   | 10    |
 * | 3           | speed along y, 7.5 m/s                 | −10   | 10    |
 * | 4           | tilt, rad                              | −2π   | 2π    |
 * | 5           | spin, 2.5 rad/s                        | −10   | 10    |
 * | 6, 7        | the right, the left leg touches ground | 0     | 1     |
 *
 * Beyond a bound the observation stays at it (Gymnasium's leaves its space there); the reward goes by the true state.
 *
 * Actions: 0 nothing, 1 the jet that turns left, 2 the main engine, 3 the jet that turns right. Each thrust is spread at
 * random. Reward: the change of −100 · (distance + speed + |tilt|) + 10 for each leg on the ground, −0.3 for the main
 * engine, −0.03 for a jet; instead of all that −100 for a crash or for leaving, 100 for coming to rest. Start: top middle,
 * pushed at random, over a moon that is random beside the pad. Ends when the hull touches the ground, with |x| ≥ 1, or at
 * rest; cut after 1000 steps.
 *
 * Options: `gravity` (−10; between −12 and 0), `enableWind` (false), `windPower` (15), `turbulencePower` (1.5). Versions: v3.
 */
export class LunarLander extends Environment<Float32Array, number> {
  readonly observationSpace = box({
    low: limits.map((limit, i) => (i < 6 ? -limit : 0)),
    high: limits,
  }) as unknown as Environment<Float32Array, number>['observationSpace']
  readonly actionSpace = discrete(4)
  private readonly gravity: number
  private readonly enableWind: boolean
  private readonly windPower: number
  private readonly turbulencePower: number
  private surface = new Float64Array(surfacePoints)
  private world: LunarWorld
  private shaping = 0
  /** Where the wind and the turbulence stand in their patterns, steps. */
  private windIndex = 0
  private turbulenceIndex = 0
  /** The last action, for the picture. */
  private firing = 0

  constructor({ gravity = -10, enableWind = false, windPower = 15, turbulencePower = 1.5 }: LunarLanderOptions = {}) {
    super()
    if (!(typeof gravity === 'number' && gravity > -12 && gravity < 0))
      throw usageError(`LunarLander expects a gravity between -12 and 0, got ${String(gravity)}.`)
    checkFlags('LunarLander', { enableWind })
    checkNumbers('LunarLander', { windPower, turbulencePower }, { min: 0 })
    this.gravity = gravity
    this.enableWind = enableWind
    this.windPower = windPower
    this.turbulencePower = turbulencePower
    this.world = new LunarWorld(this.surface, gravity)
  }

  protected begin(): ResetResult<Float32Array> {
    const { rng } = this
    const heights = Array.from({ length: surfacePoints + 1 }, () => rng.uniform(0, height / 2))
    const middle = (surfacePoints - 1) / 2
    heights.fill(padHeight, middle - 2, middle + 3)
    // The first point's neighbour to the left is the last height, as in Gymnasium.
    this.surface = Float64Array.from({ length: surfacePoints }, (_, i) => {
      return 0.33 * (heights.at(i - 1)! + heights[i]! + heights[i + 1]!)
    })
    this.world = new LunarWorld(this.surface, this.gravity)
    this.world.lander.forceX = rng.uniform(-startPush, startPush)
    this.world.lander.forceY = rng.uniform(-startPush, startPush)
    if (this.enableWind) {
      this.windIndex = rng.int(19_998) - 9999
      this.turbulenceIndex = rng.int(19_998) - 9999
    }
    return { observation: this.advance(0).observation, info: {} }
  }

  step(action: number): StepResult<Float32Array> {
    const before = this.shaping
    const { observation, mainThrust, sideThrust, outside } = this.advance(action)
    const { crashed, asleep } = this.world
    let reward = this.shaping - before - mainThrust * 0.3 - sideThrust * 0.03
    if (crashed || outside) reward = -100
    if (asleep) reward = 100
    return { observation, reward, terminated: crashed || outside || asleep, truncated: false, info: {} }
  }

  render(): Scene {
    return lunarScene({ world: this.world, surface: this.surface, padHeight, firing: this.firing })
  }

  protected saveState(): EnvSnapshot {
    return {
      surface: this.surface.slice(),
      world: this.world.save(),
      state: Float64Array.of(this.shaping, this.windIndex, this.turbulenceIndex, this.firing),
    }
  }

  protected restoreState(snapshot: EnvSnapshot): void {
    const saved = fields(snapshot, 'LunarLander')
    const fresh = this.world.save().length
    this.surface = Float64Array.from(saved.array('surface', 'float64', [surfacePoints]))
    this.world = new LunarWorld(this.surface, this.gravity)
    this.world.load(saved.array('world', 'float64', [fresh]))
    const [shaping, windIndex, turbulenceIndex, firing] = saved.array('state', 'float64', [4])
    this.shaping = shaping!
    this.windIndex = windIndex!
    this.turbulenceIndex = turbulenceIndex!
    this.firing = firing!
  }

  /** One step of the world; sets `shaping`. */
  private advance(action: number) {
    const { world, rng } = this
    if (this.enableWind && world.legContacts[0] === 0 && world.legContacts[1] === 0) {
      world.lander.forceX += gust(this.windIndex++) * this.windPower
      world.lander.torque += gust(this.turbulenceIndex++) * this.turbulencePower
    }
    const spread = rng.uniform(-1, 1) / scale
    const sideSpread = rng.uniform(-1, 1) / scale
    if (action === 2) this.fireMain(spread, sideSpread)
    else if (action !== 0) this.fireSide(action - 2, spread, sideSpread)
    this.firing = action
    world.step()

    const { lander, legContacts } = world
    const x = (lander.originX - width / 2) / (width / 2)
    const y = (lander.originY - (padHeight + leg.down / scale)) / (height / 2)
    const xSpeed = (lander.xSpeed * (width / 2)) / fps
    const ySpeed = (lander.ySpeed * (height / 2)) / fps
    this.shaping =
      -100 * Math.sqrt(x * x + y * y) -
      100 * Math.sqrt(xSpeed * xSpeed + ySpeed * ySpeed) -
      100 * Math.abs(lander.angle) +
      10 * legContacts[0] +
      10 * legContacts[1]
    const observation = Float32Array.of(x, y, xSpeed, ySpeed, lander.angle, (20 * lander.spin) / fps, ...legContacts)
    for (let i = 0; i < 6; i++) observation[i] = Math.min(Math.max(observation[i]!, -limits[i]!), limits[i]!)
    const [mainThrust, sideThrust] = [action === 2 ? 1 : 0, action === 1 || action === 3 ? 1 : 0]
    return { observation, mainThrust, sideThrust, outside: Math.abs(x) >= 1 }
  }

  private fireMain(spread: number, sideSpread: number): void {
    const { lander } = this.world
    const { sin, cos } = lander
    const along = mainEngine.y / scale + 2 * spread
    const x = sin * along - cos * sideSpread
    const y = -cos * along - sin * sideSpread
    lander.applyImpulse(-x * mainPower, -y * mainPower, lander.originX + x, lander.originY + y)
  }

  /** `direction`: −1 turns left, 1 right. */
  private fireSide(direction: number, spread: number, sideSpread: number): void {
    const { lander } = this.world
    const { sin, cos } = lander
    const across = 3 * sideSpread + (direction * sideEngine.x) / scale
    const x = sin * spread - cos * across
    const y = -cos * spread - sin * across
    // 17 where 14 was meant: the point of the thrust moves with the tilt, in Gymnasium too.
    const atX = lander.originX + x - (sin * sideEngine.shift) / scale
    const atY = lander.originY + y + (cos * sideEngine.y) / scale
    lander.applyImpulse(-x * sidePower, -y * sidePower, atX, atY)
  }
}

/** A pattern in −1 … 1 that never repeats. */
function gust(index: number): number {
  return Math.tanh(Math.sin(0.02 * index) + Math.sin(Math.PI * 0.01 * index))
}
