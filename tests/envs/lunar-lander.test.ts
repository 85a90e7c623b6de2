import { describe, expect, test } from 'vitest'
import { decodeState, encodeState } from '../../core/state.ts'
import { timeOfImpact } from '../../envs/box2d/time-of-impact.ts'
import { leg, LunarWorld, scale, surfacePoints, width } from '../../envs/box2d/lunar-world.ts'
import { createRng, make, type Env, type spaces, type StepResult } from '../../envs/index.ts'
import { RigidBody } from '../../envs/box2d/rigid-body.ts'
import { lunarHeuristic } from './lunar-heuristic.ts'
import { distances, ourNames, playLunarLander, recorded, type LunarFlight } from './lunar-statistics.ts'

/** Our environment with Gymnasium's random numbers, in the order in which it drew them. */
async function replay({ kwargs, draws }: LunarFlight): Promise<Env> {
  const env = await make('LunarLander-v3', { kwargs: ourNames(kwargs), checker: false })
  let at = 0
  Object.assign(env.unwrapped.rng, { float: () => draws[at++]!, int: () => draws[at++]! + 9999 })
  return env
}

describe('as Gymnasium does', () => {
  test.each(recorded.flights.map((flight, i) => [i, flight] as const))(
    'flight %i, to the landing',
    async (_, flight) => {
      const env = await replay(flight)
      let observation = env.reset().observation as Float32Array
      let result: StepResult | undefined
      const { low, high } = env.observationSpace as spaces.Box
      flight.actions.forEach((action, step) => {
        flight.observations[step]!.forEach((x, i) => {
          // Where Gymnasium's leaves its space, ours stays at the bound.
          const bounded = Math.min(Math.max(x, low[i]!), high[i]!)
          expect(Math.abs(observation[i]! - bounded)).toBeLessThan(1e-3)
        })
        result = env.step(action)
        observation = result.observation as Float32Array
        expect(Math.abs(result.reward - flight.rewards[step]!)).toBeLessThan(0.05)
        expect(result.terminated).toBe(step === flight.actions.length - 1)
      })
      expect(flight.rewards.at(-1)).toBe(result!.reward)
    },
  )

  test('free flight to single precision', async () => {
    for (const flight of recorded.flights) {
      const env = await replay(flight)
      let observation = env.reset().observation as Float32Array
      for (let step = 0; step < 20; step++) {
        flight.observations[step]!.forEach((x, i) => expect(Math.abs(observation[i]! - x)).toBeLessThan(5e-6))
        observation = env.step(flight.actions[step]!).observation as Float32Array
      }
    }
  })

  // The whole comparison, as many episodes as were recorded: tests/parity/compare-lunar-lander.ts.
  test.each([
    ['random', 400],
    ['heuristic', 150],
  ] as const)('%s play gets returns and lengths of the same mean', async (policy, episodes) => {
    const theirs = recorded.statistics.find((s) => s.policy === policy && Object.keys(s.kwargs).length === 0)!
    const apart = distances(await playLunarLander(theirs, episodes, 7), theirs)
    for (const z of Object.values(apart)) expect(Math.abs(z)).toBeLessThan(4)
  })
})

test('the heuristic controller lands', async () => {
  const env = await make('LunarLander-v3')
  let { observation } = env.reset({ seed: 4 })
  let [total, result]: [number, StepResult | undefined] = [0, undefined]
  while (result?.terminated !== true && result?.truncated !== true) {
    result = env.step(lunarHeuristic(observation as Float32Array))
    observation = result.observation
    total += result.reward
  }
  expect(result).toMatchObject({ reward: 100, terminated: true })
  expect([...(observation as Float32Array).slice(6)]).toContain(1)
  expect(total).toBeGreaterThan(200)
})

describe('snapshots', () => {
  test('at any moment of a flight, landed or not, another instance goes on with the same bits', async () => {
    const kwargs = { enableWind: true, gravity: -9 }
    const [one, two] = [await make('LunarLander-v3', { kwargs }), await make('LunarLander-v3', { kwargs })]
    two.reset({ seed: 99 })
    for (const seed of [1, 4]) {
      let observation = one.reset({ seed }).observation as Float32Array
      const cuts: { at: number; saved: Uint8Array }[] = []
      const actions: number[] = []
      const results: StepResult[] = []
      const ends: Float32Array[] = []
      for (let ended = false; !ended;) {
        // Heuristic play reaches the ground, and a jet now and then keeps it from resting at once.
        const action = actions.length % 7 === 0 ? 1 : lunarHeuristic(observation)
        if (actions.length % 40 === 0) cuts.push({ at: actions.length, saved: encodeState(one.snapshot()) })
        const result = one.step(action)
        actions.push(action)
        results.push(result)
        observation = result.observation as Float32Array
        ended = result.terminated || result.truncated
      }
      expect(results.some((result) => (result.observation as Float32Array)[6] === 1)).toBe(true)
      for (const { at, saved } of cuts) {
        two.restore(decodeState(saved))
        expect(two.render()).toBeDefined()
        expect(actions.slice(at).map((action) => two.step(action))).toEqual(results.slice(at))
        // The random numbers went along: the next episode begins alike.
        ends.push(two.reset().observation as Float32Array)
      }
      expect(new Set(ends.map(String)).size).toBe(1)
    }
  })

  test('a snapshot of another shape is refused', async () => {
    const env = await make('LunarLander-v3')
    env.reset({ seed: 1 })
    const inner = env.unwrapped
    expect(() => inner.restore({ ...inner.snapshot(), surface: new Float64Array(3) })).toThrow(/LunarLander.*surface/)
  })
})

test('wind blows, and gravity pulls as asked', async () => {
  const fall = async (kwargs: Record<string, unknown>): Promise<Float32Array> => {
    const env = await make('LunarLander-v3', { kwargs })
    let { observation } = env.reset({ seed: 3 })
    for (let i = 0; i < 20; i++) observation = env.step(0).observation
    return observation as Float32Array
  }
  const [calm, light] = [await fall({}), await fall({ gravity: -2 })]
  // 8 m/s² less for 21 steps of 1/50 s, in units of 7.5 m/s.
  expect(light[3]! - calm[3]!).toBeCloseTo((8 * 21) / 50 / 7.5, 2)
  const still = await fall({ enableWind: true, windPower: 0, turbulencePower: 0 })
  const windy = await fall({ enableWind: true, windPower: 20, turbulencePower: 0 })
  expect(Math.abs(windy[2]! - still[2]!)).toBeGreaterThan(0.01)
  for (const kwargs of [{ gravity: 1 }, { gravity: -12 }, { windPower: -1 }, { turbulencePower: NaN }])
    await expect(make('LunarLander-v3', { kwargs })).rejects.toThrow(/LunarLander expects/)
})

test('observations stay inside the space, however high it flies', async () => {
  const env = await make('LunarLander-v3', { kwargs: { gravity: -0.1 } })
  let observation = env.reset({ seed: 1 }).observation as Float32Array
  for (let ended = false; !ended;) {
    const result = env.step(Math.abs(observation[4]!) > 0.1 ? (observation[4]! > 0 ? 3 : 1) : 2)
    observation = result.observation as Float32Array
    ended = result.terminated || result.truncated
    if (observation[1] === 2.5) break
  }
  expect(observation[1]).toBe(2.5)
})

describe('bodies', () => {
  test('legs stay on their hinges and between their limits, and nothing sinks into the moon', () => {
    const rng = createRng(8)
    for (let flight = 0; flight < 50; flight++) {
      const surface = Array.from({ length: surfacePoints }, () => rng.uniform(0, 5))
      const world = new LunarWorld(surface, -10)
      const { lander } = world
      // Steps spent clear of the ground: a leg that hits it is stopped before the hull is, within that step.
      let free = 0
      while (!world.crashed && !world.asleep && lander.x > 0 && lander.x < width) {
        lander.applyImpulse(rng.uniform(-3, 3), rng.uniform(-3, 3), lander.x + rng.uniform(-0.2, 0.2), lander.y)
        world.step()
        free = lander.y > Math.max(...surface) + 1.5 ? free + 1 : 0
        if (free > 3) for (const side of [-1, 1]) expectFastened(world, side)
        const at = Math.min(Math.max(lander.x, 0), width - 1e-9) / 2
        const share = at % 1
        const ground = (1 - share) * surface[Math.floor(at)]! + share * surface[Math.floor(at) + 1]!
        expect(lander.y).toBeGreaterThan(ground)
      }
    }
  })

  test('in free flight motors and limits change no momentum', () => {
    const world = new LunarWorld(new Float64Array(11), -10)
    const bodies = [world.lander, ...world.legs]
    const momentum = (): number[] =>
      [(b: RigidBody) => b.xSpeed / b.inverseMass, (b: RigidBody) => b.ySpeed / b.inverseMass].map((of) =>
        bodies.reduce((sum, body) => sum + of(body), 0),
      )
    const mass = bodies.reduce((sum, { inverseMass }) => sum + 1 / inverseMass, 0)
    world.lander.forceX = 700
    world.lander.forceY = 300
    world.step()
    for (let i = 0; i < 40; i++) {
      const [x, y] = momentum()
      world.step()
      expect(momentum()[0]).toBeCloseTo(x!, 10)
      expect(momentum()[1]).toBeCloseTo(y! - (10 * mass) / 50, 10)
    }
  })

  test('the lander weighs what Box2D says', () => {
    const { lander, legs } = new LunarWorld(new Float64Array(11), -10)
    expect(1 / lander.inverseMass).toBeCloseTo(4.816666603088379, 5)
    expect(lander.centreY).toBeCloseTo(0.101307, 6)
    // Box2D's inertia is about the origin.
    const about = 1 / lander.inverseInertia + lander.centreY ** 2 / lander.inverseMass
    expect(about).toBeCloseTo(0.8333148956298828, 5)
    expect(1 / legs[0].inverseMass).toBeCloseTo(0.07111112028360367, 6)
    expect(1 / legs[0].inverseInertia).toBeCloseTo(0.0017909470479935408, 7)
  })

  test('the moment of impact of a falling square, worked by hand', () => {
    const square = new RigidBody([-1, -1, 1, -1, 1, 1, -1, 1], { density: 1, friction: 0 })
    const ground = { x1: -5, y1: 0, x2: 5, y2: 0, friction: 0 }
    square.place(0, 3, 0)
    square.begin(1, 0)
    square.place(0, -1, 0)
    // Its lower side goes from 2 to −2 and stops 0.005 above the ground, within 0.00125.
    expect(timeOfImpact(ground, square)).toBeGreaterThan((2 - 0.00625) / 4 - 1e-9)
    expect(timeOfImpact(ground, square)).toBeLessThan((2 - 0.00375) / 4 + 1e-9)
    square.place(0, 1.1, 0)
    expect(timeOfImpact(ground, square)).toBe(1)
  })

  test('no sweep gets past its moment of impact', () => {
    const rng = createRng(5)
    const edge = { x1: -2, y1: -0.3, x2: 2, y2: 0.4, friction: 0 }
    let hits = 0
    for (let i = 0; i < 2000; i++) {
      const body = new RigidBody([-0.4, -0.3, 0.4, -0.3, 0.2, 0.5, -0.2, 0.5], { density: 1, friction: 0 })
      body.place(rng.uniform(-3, 3), rng.uniform(1.2, 2), rng.uniform(-3, 3))
      body.begin(1, 0)
      body.place(rng.uniform(-3, 3), rng.uniform(-2, 1), body.angle + rng.uniform(-0.5, 0.5))
      const t = timeOfImpact(edge, body)
      if (t < 1) hits++
      for (const share of [0.25, 0.5, 0.75, 1]) expect(gap(edge, body, share * t)).toBeGreaterThan(0)
    }
    expect(hits).toBeGreaterThan(500)
  })
})

/** `side`: −1 the right leg, 1 the left one. */
function expectFastened({ lander, legs }: LunarWorld, side: number): void {
  const body = legs[side < 0 ? 0 : 1]
  const [u, v] = [(side * leg.away) / scale, leg.down / scale]
  const x = body.originX + body.cos * u - body.sin * v
  const y = body.originY + body.sin * u + body.cos * v
  expect(Math.hypot(x - lander.originX, y - lander.originY)).toBeLessThan(0.01)
  const turn = side * (body.angle - lander.angle)
  expect(turn).toBeGreaterThan(-0.85 - 0.04)
  expect(turn).toBeLessThan(-0.35 + 0.04)
}

/** Distance at a fraction of the sweep, by points along the edge and the sides; 0 where one lies inside. */
function gap(edge: { x1: number; y1: number; x2: number; y2: number }, body: RigidBody, t: number): number {
  const angle = (1 - t) * body.angle0 + t * body.angle
  const [sin, cos] = [Math.sin(angle), Math.cos(angle)]
  const [x, y] = [(1 - t) * body.x0 + t * body.x, (1 - t) * body.y0 + t * body.y]
  let least = Infinity
  for (let k = 0; k <= 400; k++) {
    const [px, py] = [edge.x1 + ((edge.x2 - edge.x1) * k) / 400 - x, edge.y1 + ((edge.y2 - edge.y1) * k) / 400 - y]
    const [u, v] = [cos * px + sin * py + body.centreX, -sin * px + cos * py + body.centreY]
    let outside = -Infinity
    for (let i = 0; i < body.vertices.length; i += 2)
      outside = Math.max(
        outside,
        (u - body.vertices[i]!) * body.normals[i]! + (v - body.vertices[i + 1]!) * body.normals[i + 1]!,
      )
    least = Math.min(least, outside)
  }
  return Math.max(least, 0)
}
