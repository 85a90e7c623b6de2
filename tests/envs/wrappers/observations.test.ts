import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  ActionHistory,
  Delay,
  Dtype,
  Filter,
  make,
  makeVector,
  NormalizeObservation,
  NormalizeReward,
  PassiveChecker,
  ObstructView,
  spaces,
  TimeAware,
  Transform,
  WhiteNoise,
  withStatistics,
  type Env,
  type SpaceValue,
} from '../../../envs/index.ts'
import { createRunningMoments, mergeMoments } from '../../../envs/wrappers/moments.ts'
import { scripted, showing } from './scripted.ts'

const vectors = spaces.box({ low: -10, high: 10, shape: [2] })
const picture = spaces.box({ low: 0, high: 255, shape: [20, 30, 3], dtype: 'uint8' })

describe('moments', () => {
  const numbers = fc.array(fc.tuple(fc.double({ min: -1e3, max: 1e3, noNaN: true }), fc.integer({ min: -9, max: 9 })), {
    minLength: 1,
    maxLength: 40,
  })

  test('of values one by one are those of all at once', () => {
    fc.assert(
      fc.property(numbers, (values) => {
        const running = createRunningMoments(2, { mean: [0, 0], variance: [0, 0], count: 0 })
        for (const value of values) running.add(value)
        for (const i of [0, 1]) {
          const mean = values.reduce((sum, value) => sum + value[i]!, 0) / values.length
          const variance = values.reduce((sum, value) => sum + (value[i]! - mean) ** 2, 0) / values.length
          expect(running.mean[i]).toBeCloseTo(mean, 6)
          expect(running.variance[i]).toBeCloseTo(variance, 4)
        }
        expect(running.count).toBe(values.length)
      }),
    )
  })

  test('of parts merge to those of the whole', () => {
    fc.assert(
      fc.property(numbers, fc.nat(), (values, cut) => {
        const made = (part: typeof values) => {
          const running = createRunningMoments(2)
          for (const value of part) running.add(value)
          return running
        }
        const at = cut % (values.length + 1)
        const [whole, merged] = [made(values), mergeMoments([made(values.slice(0, at)), made(values.slice(at))])]
        // Each part begins with its own ten-thousandth of a value.
        for (const i of [0, 1]) expect(merged.mean[i]! / 1e3).toBeCloseTo(whole.mean[i]! / 1e3, 3)
        expect(merged.count).toBeCloseTo(whole.count, 3)
      }),
    )
  })
})

describe('statistics for evaluations', () => {
  const spec = { id: 'CartPole-v1', wrappers: [{ name: 'NormalizeObservation' }, { name: 'NormalizeReward' }] }
  const trained = async () => {
    const env = await makeVector(spec, { lanes: 3 })
    env.reset({ seed: 1 })
    for (let i = 0; i < 200; i++) env.step(Int32Array.of(i % 2, (i >> 1) % 2, 1))
    return env
  }

  test('all lanes together, in the order of the wrappers, and frozen where they are used', async () => {
    const env = await trained()
    const statistics = env.statistics()
    expect(statistics.map(({ wrapper }) => wrapper)).toEqual(['NormalizeObservation', 'NormalizeReward'])
    const frozen = withStatistics(spec, statistics)
    expect(JSON.parse(JSON.stringify(frozen))).toEqual(frozen)
    const play = await makeVector(frozen, { lanes: 2 })
    const raw = await makeVector('CartPole-v1', { lanes: 2 })
    play.reset({ seed: 4 })
    raw.reset({ seed: 4 })
    const { mean, variance } = statistics[0]!
    for (let i = 0; i < 60; i++) {
      const expected = raw.observations().map((x, j) => (x - mean[j % 4]!) / Math.sqrt(variance[j % 4]! + 1e-8))
      expect([...play.observations()]).toEqual([...expected])
      play.step(Int32Array.of(i % 2, 0))
      raw.step(Int32Array.of(i % 2, 0))
    }
    const { mean: after, count } = play.statistics()[0]!
    expect(count).toBeCloseTo(2 * statistics[0]!.count, 6)
    Array.from(after).forEach((x, i) => expect(x).toBeCloseTo(mean[i]!, 12))
    expect(env.statistics()).toEqual(statistics)
  })

  test('returns are of raw rewards, whatever wrappers make of them', async () => {
    const wrappers = [
      { name: 'ScaleReward', kwargs: { factor: -3 } },
      { name: 'ClipReward' },
      { name: 'NormalizeReward' },
    ]
    const env = await makeVector(
      { id: 'CartPole-v1', wrappers: [...wrappers, { name: 'RepeatAction', kwargs: { times: 2 } }] },
      { lanes: 1 },
    )
    const plain = await makeVector('CartPole-v1', { lanes: 1 })
    const first = (vector: typeof env): number => {
      vector.reset({ seed: 2 })
      for (;;) {
        const { episodes, reward } = vector.step(new Int32Array(1))
        if (vector === env) expect(reward[0]).toBeLessThan(0)
        if (episodes.length > 0) return episodes[0]!.return
      }
    }
    expect(first(env)).toBe(first(plain))
  })
})

test('ActionHistory: one-hot, the newest first, emptied by a reset', () => {
  const env = new ActionHistory(showing([Float32Array.of(1, 2)], vectors), { actions: 2 })
  const after = (...actions: number[]): number[] => {
    let { observation }: { observation: SpaceValue } = env.reset()
    for (const action of actions) ({ observation } = env.step(action))
    return [...(observation as Float32Array)]
  }
  expect(after()).toEqual([1, 2, 0, 0, 0, 0, 0, 0])
  expect(after(2)).toEqual([1, 2, 0, 0, 1, 0, 0, 0])
  expect(after(2, 0)).toEqual([1, 2, 1, 0, 0, 0, 0, 1])
  expect(after(2, 0, 1)).toEqual([1, 2, 0, 1, 0, 1, 0, 0])
  expect(env.observationSpace.shape).toEqual([8])
})

test('Filter and Dtype', () => {
  const parts = spaces.dict({ near: vectors, far: spaces.discrete(5, { start: 2 }), name: spaces.text(3) })
  const value = { near: Float32Array.of(1.75, -1.75), far: 4, name: 'ab' }
  const filtered = new Filter(showing([value], parts), { keys: ['far', 'near'] })
  expect(filtered.reset().observation).toEqual({ far: 4, near: value.near })
  expect(filtered.observationSpace.contains(filtered.step(0).observation)).toBe(true)
  expect(() => new Filter(showing([value], parts), { keys: ['far', 'nearer'] })).toThrow(/near, far, name, got/)

  const cast = (dtype: 'int32', of: SpaceValue, space: spaces.Space): unknown => {
    const env = new Dtype(showing([of], space), { dtype })
    expect(env.observationSpace.contains(env.reset().observation)).toBe(true)
    return env.step(0).observation
  }
  expect(cast('int32', value.near, vectors)).toEqual(Int32Array.of(1, -1))
  expect(cast('int32', 4, parts.spaces['far']!)).toEqual(Int32Array.of(4))
  expect(cast('int8' as 'int32', Int32Array.of(1, 2), spaces.multiDiscrete([2, 3]))).toEqual(Int8Array.of(1, 2))
  expect(() => cast('uint8' as 'int32', value.near, vectors)).toThrow(/Dtype cannot hold .* from 0 to 255/)
  expect(() => cast('float16' as 'int32', value.near, vectors)).toThrow(/Dtype expects one of float32, .*"float16"/)
})

test('Transform names itself and the value where its function leaves the space', () => {
  const halved = new Transform(showing([Float32Array.of(1, 2)], vectors), {
    transform: (o) => (o as Float32Array).map((x) => x / 2),
  })
  expect(halved.reset().observation).toEqual(Float32Array.of(0.5, 1))
  const broken = new Transform(showing([Float32Array.of(0, 2)], vectors), {
    transform: (o) => (o as Float32Array).map((x) => x / x),
  })
  expect(() => broken.reset()).toThrow(
    /<Transform<Scripted-v0>>: the function of Transform made Float32Array\(2\) \[NaN, 1\] of Float32Array\(2\) \[0, 2\]; expected a value of Box/,
  )
})

test('what no wrapper should pass on names the environment, the wrapper and the value', async () => {
  const unbounded = spaces.box({ low: -Infinity, high: Infinity, shape: [2] })
  const infinite = new NormalizeObservation(showing([Float32Array.of(1, Infinity)], unbounded))
  expect(() => infinite.reset()).toThrow(
    /<NormalizeObservation<Scripted-v0>>: NormalizeObservation expects finite numbers, element 1 of the observation is Infinity/,
  )
  const unpaid = new NormalizeReward(
    scripted([{ observation: 0, reward: NaN, terminated: false, truncated: false }], spaces.discrete(1)),
  )
  unpaid.reset()
  expect(() => unpaid.step(0)).toThrow(/<NormalizeReward<Scripted-v0>>.*the reward is NaN/)
})

test('what breaks the contract below all wrappers names the environment and the value', () => {
  const wrong: [SpaceValue, number, RegExp][] = [
    [Float32Array.of(0, NaN), 0, /Scripted-v0 breaks its contract: the observation .*NaN/],
    [Float32Array.of(0, 11), 0, /Scripted-v0 .*11.*-10 … 10/],
    [Float32Array.of(0, 1, 2), 0, /Scripted-v0 .*3 elements instead of 2/],
    [Float64Array.of(0, 1), 0, /Scripted-v0 .*float64 instead of float32/],
    [[0, 1], 0, /Scripted-v0 .*\[0,1\].*typed array/],
    [Float32Array.of(0, 1), NaN, /Scripted-v0 .*the reward of step\(\) is .*a finite number/],
    [Float32Array.of(0, 1), Infinity, /Scripted-v0 .*the reward of step\(\) is .*a finite number/],
  ]
  for (const [observation, reward, message] of wrong) {
    const good = { observation: Float32Array.of(0, 0), reward: 0, terminated: false, truncated: false }
    const env = new TimeAware(new PassiveChecker(scripted([good, { ...good, observation, reward }], vectors)), {
      horizon: 5,
    })
    env.reset()
    expect(() => env.step(0)).toThrow(message)
  }
})

describe('noise', () => {
  const gray = new Uint8Array(1800).fill(100)
  const pixelsChanged = (env: Env, rounds: number): number => {
    env.reset({ seed: 3 })
    let changed = 0
    for (let i = 0; i < rounds; i++) {
      const { observation } = env.step(0)
      expect(env.observationSpace.contains(observation)).toBe(true)
      const bytes = observation as Uint8Array
      for (let at = 0; at < bytes.length; at += 3) if (bytes.subarray(at, at + 3).some((x) => x !== 100)) changed++
    }
    return changed / rounds / 600
  }

  test('WhiteNoise replaces the share of pixels that was asked for, of all three channels', () => {
    for (const share of [0.1, 0.5])
      expect(Math.abs(pixelsChanged(new WhiteNoise(showing([gray], picture), { share }), 40) - share)).toBeLessThan(
        0.02,
      )
    const env = new WhiteNoise(showing([gray], picture), { share: 0.5, grayscale: true })
    const bytes = env.reset({ seed: 1 }).observation as Uint8Array
    for (let at = 0; at < bytes.length; at += 3) expect(new Set(bytes.subarray(at, at + 3)).size).toBe(1)
    expect([...gray].every((x) => x === 100)).toBe(true)
  })

  test('WhiteNoise adds normal noise, within the bounds', () => {
    const env = new WhiteNoise(showing([gray], picture), { standardDeviation: 4 })
    const bytes = Array.from(env.reset({ seed: 1 }).observation as Uint8Array)
    const mean = bytes.reduce((a, b) => a + b) / bytes.length
    const deviation = Math.sqrt(bytes.reduce((sum, x) => sum + (x - mean) ** 2, 0) / bytes.length)
    expect(Math.abs(mean - 100)).toBeLessThan(0.4)
    expect(Math.abs(deviation - 4)).toBeLessThan(0.3)
    const bounded = new WhiteNoise(showing([Float32Array.of(10, -10)], vectors), { standardDeviation: 50 })
    expect(bounded.observationSpace.contains(bounded.reset({ seed: 1 }).observation)).toBe(true)
  })

  test('ObstructView covers squares', () => {
    const covered = pixelsChanged(new ObstructView(showing([gray], picture), { share: 0.3, width: 5 }), 40)
    // 7 patches of 25 pixels on 600, some of them over the edge or over each other.
    expect(covered).toBeGreaterThan(0.18)
    expect(covered).toBeLessThan(7 / 24)
  })
})

test('Delay, ActionHistory and noise go on from a snapshot', () => {
  const steps = Array.from({ length: 40 }, (_, i) => ({
    observation: Float32Array.of(i % 7, -(i % 5)),
    reward: i,
    terminated: i % 9 === 8,
    truncated: false,
  }))
  const stack = (): Env =>
    new WhiteNoise(new Delay(new ActionHistory(new NormalizeObservation(scripted(steps, vectors))), { steps: 2 }), {
      standardDeviation: 0.1,
    })
  const env = stack()
  env.reset({ seed: 2 })
  const play = (of: Env): SpaceValue[] => Array.from({ length: 12 }, (_, i) => of.step(i % 3).observation)
  play(env)
  const snapshot = structuredClone(env.snapshot())
  const rest = play(env)
  const other = stack()
  other.restore(snapshot)
  expect(play(other)).toEqual(rest)
})

test('each refuses what it cannot wrap or be told, by name', async () => {
  const refusals: [string, string, Record<string, unknown>, RegExp][] = [
    ['Taxi-v4', 'NormalizeObservation', {}, /NormalizeObservation expects a Box.*Flatten/],
    ['CartPole-v1', 'NormalizeObservation', { epsilon: 0 }, /epsilon above 0/],
    ['CartPole-v1', 'NormalizeObservation', { frozen: { mean: [0], variance: [1], count: 1 } }, /of 4 elements, got 1/],
    ['CartPole-v1', 'NormalizeReward', { gamma: 2 }, /gamma to be a number from 0 to 1/],
    ['Pendulum-v1', 'ActionHistory', {}, /ActionHistory expects Discrete actions/],
    ['CartPole-v1', 'ActionHistory', { actions: 0 }, /whole number of at least 1, got 0/],
    ['CartPole-v1', 'Filter', { keys: ['x'] }, /Filter expects a Dict/],
    ['Blackjack-v1', 'Dtype', { dtype: 'int32' }, /Dtype expects observations of one array or number.*Flatten/],
    ['CartPole-v1', 'Delay', { steps: 1.5 }, /Delay expects steps/],
    ['CartPole-v1', 'WhiteNoise', { share: 0.5 }, /WhiteNoise draws between the bounds/],
    ['CartPole-v1', 'WhiteNoise', {}, /either share or standardDeviation/],
    ['MountainCar-v0', 'ObstructView', { share: 0.5, width: 2 }, /ObstructView expects pictures/],
  ]
  for (const [id, name, kwargs, message] of refusals)
    await expect(make({ id, wrappers: [{ name, kwargs }] }), name).rejects.toThrow(message)
})
