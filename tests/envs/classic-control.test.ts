import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { make } from '../../envs/index.ts'

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
