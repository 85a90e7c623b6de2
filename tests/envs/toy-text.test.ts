import { readFileSync, readdirSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { make } from '../../envs/index.ts'
import type { TransitionTable } from '../../envs/toy/transition-table.ts'

interface Fixture {
  readonly id: string
  readonly kwargs: Readonly<Record<string, unknown>>
  readonly table: readonly (readonly (readonly [number, number, number, boolean][])[])[]
  readonly masks?: readonly (readonly number[])[]
}

const folder = new URL('fixtures/toy-text/', import.meta.url)

describe("transition tables are Gymnasium's", () => {
  test.each(readdirSync(folder).sort())('%s', async (file) => {
    const fixture = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Fixture
    const env = await make(fixture.id, { kwargs: fixture.kwargs })
    const { table } = env.unwrapped as unknown as { table: TransitionTable }
    expect(table.length).toBe(fixture.table.length)
    fixture.table.forEach((actions, state) =>
      actions.forEach((outcomes, action) => {
        const ours = table[state]![action]!
        expect(ours.length, `state ${state}, action ${action}`).toBe(outcomes.length)
        outcomes.forEach(([probability, next, reward, terminated], i) => {
          const told = `state ${state}, action ${action}, outcome ${i}`
          expect(Math.abs(ours[i]!.probability - probability), told).toBeLessThan(1e-12)
          expect({ ...ours[i], probability: 0 }, told).toEqual({ probability: 0, state: next, reward, terminated })
        })
      }),
    )
  })

  test("Taxi's masks too", async () => {
    const { masks } = JSON.parse(readFileSync(new URL('taxi.json', folder), 'utf8')) as Fixture
    const env = await make('Taxi-v4')
    env.reset({ seed: 1 })
    const snapshot = env.unwrapped.snapshot()
    masks!.forEach((mask, state) => {
      env.unwrapped.restore({ ...snapshot, state })
      // A step of no effect tells the mask of the state: picking up where nobody waits.
      const idle = mask[4] === 0 ? 4 : 5
      const { observation, info } = env.unwrapped.step(idle)
      if (observation === state) expect([...(info['actionMask'] as Uint8Array)]).toEqual(mask)
    })
  })
})

test('outcomes come as often as the table says', async () => {
  const env = await make('FrozenLake-v1')
  env.reset({ seed: 3 })
  const counts = new Map<number, number>()
  const snapshot = env.unwrapped.snapshot()
  for (let i = 0; i < 30_000; i++) {
    env.unwrapped.restore({ ...snapshot, state: 9, rng: env.unwrapped.snapshot()['rng']! })
    const { observation } = env.unwrapped.step(1)
    counts.set(observation as number, (counts.get(observation as number) ?? 0) + 1)
  }
  // From tile 9 downwards on ice: left to 8, down to 13, right to 10, a third each (± 5 standard deviations).
  for (const state of [8, 13, 10]) expect(Math.abs(counts.get(state)! / 30_000 - 1 / 3)).toBeLessThan(0.0136)
})

test('a random lake has a way across, and is the same for the same seed', async () => {
  for (let mapSeed = 0; mapSeed < 20; mapSeed++) {
    const lake = async () => {
      const env = await make('FrozenLake-v1', {
        kwargs: { mapName: 'random', size: 6, frozen: 0.6, mapSeed, isSlippery: false },
      })
      return (env.unwrapped as unknown as { table: TransitionTable }).table
    }
    const table = await lake()
    expect(await lake()).toEqual(table)
    const reached = new Set([0])
    for (const state of reached) for (const [outcome] of table[state]!) reached.add(outcome!.state)
    expect(reached.has(35)).toBe(true)
  }
})

test('a fickle passenger changes the destination once, on the first move, as often as asked', async () => {
  const env = await make('Taxi-v4', { kwargs: { ficklePassenger: true, fickleProbability: 0.5 } })
  let changed = 0
  for (let seed = 0; seed < 400; seed++) {
    env.reset({ seed })
    const inner = env.unwrapped
    // In the taxi at the middle of the map, bound for Green.
    inner.restore({ ...inner.snapshot(), state: ((2 * 5 + 2) * 5 + 4) * 4 + 1 })
    const destinations = [0, 1, 0, 1].map((action) => (inner.step(action).observation as number) % 4)
    expect(new Set(destinations).size).toBe(1)
    if (destinations[0] !== 1) changed++
  }
  expect(Math.abs(changed / 400 - 0.5)).toBeLessThan(0.125)
})

test("Blackjack pays what Gymnasium's does for the policy that sticks on 20", async () => {
  // Gymnasium 1.4's, measured over 100,000 games: −0.352 ± 0.003. Ours over 40,000: ± 0.005.
  const env = await make('Blackjack-v1')
  let total = 0
  const games = 40_000
  for (let game = 0; game < games; game++) {
    let observation = env.reset(game === 0 ? { seed: 5 } : {}).observation as readonly number[]
    for (;;) {
      const result = env.step(observation[0]! < 20 ? 1 : 0)
      observation = result.observation as readonly number[]
      if (!result.terminated) continue
      total += result.reward
      break
    }
  }
  expect(total / games).toBeGreaterThan(-0.372)
  expect(total / games).toBeLessThan(-0.332)
})

test('maps that cannot be are refused', async () => {
  await expect(make('FrozenLake-v1', { kwargs: { mapName: '4x5' } })).rejects.toThrow(/Did you mean "4x4"/)
  await expect(make('FrozenLake-v1', { kwargs: { desc: ['SF', 'FGG'] } })).rejects.toThrow(/rows of one length/)
  await expect(make('Taxi-v4', { kwargs: { isRainy: true, rainyProbability: 7 } })).rejects.toThrow(/from 0 to 1/)
})
