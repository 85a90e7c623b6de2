import { describe, expect, test } from 'vitest'
import { resolveSpec } from '../../../envs/index.ts'
import { findPreset } from '../../../runner/presets/index.ts'
import { evaluate } from '../../../runner/run/evaluation.ts'
import { begin } from './train.ts'

const mean = (numbers: readonly number[]): number => numbers.reduce((sum, x) => sum + x, 0) / numbers.length

/** What the presets reach in the whole; tests/learning holds them to it on more seeds. */
test.each([
  ['q-learning', 'FrozenLake-v1', 0.7],
  ['double-q-learning', 'FrozenLake-v1', 0.7],
  ['sarsa', 'FrozenLake-v1', 0.7],
  ['q-learning', 'CliffWalking-v1', -13],
  ['double-q-learning', 'CliffWalking-v1', -13],
  ['sarsa', 'CliffWalking-v1', -17],
  ['expected-sarsa', 'Taxi-v4', 7.5],
])(
  '%s learns %s: a greedy return of %d',
  async (name, id, threshold) => {
    const { agent, to } = await begin(name, id, { seed: 1 })
    to(findPreset(name, id)!.steps!)
    const episodes = id === 'CliffWalking-v1' ? 1 : 1_000
    const { meanReturn } = await evaluate({ agent, env: await resolveSpec(id), episodes, seed: 11, purpose: 'test' })
    expect(meanReturn).toBeGreaterThanOrEqual(threshold)
  },
  30_000,
)

describe("Sutton and Barto's figures, with few runs", () => {
  test('6.5: Q-learning goes left far too often at first, and thinks too much of B; double Q-learning hardly does', async () => {
    const play = async (name: string) => {
      const runs = 150
      let early = 0
      let late = 0
      const overestimation: number[] = []
      for (let seed = 0; seed < runs; seed++) {
        const { agent, episodes, experiment } = await begin(name, 'MaximizationBias-v0', { seed })
        while (episodes.length < 300) {
          if (episodes.length === 100) overestimation.push(agent.metrics()['overestimation']!)
          experiment.advance(
            { untilStep: experiment.step + 1, deadline: Infinity },
            { episode: (e) => void episodes.push(e) },
          )
        }
        // Episodes of two steps went left.
        early += episodes.slice(10, 50).filter(({ length }) => length === 2).length / 40
        late += episodes.slice(250, 300).filter(({ length }) => length === 2).length / 50
      }
      return { early: early / runs, late: late / runs, overestimation: mean(overestimation) }
    }
    const [single, double] = [await play('q-learning'), await play('double-q-learning')]
    expect(single.early).toBeGreaterThan(0.75)
    expect(single.late).toBeLessThan(0.25)
    expect(double.early).toBeLessThan(0.3)
    expect(double.late).toBeLessThan(0.15)
    expect(single.overestimation).toBeGreaterThan(double.overestimation + 0.05)
  }, 30_000)

  test('6.4: Sarsa falls off the cliff less often than Q-learning while both explore', async () => {
    const online = async (name: string): Promise<number> => {
      const returns: number[] = []
      for (let seed = 0; seed < 8; seed++) {
        const { episodes, to } = await begin(name, 'CliffWalking-v1', {
          seed,
          settings: { learningRate: 0.5, epsilon: 0.1 },
        })
        to(10_000)
        returns.push(mean(episodes.slice(100).map((episode) => episode.return)))
      }
      return mean(returns)
    }
    expect(await online('sarsa')).toBeGreaterThan((await online('q-learning')) + 10)
  }, 30_000)
})
