import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  checkEnv,
  createRng,
  envSpecs,
  make,
  makeVector,
  spaces,
  type EnvSnapshot,
  type EnvSpec,
  type SpaceValue,
} from '../../envs/index.ts'

/** Frames as a hash: they are compared by the thousand. */
const brief = (observation: SpaceValue): SpaceValue =>
  observation instanceof Uint8Array && observation.length > 10_000
    ? createHash('sha1').update(observation).digest('hex')
    : observation

const ids = envSpecs().map(({ id }) => id)

describe.each(ids)('%s', (id) => {
  test('the checker finds nothing, and the spec survives JSON', async () => {
    const env = await make(id)
    expect(checkEnv(env)).toEqual([])
    const again = await make(JSON.parse(JSON.stringify(env.spec)) as EnvSpec)
    expect(String(again)).toBe(String(env))
    const safe = `<OrderEnforcing<PassiveChecker<${id}>>>`
    expect(String(env)).toBe(typeof env.spec!.maxEpisodeSteps === 'number' ? `<TimeLimit${safe}>` : safe)
  })

  test('any seed and actions stay inside the space, reproduce, and go on from a snapshot', async () => {
    const [one, two] = [await make(id), await make(id)]
    fc.assert(
      fc.property(
        fc.nat(),
        fc.array(fc.nat({ max: 100 }), { minLength: 1, maxLength: 60 }),
        fc.nat(),
        (seed, choices, cut) => {
          const actionOf = (choice: number): SpaceValue => one.actionSpace.sample(createRng(choice))
          const play = (env: typeof one, from: number): SpaceValue[] => {
            const seen: SpaceValue[] = []
            for (const choice of choices.slice(from)) {
              const { observation, terminated, truncated } = env.step(actionOf(choice))
              expect(env.observationSpace.contains(observation)).toBe(true)
              seen.push(brief(observation))
              if (terminated || truncated) env.reset()
            }
            return seen
          }
          one.reset({ seed })
          const whole = play(one, 0)
          two.reset({ seed })
          const at = cut % choices.length
          for (const choice of choices.slice(0, at)) {
            const { terminated, truncated } = two.step(actionOf(choice))
            if (terminated || truncated) two.reset()
          }
          const snapshot = two.snapshot()
          expect(play(two, at)).toEqual(whole.slice(at))
          two.restore(snapshot)
          expect(play(two, at)).toEqual(whole.slice(at))
        },
      ),
      { numRuns: 30 },
    )
  })
})

describe('contract', () => {
  test('order and actions are held', async () => {
    const env = await make('CartPole-v1')
    expect(() => env.step(0)).toThrow(/before the first reset/)
    env.reset({ seed: 1 })
    expect(() => env.step(2)).toThrow(/CartPole-v1.*action 2.*Discrete\(2\)/)
    while (!env.step(0).terminated);
    expect(() => env.step(0)).toThrow(/after the end/)
  })

  test('the time limit truncates, and does not terminate', async () => {
    const env = await make('MountainCar-v0')
    env.reset({ seed: 1 })
    for (let i = 1; i < 200; i++) expect(env.step(1).truncated).toBe(false)
    expect(env.step(1)).toMatchObject({ truncated: true, terminated: false })
  })

  test('unknown ids name the nearest', async () => {
    await expect(make('CartPol-v1')).rejects.toThrow(/Did you mean "CartPole-v1"/)
    await expect(make('CartPole-v9')).rejects.toThrow(/There are: CartPole-v0, CartPole-v1/)
  })

  test('without a version, the newest', async () => {
    const env = await make('CartPole')
    expect(env.spec).toEqual((await make('CartPole-v1')).spec)
  })
})

describe('sync vectors', () => {
  const play = async (autoreset: 'same-step' | 'next-step' | 'disabled') => {
    const env = await makeVector('CartPole-v1', { lanes: 3, autoreset })
    env.reset({ seed: 5 })
    return env
  }
  const push = Int32Array.of(1, 1, 1)

  test('lanes step as single environments do', async () => {
    const vector = await play('same-step')
    const rng = createRng(5, 'lane 1')
    const single = await make('CartPole-v1')
    expect([...vector.observations().slice(4, 8)]).toEqual([
      ...(single.reset({ seed: rng.uint32() }).observation as Float32Array),
    ])
    for (let i = 0; i < 5; i++) {
      vector.step(push)
      expect([...vector.observations().slice(4, 8)]).toEqual([...(single.step(1).observation as Float32Array)])
    }
  })

  test('same-step: the true last observation, and the new first one', async () => {
    const env = await play('same-step')
    for (;;) {
      const before = env.observations().slice()
      const given = env.observations()
      const { episodes, nextObservation, terminated } = env.step(push)
      expect([...given]).toEqual([...before])
      if (episodes.length === 0) continue
      const { lane, return: total, length } = episodes[0]!
      expect(terminated[lane]).toBe(1)
      expect(total).toBe(length)
      // Fallen over at the end, upright at the beginning.
      expect(Math.abs(nextObservation[lane * 4 + 2]!)).toBeGreaterThan(0.2)
      expect(Math.abs(env.observations()[lane * 4 + 2]!)).toBeLessThan(0.06)
      expect(env.isFirst()[lane]).toBe(1)
      break
    }
  })

  test('next-step: the step after the end is the reset', async () => {
    const env = await play('next-step')
    let ended: number | undefined
    while (ended === undefined) ended = env.step(push).episodes[0]?.lane
    expect(Math.abs(env.observations()[ended * 4 + 2]!)).toBeGreaterThan(0.2)
    const { resetLanes, reward } = env.step(push)
    expect([resetLanes[ended], reward[ended]]).toEqual([1, 0])
    expect(env.isFirst()[ended]).toBe(1)
  })

  test('disabled: the caller resets', async () => {
    const env = await play('disabled')
    while (env.step(push).episodes.length === 0);
    expect(() => env.step(push)).toThrow(/resetLanes/)
  })

  test('a snapshot goes on identically', async () => {
    const env = await play('same-step')
    for (let i = 0; i < 15; i++) env.step(push)
    const snapshot = env.snapshot()
    const on = Array.from({ length: 20 }, () => (env.step(push), [...env.observations()]))
    env.restore(snapshot)
    expect(Array.from({ length: 20 }, () => (env.step(push), [...env.observations()]))).toEqual(on)
  })
})

test('same-step: the mask of the true last observation, and that of the new first one', async () => {
  const env = await makeVector('Taxi-v4', { lanes: 2, maxEpisodeSteps: 3 })
  const single = await make('Taxi-v4', { maxEpisodeSteps: null })
  env.reset({ seed: [1, 2] })
  single.reset({ seed: 2 })
  const given = env.actionMask()!
  const [before, south] = [given.slice(), Int32Array.of(0, 0)]
  for (let i = 0; i < 3; i++) {
    const { nextActionMask, truncated } = env.step(south)
    if (i === 0) expect(given).toEqual(before)
    const { info } = single.step(0)
    expect(nextActionMask!.subarray(6, 12)).toEqual(info['actionMask'])
    expect(truncated[1]).toBe(i === 2 ? 1 : 0)
  }
  const again = await make('Taxi-v4')
  again.restore((env.snapshot()['lanes'] as EnvSnapshot[])[1]!)
  // A drop-off with nobody aboard moves nothing.
  expect(env.actionMask()!.subarray(6, 12)).toEqual(again.step(5).info['actionMask'])
})

test('spaces survive JSON, infinities included', () => {
  const all = [
    spaces.box({ low: [-Infinity, 0], high: [Infinity, 1] }),
    spaces.discrete(3, { start: -1 }),
    spaces.multiDiscrete([2, 3]),
    spaces.multiBinary(4),
    spaces.text(5),
    spaces.tuple([spaces.discrete(2), spaces.box({ low: 0, high: 255, shape: [2, 2], dtype: 'uint8' })]),
    spaces.dict({ a: spaces.discrete(2), b: spaces.multiBinary(2) }),
  ]
  const rng = createRng(1)
  for (const space of all) {
    const again = spaces.spaceFromJSON(JSON.parse(JSON.stringify(space)) as spaces.SpaceJson)
    expect(String(again)).toBe(String(space))
    for (let i = 0; i < 20; i++) expect(again.contains(space.sample(rng))).toBe(true)
  }
  const frames = spaces.box({ low: 0, high: 255, shape: [210, 160, 3], dtype: 'uint8' })
  expect(JSON.stringify(frames).length).toBeLessThan(100)
  expect(String(frames)).toBe('Box([210,160,3], uint8, 0 to 255)')
  expect(spaces.discrete(4).sample(rng, Uint8Array.of(0, 0, 1, 0))).toBe(2)
})
