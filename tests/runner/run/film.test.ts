import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createAgent } from '../../../agents/registry.ts'
import type { Agent } from '../../../agents/types.ts'
import { createRng } from '../../../core/rng.ts'
import { openEngine } from '../../../engine/index.ts'
import { make } from '../../../envs/index.ts'
import { filmEpisode, type FilmPlan } from '../../../runner/run/film.ts'
import { filmFormat } from '../../../runner/run/film-file.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringside-film-test-'))
afterAll(() => rmSync(folder, { recursive: true }))

let agent: Agent
let plan: FilmPlan
beforeAll(async () => {
  const env = await make('CartPole-v1')
  const engine = await openEngine({ engine: 'cpu' })
  const { observationSpace, actionSpace } = env
  agent = await createAgent('random', {
    ...{ observationSpace, actionSpace, lanes: 1, engine, rng: createRng(0), steps: 100 },
  })
  plan = { agent, env: env.spec!, seed: 3, maxSteps: 1000, out: '', format: 'gif', width: 90, overlay: true }
})

/** Sizes of a picture, from the header of its file. */
function sizeOf(path: string): [number, number] {
  const bytes = readFileSync(path)
  return path.endsWith('.gif')
    ? [bytes.readUInt16LE(6), bytes.readUInt16LE(8)]
    : [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
}

describe('films', () => {
  test('show every step of the episodes and their ends', async () => {
    const out = join(folder, 'frames')
    const film = await filmEpisode({ ...plan, out, format: 'png', episodes: 2 })
    expect(film.returns).toHaveLength(2)
    // A reward of 1 a step, and the state before the first.
    expect(film.frames).toBe(film.returns.reduce((a, b) => a + b, 0) + 1)
    expect(readdirSync(out)).toHaveLength(film.frames)
    expect(readdirSync(folder).filter((name) => name.includes('partial'))).toEqual([])
  })

  test('of several lanes are tiles, and end when the last lane does', async () => {
    const out = join(folder, 'tiles.gif')
    const film = await filmEpisode({ ...plan, out, lanes: 3 })
    expect(film.returns).toHaveLength(3)
    expect(film.frames).toBe(Math.max(...film.returns) + 1)
    // 600 × 400 at a width of 90, a strip of 56 to 340 below, two by two with a gap of 2.
    expect(sizeOf(out)).toEqual([182, 2 * Math.round(90 * (400 / 600 + 56 / 340)) + 2])
  })

  test('go on after a lost life, to the end of the game', async () => {
    const phi = { name: 'AtariPreprocessing', kwargs: { episodicLife: true } }
    const game = await make({ id: 'Arcade/Breakout-v0', wrappers: [phi] })
    const out = join(folder, 'lives.gif')
    const { observationSpace, actionSpace } = game
    const engine = await openEngine({ engine: 'cpu' })
    const parts = { observationSpace, actionSpace, lanes: 1, engine, rng: createRng(0), steps: 100 }
    const film = await filmEpisode({
      ...plan,
      agent: await createAgent('random', parts),
      env: game.spec!,
      out,
      width: 40,
    })
    // Of five lives, the first of 20 steps.
    expect(film.returns).toHaveLength(1)
    expect(film.frames).toBeGreaterThan(60)
  })

  test('as one picture are the first, the middle and the last frame; height and width are as asked', async () => {
    const out = join(folder, 'strip.png')
    await filmEpisode({ ...plan, out, format: 'png', width: 50, height: 40, overlay: false })
    // Apart from each other by 8.
    expect(sizeOf(out)).toEqual([3 * 50 + 2 * 8, 40])
  })

  test('of small scenes are enlarged until their strip can be read; a height alone keeps the proportions', async () => {
    const { observationSpace, actionSpace, spec } = await make('FrozenLake-v1')
    const engine = await openEngine({ engine: 'cpu' })
    const walker = await createAgent('random', {
      ...{ observationSpace, actionSpace, lanes: 1, engine, rng: createRng(0), steps: 100 },
    })
    const { width: _, ...rest } = plan
    const out = join(folder, 'lake.png')
    await filmEpisode({ ...rest, agent: walker, env: spec!, out, format: 'png', maxSteps: 2 })
    expect(sizeOf(out)).toEqual([3 * 300 + 16, Math.round(300 * (1 + 56 / 340))])
    const tall = join(folder, 'tall.png')
    await filmEpisode({ ...rest, agent: walker, env: spec!, out: tall, format: 'png', maxSteps: 2, height: 233 })
    expect(sizeOf(tall)).toEqual([3 * 200 + 16, 233])
  })

  test('too large for any player are refused', async () => {
    const out = join(folder, 'huge.gif')
    await expect(filmEpisode({ ...plan, out, width: 100_000 })).rejects.toThrow(/at most 8192 pixels; 100000 × /)
    await expect(filmEpisode({ ...plan, out, width: 3000, lanes: 9 })).rejects.toThrow(/9 lanes of 3000 × /)
    expect(existsSync(out)).toBe(false)
  })

  test('that fail leave nothing behind', async () => {
    const broken: Agent = { ...agent, explain: () => { throw new Error('no idea') } } // prettier-ignore
    const out = join(folder, 'broken')
    await expect(filmEpisode({ ...plan, agent: broken, out, format: 'png' })).rejects.toThrow('no idea')
    expect(readdirSync(folder).filter((name) => name.startsWith('broken'))).toEqual([])
    expect(existsSync(out)).toBe(false)
  })
})

test('the ending of a file tells the format', () => {
  expect(filmFormat('a.MP4', undefined)).toBe('mp4')
  expect(filmFormat('frames', undefined)).toBe('png')
  expect(filmFormat(undefined, undefined)).toBe('gif')
  expect(() => filmFormat('a.gif', 'mp4')).toThrow('disagree')
  expect(() => filmFormat('a.webm', undefined)).toThrow('.gif, .mp4 or .png')
})
