import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { decodeState, encodeState, make } from '../../envs/index.ts'

interface Fixture {
  readonly gymnasium: string
  readonly cases: readonly {
    readonly state: number[]
    readonly steps: readonly {
      readonly state: number[]
      readonly observation: number[]
      readonly reward: number
      readonly terminated: boolean
    }[]
  }[]
}

describe.each(['CartPole-v1', 'MountainCar-v0', 'Acrobot-v1'])('%s steps as Gymnasium does', (id) => {
  const { cases } = JSON.parse(readFileSync(new URL(`fixtures/${id}.json`, import.meta.url), 'utf8')) as Fixture

  test('from each of 300 recorded states, every action, to 1e-12', async () => {
    // The states lie anywhere, also where an observation leaves the space: the bare environment is what is compared.
    const env = await make(id, { checker: false, orderEnforcing: false, maxEpisodeSteps: null })
    env.reset({ seed: 1 })
    const snapshot = env.snapshot()
    expect(cases.length).toBe(300)
    for (const { state, steps } of cases) {
      steps.forEach((expected, action) => {
        env.restore({ ...snapshot, state: Float64Array.from(state) })
        const result = env.step(action)
        const reached = env.snapshot()['state'] as Float64Array
        expect(reached.length).toBe(expected.state.length)
        expected.state.forEach((x, i) => expect(Math.abs(reached[i]! - x)).toBeLessThanOrEqual(1e-12))
        // Observations are float32: equal to the last bit unless the double lies within 1e-12 of a rounding edge.
        expected.observation.forEach((x, i) =>
          expect(Math.abs((result.observation as Float32Array)[i]! - x)).toBeLessThan(1e-6),
        )
        expect(result.reward).toBe(expected.reward)
        expect(result.terminated).toBe(expected.terminated)
      })
    }
  })
})

interface ContinuousCase {
  readonly state: number[]
  readonly dtype: 'float32' | 'float64'
  readonly steps: readonly (Fixture['cases'][number]['steps'][number] & { readonly action: number })[]
}

describe.each(['Pendulum-v1', 'MountainCarContinuous-v0'])('%s steps as Gymnasium does', (id) => {
  const { cases } = JSON.parse(readFileSync(new URL(`fixtures/${id}.json`, import.meta.url), 'utf8')) as {
    cases: readonly ContinuousCase[]
  }

  test('from each of 300 recorded states, nine actions, clipped ones too, to 1e-12', async () => {
    const env = (await make(id)).unwrapped
    env.reset({ seed: 1 })
    const snapshot = env.snapshot()
    expect(cases.length).toBe(300)
    for (const { state, dtype, steps } of cases) {
      for (const expected of steps) {
        const array = dtype === 'float32' ? Float32Array.from(state) : Float64Array.from(state)
        env.restore({ ...snapshot, state: array })
        const result = env.step(Float32Array.of(expected.action))
        const reached = env.snapshot()['state'] as Float64Array
        expected.state.forEach((x, i) => expect(Math.abs(reached[i]! - x)).toBeLessThanOrEqual(1e-12))
        expected.observation.forEach((x, i) =>
          expect(Math.abs((result.observation as Float32Array)[i]! - x)).toBeLessThan(1e-6),
        )
        expect(Math.abs(result.reward - expected.reward)).toBeLessThanOrEqual(1e-12)
        expect(result.terminated).toBe(expected.terminated)
      }
    }
  })
})

describe('the continuous mountain car takes up a state', () => {
  test('that a step left, whatever array it stands in', async () => {
    const env = (await make('MountainCarContinuous-v0')).unwrapped
    env.reset({ seed: 1 })
    const snapshot = env.snapshot()
    for (const state of [Float32Array.of(0.5, -0.02), Float32Array.of(-0.7, 0.031), Float32Array.of(-1.2, -0.07)]) {
      env.restore({ ...snapshot, state })
      const expected = env.step(Float32Array.of(0.62))
      env.restore({ ...snapshot, state: Float64Array.from(state) })
      expect(env.step(Float32Array.of(0.62))).toEqual(expected)
    }
  })

  test('that a reset drew, though it looks like float32', async () => {
    const env = (await make('MountainCarContinuous-v0')).unwrapped
    env.reset({ seed: 1, options: { low: -0.5, high: -0.5 } })
    const snapshot = decodeState(encodeState(env.snapshot()))
    env.restore(snapshot)
    expect(env.snapshot()['state']).toBeInstanceOf(Float64Array)
    env.step(Float32Array.of(0.62))
    env.restore(decodeState(encodeState(env.snapshot())))
    expect(env.snapshot()['state']).toBeInstanceOf(Float32Array)
  })
})

test('the pendulum for agents of discrete actions has evenly spread torques', async () => {
  const [discrete, continuous] = [await make('PendulumDiscrete-v1'), await make('Pendulum-v1')]
  for (const [action, torque] of [-2, -1, 0, 1, 2].entries()) {
    discrete.reset({ seed: 4 })
    continuous.reset({ seed: 4 })
    const step = continuous.step(Float32Array.of(torque))
    expect(discrete.step(action)).toEqual(step)
  }
})
