import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
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

describe('Snake', () => {
  const plane = (board: Uint8Array, channel: number): number[] =>
    Array.from(board.subarray((channel * board.length) / 3, ((channel + 1) * board.length) / 3))
  const squares = (board: Uint8Array, channel: number): number[] =>
    plane(board, channel).flatMap((byte, i) => (byte === 1 ? [i] : []))

  test('head, body and food are where they belong, at every length', async () => {
    const env = await make('Snake-v0', { kwargs: { rows: 5, columns: 6 } })
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.nat({ max: 3 }), { maxLength: 80 }), (seed, actions) => {
        let board = env.reset({ seed }).observation as Uint8Array
        expect([squares(board, 0), squares(board, 1)]).toEqual([[15], [13, 14]])
        let length = 3
        for (const action of actions) {
          const { observation, reward, terminated } = env.step(action)
          const before = board
          board = observation as Uint8Array
          if (reward === 1) length++
          expect(squares(board, 0)).toHaveLength(1)
          expect(squares(board, 1)).toHaveLength(length - 1)
          expect(squares(board, 2)).toHaveLength(1)
          // The food lies apart from the snake and stays until it is eaten.
          const [head, food] = [squares(board, 0)[0]!, squares(board, 2)[0]!]
          expect([head, ...squares(board, 1)]).not.toContain(food)
          if (reward === 1) expect(squares(before, 2)).toEqual([head])
          else expect(squares(before, 2)).toEqual([food])
          expect(terminated).toBe(reward === -1)
          if (terminated) break
          const [row, column] = [Math.floor(head / 6), head % 6]
          const from = squares(before, 0)[0]!
          expect(Math.abs(row - Math.floor(from / 6)) + Math.abs(column - (from % 6))).toBe(1)
        }
      }),
    )
  })

  test('walls kill, the neck cannot be bitten, and the tail makes way', async () => {
    const env = await make('Snake-v0', { kwargs: { rows: 4, columns: 4 } })
    env.reset({ seed: 1 })
    // From row 2, column 2: left leads back, so straight on to column 3; then into the wall.
    expect(env.step(3)).toMatchObject({ terminated: false })
    expect(env.step(1)).toMatchObject({ terminated: true, reward: -1 })
    // A snake of four in a ring of four follows its own tail for ever.
    const ring = { body: Int32Array.of(0, 1, 5, 4), heading: 3, food: 15 }
    env.reset({ seed: 1 })
    const inner = env.unwrapped
    inner.restore({ ...inner.snapshot(), ...ring })
    for (const action of [0, 1, 2, 3, 0, 1]) expect(inner.step(action)).toMatchObject({ reward: 0, terminated: false })
    // One of five does not.
    inner.restore({ ...inner.snapshot(), body: Int32Array.of(8, 0, 1, 5, 4), heading: 3, food: 15 })
    expect(inner.step(0)).toMatchObject({ reward: -1, terminated: true })
  })

  test('who walks every square in turn fills the board: 13 meals on 4 × 4, then the end', async () => {
    // A closed walk over all squares of a 4 × 4 board.
    const along = [0, 1, 2, 3, 7, 6, 5, 9, 10, 11, 15, 14, 13, 12, 8, 4]
    const env = await make('Snake-v0', { kwargs: { rows: 4, columns: 4 } })
    const direction = new Map([
      [-4, 0],
      [1, 1],
      [4, 2],
      [-1, 3],
    ])
    for (let seed = 0; seed < 10; seed++) {
      const rewards = play(
        env,
        (board) => {
          const head = board.indexOf(1)
          const next = along[(along.indexOf(head) + 1) % 16]!
          return direction.get(next - head)!
        },
        seed,
      )
      expect(rewards.filter((reward) => reward === 1)).toHaveLength(13)
      expect(rewards.at(-1)).toBe(1)
      expect(rewards).not.toContain(-1)
    }
  })
})

test('BlindCliffWalk: one way in 2ⁿ leads to the reward', async () => {
  const env = await make('BlindCliffWalk-v0', { kwargs: { n: 4 } })
  const won: string[] = []
  for (let policy = 0; policy < 16; policy++) {
    const bits = [0, 1, 2, 3].map((state) => (policy >> state) & 1)
    let { observation } = env.reset()
    for (let steps = 1; ; steps++) {
      const state = observation as number
      const result = env.step(bits[state]!)
      observation = result.observation
      if (!result.terminated) {
        expect(result).toMatchObject({ observation: state + 1, reward: 0 })
        continue
      }
      expect(observation).toBe(state)
      if (result.reward === 1) won.push(`${bits.join('')} in ${steps}`)
      break
    }
  }
  expect(won).toEqual(['0101 in 4'])
  await expect(make('BlindCliffWalk-v0', { kwargs: { n: 0 } })).rejects.toThrow(
    /n to be a whole number from 1 to 1000000, got 0/,
  )
})
