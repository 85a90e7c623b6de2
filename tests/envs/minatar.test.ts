import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createRng, make, type Rng } from '../../envs/index.ts'
import { Asterix } from '../../envs/minatar/asterix.ts'
import { Breakout } from '../../envs/minatar/breakout.ts'
import { Freeway } from '../../envs/minatar/freeway.ts'
import { actionNames, cells, type Game } from '../../envs/minatar/game.ts'
import type { MinAtar } from '../../envs/minatar/minatar.ts'
import { Seaquest } from '../../envs/minatar/seaquest.ts'
import { SpaceInvaders } from '../../envs/minatar/space-invaders.ts'
import { policies } from '../parity/minatar/policies.mjs'

const games = { Asterix, Breakout, Freeway, Seaquest, SpaceInvaders }
type Name = keyof typeof games
const names = Object.keys(games) as Name[]

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`./fixtures/minatar/${name}.json`, import.meta.url), 'utf8'))
}

/** One episode of the package without sticky actions. */
interface Trace {
  /** Of the six-action set, a digit each. */
  actions: string
  /** By step, where not 0. */
  rewards: Record<string, number>
  ended: boolean
  /** Six hex digits of the SHA-1 of every frame, the first included. */
  frames: string
  /** Freeway: what its random numbers must have been. */
  drawn?: number[]
}

const traces = (fixture('traces') as { games: Record<Name, Trace[]> }).games

function frameOf(game: Game): string {
  const planes = new Uint8Array(game.channels.length * cells)
  game.draw(planes)
  return createHash('sha1').update(planes).digest('hex').slice(0, 6)
}

/** Calls `play` with every possible sequence of the integers that it draws. */
function everyDraw(play: (rng: Rng) => void): void {
  const draws: number[] = []
  const ranges: number[] = []
  do {
    let position = 0
    const int = (n: number): number => {
      ranges[position] = n
      if (position === draws.length) draws.push(0)
      return draws[position++]!
    }
    play({ ...createRng(0), int })
    while (draws.length > 0 && draws.at(-1) === ranges[draws.length - 1]! - 1) draws.pop()
    if (draws.length > 0) draws[draws.length - 1]!++
  } while (draws.length > 0)
}

describe.each(names)('%s', (name) => {
  test('frames, rewards and ends are those of the package, for some outcome of the random numbers', () => {
    for (const trace of traces[name]) {
      const game: Game = new games[name]({ difficultyRamping: true })
      const drawn = [...(trace.drawn ?? [])]
      const draw = (play: (rng: Rng) => void): void =>
        trace.drawn === undefined ? everyDraw(play) : play({ ...createRng(0), int: () => drawn.shift()! })
      const frame = (step: number): string => trace.frames.slice(6 * step, 6 * step + 6)
      // All states that what was seen so far leaves possible.
      let possible = new Map<string, Int32Array>()
      const keep = (into: Map<string, Int32Array>): void => {
        const state = game.save()
        into.set(state.join(), state)
      }
      draw((rng) => {
        game.start(rng)
        if (frameOf(game) === frame(0)) keep(possible)
      })
      expect(possible.size, 'the first frame').toBeGreaterThan(0)
      for (const [i, chosen] of [...trace.actions].entries()) {
        const next = new Map<string, Int32Array>()
        const reward = trace.rewards[i] ?? 0
        const over = trace.ended && i === trace.actions.length - 1
        for (const state of possible.values())
          draw((rng) => {
            game.load(state)
            const got = game.advance(Number(chosen), rng)
            if (got === reward && game.over === over && frameOf(game) === frame(i + 1)) keep(next)
          })
        if (next.size === 0) expect.fail(`no outcome gives frame ${i + 1}, reward ${reward}, over ${over}`)
        possible = next
      }
    }
  })

  test('mean returns and lengths are those of the package, within four standard errors', async () => {
    const recorded = (fixture('statistics') as Statistics).games[name]
    for (const policy of ['random', 'scripted'] as const) {
      const ours = await play(name, policy, name === 'Freeway' ? 12 : 400)
      for (const what of ['return', 'length'] as const) {
        const { mean, standardError } = recorded[policy][what]
        const error = Math.hypot(standardError, ours[what].standardError)
        expect(Math.abs(ours[what].mean - mean), `${policy} ${what}`).toBeLessThanOrEqual(4 * error)
      }
    }
  })

  test('every observation is channels × 10 × 10 zeros and ones, and pictures show every set cell', async () => {
    const env = (await make(`MinAtar/${name}-v0`)).unwrapped as MinAtar
    expect(env.actionMeanings).toEqual(actionNames)
    const { observation } = env.reset({ seed: 3 })
    expect(env.observationSpace.shape).toEqual([env.channels.length, 10, 10])
    const set = observation.reduce((sum, bit) => sum + bit, 0)
    const { items } = env.render()
    expect(items.filter((item) => item.kind === 'rect')).toHaveLength(cells + set + env.channels.length)
    expect(items.flatMap((item) => (item.kind === 'text' ? [item.text] : []))).toEqual(
      env.channels.map((channel) => channel.name),
    )
  })
})

interface Summary {
  mean: number
  standardError: number
}
type Means = Record<'return' | 'length', Summary>
interface Statistics {
  games: Record<Name, Record<'random' | 'scripted', Means>>
}

async function play(name: Name, policy: 'random' | 'scripted', episodes: number): Promise<Means> {
  const env = (await make(`MinAtar/${name}-v1`)).unwrapped as MinAtar
  const indexOf = actionNames.map((action) => env.actionMeanings.indexOf(action))
  const rng = createRng(4)
  const returns: number[] = []
  const lengths: number[] = []
  env.reset({ seed: 5 })
  for (let episode = 0; episode < episodes; episode++) {
    let { observation } = env.reset()
    let [total, length, over] = [0, 0, false]
    while (!over && length < 5000) {
      const choice = policy === 'random' ? rng.int(env.actionMeanings.length) : indexOf[policies[name]!(observation)]!
      const result = env.step(choice)
      observation = result.observation
      over = result.terminated
      total += result.reward
      length++
    }
    returns.push(total)
    lengths.push(length)
  }
  return { return: summary(returns), length: summary(lengths) }
}

function summary(values: number[]): Summary {
  const mean = values.reduce((a, b) => a + b, 0) / values.length
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (values.length - 1)
  return { mean, standardError: Math.sqrt(variance / values.length) }
}

describe('options', () => {
  test('v1 has the minimal actions, v0 all six, and either can be asked for', async () => {
    const actionsOf = async (id: string, kwargs = {}): Promise<readonly string[]> =>
      ((await make(id, { kwargs })).unwrapped as MinAtar).actionMeanings
    expect(await actionsOf('MinAtar/Breakout-v1')).toEqual(['no-op', 'left', 'right'])
    expect(await actionsOf('MinAtar/Freeway-v1')).toEqual(['no-op', 'up', 'down'])
    expect(await actionsOf('MinAtar/SpaceInvaders-v1')).toEqual(['no-op', 'left', 'right', 'fire'])
    expect(await actionsOf('MinAtar/Asterix-v1')).toHaveLength(5)
    expect(await actionsOf('MinAtar/Seaquest-v1')).toHaveLength(6)
    expect(await actionsOf('MinAtar/Breakout-v1', { useMinimalActionSet: false })).toHaveLength(6)
  })

  test('sticky actions repeat the last action with their probability', async () => {
    const env = await make('MinAtar/Breakout-v1', { kwargs: { stickyActionProb: 0.3 } })
    let repeated = 0
    for (let seed = 0; seed < 1000; seed++) {
      env.reset({ seed })
      env.step(0)
      const before = (env.step(2).observation as Uint8Array).indexOf(1) % 10
      repeated += Number(before === 4)
    }
    // Five standard errors.
    expect(Math.abs(repeated / 1000 - 0.3)).toBeLessThan(0.073)
  })

  test('without ramping Asterix stays slow', async () => {
    for (const difficultyRamping of [true, false]) {
      const game: Game = new Asterix({ difficultyRamping })
      const rng = createRng(1)
      game.start(rng)
      for (let i = 0; i < 2500; i++) game.advance(0, rng)
      const [, , spawnInterval, , moveInterval] = game.save()
      expect([spawnInterval, moveInterval]).toEqual(difficultyRamping ? [1, 1] : [10, 5])
    }
  })

  test('wrong ones are refused', async () => {
    await expect(make('MinAtar/Breakout-v1', { kwargs: { stickyActionProb: 2 } })).rejects.toThrow(/from 0 to 1, got 2/)
    await expect(make('MinAtar/Breakout-v1', { kwargs: { difficultyRamping: 1 } })).rejects.toThrow(/true or false/)
  })
})
