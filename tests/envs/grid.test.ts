import { expect, test } from 'vitest'
import { make, type Env } from '../../envs/index.ts'

/** Rewards of one episode. */
function play(env: Env, choose: (observation: Float32Array) => number, seed?: number): number[] {
  const rewards: number[] = []
  let { observation } = env.reset(seed === undefined ? {} : { seed })
  for (;;) {
    const result = env.step(choose(observation as Float32Array))
    rewards.push(result.reward)
    observation = result.observation
    if (result.terminated || result.truncated) return rewards
  }
}

test('Catch: who follows the ball always catches it, after nine steps', async () => {
  const env = await make('Catch-v0')
  for (let seed = 0; seed < 20; seed++) {
    const rewards = play(
      env,
      (board) => {
        const paddle = board.lastIndexOf(1) % 5
        const ball = board.indexOf(1) % 5
        return 1 + Math.sign(ball - paddle)
      },
      seed,
    )
    expect(rewards).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 1])
  }
  const missed = Array.from({ length: 20 }, (_, seed) => play(env, () => 0, seed).at(-1))
  expect(new Set(missed)).toEqual(new Set([-1, 1]))
})

test('DeepSea: always right finds the treasure for 0.99, always left gets nothing', async () => {
  const env = await make('DeepSea-v0', { kwargs: { size: 6, mapSeed: null } })
  const total = (rewards: number[]): number => rewards.reduce((a, b) => a + b)
  expect(play(env, () => 1)).toHaveLength(6)
  expect(total(play(env, () => 1))).toBeCloseTo(0.99, 10)
  expect(total(play(env, () => 0))).toBe(0)
  // With drawn actions no constant policy does.
  const drawn = await make('DeepSea-v0', { kwargs: { size: 8, mapSeed: 3 } })
  for (const action of [0, 1]) expect(total(play(drawn, () => action))).toBeLessThan(0.5)
})

test('MaximizationBias: rewards of B have mean −0.1 and deviation 1, and masks say where one is', async () => {
  const env = await make('MaximizationBias-v0')
  const { info } = env.reset({ seed: 1 })
  expect([...(info['actionMask'] as Uint8Array)]).toEqual([1, 1, 0, 0, 0, 0, 0, 0, 0, 0])
  expect(env.step(0)).toMatchObject({ reward: 0, terminated: true })
  const rewards: number[] = []
  for (let i = 0; i < 20_000; i++) {
    env.reset()
    const middle = env.step(1)
    expect(middle).toMatchObject({ observation: 1, reward: 0, terminated: false })
    rewards.push(env.step(i % 10).reward)
  }
  const mean = rewards.reduce((a, b) => a + b) / rewards.length
  const variance = rewards.reduce((sum, r) => sum + (r - mean) ** 2, 0) / rewards.length
  // Five standard errors.
  expect(Math.abs(mean + 0.1)).toBeLessThan(0.036)
  expect(Math.abs(variance - 1)).toBeLessThan(0.05)
})

test('TMaze: only who remembers the sign turns the right way', async () => {
  const env = await make('TMaze-v0', { kwargs: { length: 5 } })
  let sign = 0
  for (let seed = 0; seed < 20; seed++) {
    const rewards = play(
      env,
      (seen) => {
        if (seen[0] === 1 || seen[1] === 1) sign = seen[0]!
        return seen[3] === 1 ? (sign === 1 ? 2 : 3) : 0
      },
      seed,
    )
    expect(rewards).toEqual([-0.1, -0.1, -0.1, -0.1, -0.1, 4])
  }
  const ends = Array.from({ length: 40 }, (_, seed) => play(env, (seen) => (seen[3] === 1 ? 2 : 0), seed).at(-1))
  expect(ends.filter((reward) => reward === 4).length).toBeGreaterThan(8)
  expect(ends.filter((reward) => reward === 4).length).toBeLessThan(32)
})
