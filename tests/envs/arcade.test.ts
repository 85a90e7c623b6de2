import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { subpixels } from '../../envs/arcade/screen.ts'
import { createRng, make, makeVector, type Env } from '../../envs/index.ts'

type Frame = Uint8Array
type Player = (frame: Frame, info: Readonly<Record<string, unknown>>) => number

const ids = ['Arcade/Breakout-v0', 'Arcade/Pong-v0'] as const
const width = 160
const sum = (numbers: readonly number[]): number => numbers.reduce((a, b) => a + b, 0)
const mean = (numbers: readonly number[]): number => sum(numbers) / numbers.length

/** Rewards of an episode, or of its first `most` frames. */
function play(env: Env, choose: Player, seed: number, most = Infinity): number[] {
  const rewards: number[] = []
  let { observation, info } = env.reset({ seed })
  while (rewards.length < most) {
    const result = env.step(choose(observation as Frame, info))
    rewards.push(result.reward)
    observation = result.observation
    info = result.info
    if (result.terminated || result.truncated) break
  }
  return rewards
}

/** The top left corner of what has a colour, inside a part of the screen. */
function find(
  frame: Frame,
  [red, green, blue]: readonly number[],
  [left, top, right, bottom]: readonly [number, number, number, number],
): { x: number; y: number } | undefined {
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const at = (y * width + x) * 3
      if (frame[at] === red && frame[at + 1] === green && frame[at + 2] === blue) return { x, y }
    }
  }
  return undefined
}

const light = [240, 236, 224]
const green = [112, 196, 132]

/** Follows the ball as the frames show it, flicker and all, and lets the place where it is hit wander. */
function breakoutPlayer(): Player {
  let target: number | undefined
  let frames = 0
  return (frame) => {
    const ball = find(frame, light, [8, 32, 152, 189])
    if (ball !== undefined) target = ball.x + 1
    const { x } = find(frame, light, [8, 190, 152, 191])!
    if (++frames % 100 === 0) return 1
    const apart = (target ?? 80) - (x + 8 + ((frames >> 8) % 9) - 4)
    return apart > 2 ? 2 : apart < -2 ? 3 : 0
  }
}

/** Hits the ball with the lower part of the paddle, for a steep return. */
function pongPlayer(): Player {
  let target: number | undefined
  return (frame) => {
    const ball = find(frame, light, [0, 36, 160, 196])
    if (ball !== undefined) target = ball.y + 2
    const { y } = find(frame, green, [140, 36, 144, 196])!
    const apart = (target ?? 116) - (y + 12)
    return apart > 2 ? 3 : apart < -2 ? 2 : 0
  }
}

/** Random actions, each held for four frames as agents do. */
function randomPlayer(seed: number): Player {
  const rng = createRng(seed)
  let frames = 0
  let action = 0
  return () => (frames++ % 4 === 0 ? (action = rng.int(4)) : action)
}

describe('a player that looks at the frames beats random actions by far', () => {
  test('Breakout', async () => {
    const env = await make('Arcade/Breakout-v0')
    const random = Array.from({ length: 40 }, (_, seed) => sum(play(env, randomPlayer(seed), seed)))
    expect(mean(random)).toBeGreaterThan(0.4)
    expect(mean(random)).toBeLessThan(2.5)
    expect(sum(play(env, breakoutPlayer(), 1, 20_000))).toBeGreaterThan(200)
  })

  test('Pong', async () => {
    const env = await make('Arcade/Pong-v0')
    const random = Array.from({ length: 10 }, (_, seed) => sum(play(env, randomPlayer(seed), seed)))
    expect(mean(random)).toBeLessThan(-18.5)
    expect(mean(random)).toBeGreaterThan(-21)
    const skilled = Array.from({ length: 3 }, (_, seed) => sum(play(env, pongPlayer(), seed)))
    expect(mean(skilled)).toBeGreaterThan(10)
    // Who does nothing loses every point: the ball is served all the same.
    const rewards = play(env, () => 0, 1)
    expect(sum(rewards)).toBeLessThan(-15)
    expect(rewards.filter((reward) => reward === -1)).toHaveLength(21)
  })
})

describe('Breakout keeps its rules', () => {
  /** What the snapshot holds, in pixels. */
  const state = (env: Env) => {
    const saved = env.unwrapped.snapshot()
    const pixels = (key: string): number => (saved[key] as number) / subpixels
    return { ...saved, ballX: pixels('ballX'), ballY: pixels('ballY'), paddleX: pixels('paddleX') } as unknown as {
      readonly ballX: number
      readonly ballY: number
      readonly paddleX: number
      readonly inPlay: boolean
      readonly isHalved: boolean
      readonly hits: number
      readonly score: number
      readonly bricks: Uint8Array
    }
  }
  const points = [7, 7, 4, 4, 1, 1]

  test('the ball stays in the field and out of the bricks, lives only fall, the score is the sum of rewards', async () => {
    const env = await make('Arcade/Breakout-v0')
    const { unwrapped } = env
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 0, max: 100 }), (seed, choice, wild) => {
        // A mixture of skill and chance gets to more places than either.
        const [skilled, random] = [breakoutPlayer(), randomPlayer(choice)]
        const draw = createRng(choice)
        const player: Player = (frame, info) =>
          draw.int(100) < wild ? random(frame, info) : state(env).inPlay ? skilled(frame, info) : 1
        let { observation, info } = unwrapped.reset({ seed })
        let total = 0
        let lives = info['lives'] as number
        expect(lives).toBe(5)
        for (let i = 0; i < 1500; i++) {
          const result = unwrapped.step(player(observation as Frame, info))
          ;({ observation, info } = result)
          total += result.reward
          const fallen = lives - (info['lives'] as number)
          expect(fallen === 0 || fallen === 1).toBe(true)
          lives -= fallen
          const { ballX, ballY, paddleX, inPlay, isHalved, score, bricks } = state(env)
          expect(score).toBe(total)
          // One wall here: what is missing from it is what was scored.
          if (total < 400) expect(sum([...bricks].map((b, k) => (1 - b) * points[Math.floor(k / 18)]!))).toBe(total)
          expect(paddleX >= 8 && paddleX + (isHalved ? 8 : 16) <= 152).toBe(true)
          if (inPlay) {
            expect(ballX >= 8 && ballX + 2 <= 152 && ballY >= 32 && ballY < 210).toBe(true)
            const [column, row] = [Math.floor((Math.floor(ballX) - 8) / 8), Math.floor((Math.floor(ballY) - 60) / 6)]
            if (row >= 0 && row < 6) expect(bricks[row * 18 + column]).toBe(0)
          }
          expect(result.terminated).toBe(lives === 0)
          if (result.terminated) break
        }
      }),
      { numRuns: 12 },
    )
  })

  test('the ball gets faster with hits, and the ceiling halves the paddle until the ball is lost', async () => {
    const env = await make('Arcade/Breakout-v0')
    env.reset({ seed: 2 })
    const begun = env.unwrapped.snapshot()
    const fly = (
      changes: Readonly<Record<string, number | boolean | Uint8Array>>,
    ): { rise: number; halved: boolean } => {
      env.unwrapped.restore({
        ...begun,
        inPlay: true,
        goesDown: false,
        slope: 2,
        ballX: 80 * subpixels,
        ballY: 50 * subpixels,
        ...changes,
      })
      env.unwrapped.step(0)
      const after = state(env)
      return { rise: 50 - after.ballY, halved: after.isHalved }
    }
    expect([0, 3, 4, 11, 12, 50].map((hits) => fly({ hits }).rise)).toEqual([1.5, 1.5, 2, 2, 2.5, 2.5])
    expect(fly({ reachedSevens: true })).toEqual({ rise: 3, halved: false })
    expect(fly({ ballY: 33 * subpixels }).halved).toBe(true)
    env.unwrapped.restore({
      ...begun,
      inPlay: true,
      isHalved: true,
      goesDown: true,
      ballX: 1280,
      ballY: 209 * subpixels,
    })
    expect(env.unwrapped.step(0).info['lives']).toBe(4)
    expect(state(env).isHalved).toBe(false)
  })

  test('a second wall follows the first, and the game ends when it is gone too', async () => {
    const env = await make('Arcade/Breakout-v0')
    env.reset({ seed: 2 })
    const begun = env.unwrapped.snapshot()
    const lastBrick = new Uint8Array(108)
    lastBrick[5 * 18] = 1
    // One brick is left, at the left end of the lowest row, and the ball just below it on its way up.
    const nearly = { ...begun, inPlay: true, goesDown: false, slope: 2, ballX: 10 * subpixels, ballY: 97 * subpixels }
    for (const wallsBuilt of [1, 2]) {
      env.unwrapped.restore({ ...nearly, bricks: lastBrick, wallsBuilt })
      let result = env.unwrapped.step(0)
      while (result.reward === 0) result = env.unwrapped.step(0)
      expect(result).toMatchObject({ reward: 1, terminated: wallsBuilt === 2 })
      if (wallsBuilt === 1) while (sum([...state(env).bricks]) === 0) env.unwrapped.step(0)
      expect(sum([...state(env).bricks])).toBe(wallsBuilt === 1 ? 108 : 0)
    }
  })
})

describe('Pong keeps its rules', () => {
  test('the ball stays in the court, paddles too, points add up, and 21 end the game', async () => {
    const env = (await make('Arcade/Pong-v0')).unwrapped
    fc.assert(
      fc.property(fc.nat(), fc.nat(), fc.integer({ min: 0, max: 100 }), (seed, choice, wild) => {
        const [skilled, random] = [pongPlayer(), randomPlayer(choice)]
        const draw = createRng(choice)
        let { observation, info } = env.reset({ seed })
        let [won, lost] = [0, 0]
        for (let i = 0; i < 1500; i++) {
          const frame = observation as Frame
          const result = env.step(draw.int(100) < wild ? random(frame, info) : skilled(frame, info))
          ;({ observation, info } = result)
          if (result.reward > 0) won++
          if (result.reward < 0) lost++
          const saved = env.snapshot()
          const pixels = (key: string): number => (saved[key] as number) / subpixels
          expect([saved['ourPoints'], saved['theirPoints']]).toEqual([won, lost])
          expect(result.terminated).toBe(won === 21 || lost === 21)
          for (const paddle of ['ourY', 'theirY']) expect(pixels(paddle) >= 36 && pixels(paddle) <= 180).toBe(true)
          if (saved['inPlay'] === true) {
            expect(pixels('ballY') >= 36 && pixels('ballY') <= 192).toBe(true)
            expect(pixels('ballX') > -2 && pixels('ballX') < 160).toBe(true)
          }
          if (result.terminated) break
        }
      }),
      { numRuns: 12 },
    )
  })

  test('the end of the paddle that is hit gives the angle', async () => {
    const env = (await make('Arcade/Pong-v0')).unwrapped
    env.reset({ seed: 1 })
    const begun = env.snapshot()
    // The ball is about to cross the plane of our paddle, at rest up and down but for the angle it had.
    const hit = (ourY: number): number => {
      const ball = { inPlay: true, goesRight: true, slope: 2, ballX: 137 * subpixels, ballY: 100 * subpixels }
      env.restore({ ...begun, ...ball, ourY: ourY * subpixels })
      env.step(0)
      const { goesRight, slope } = env.snapshot()
      return goesRight === true ? NaN : (slope as number)
    }
    expect([86, 88, 90, 92, 94, 96, 98, 100, 102].map(hit)).toEqual([10, 10, 7, 4, 2, -2, -4, -7, -10])
    expect(hit(60)).toBeNaN()
  })

  test('an impossible opponent is refused', async () => {
    await expect(make('Arcade/Pong-v0', { kwargs: { opponentSpeed: -1 } })).rejects.toThrow(/opponentSpeed.*-1/)
  })
})

describe.each(ids)('%s', (id) => {
  test('the ball shows in every other frame, in all of them without flicker, and always in the picture', async () => {
    const court = id === 'Arcade/Pong-v0' ? ([0, 36, 160, 196] as const) : ([8, 97, 152, 185] as const)
    for (const flicker of [true, false]) {
      const env = await make(id, { kwargs: { flicker } })
      env.reset({ seed: 4 })
      env.step(1)
      const seen: boolean[] = []
      for (let i = 0; i < 20; i++) {
        seen.push(find(env.step(0).observation as Frame, light, court) !== undefined)
        const item = env.render().items[0]!
        expect(item.kind === 'pixels' && find(item.data, light, court)).toBeTruthy()
      }
      expect(seen).toEqual(Array.from({ length: 20 }, (_, i) => !flicker || i % 2 === 0))
    }
  })

  test('frames are for the caller to keep, and a restored game draws the same ones', async () => {
    const [one, two] = [await make(id), await make(id)]
    const player = randomPlayer(1)
    let { observation, info } = one.reset({ seed: 1 })
    for (let i = 0; i < 150; i++) ({ observation, info } = one.step(player(observation as Frame, info)))
    const kept = (observation as Frame).slice()
    two.reset({ seed: 99 })
    two.restore(one.snapshot())
    for (let i = 0; i < 100; i++) {
      const action = player(observation as Frame, info)
      expect(Buffer.compare(one.step(action).observation as Frame, two.step(action).observation as Frame)).toBe(0)
    }
    expect(Buffer.compare(observation as Frame, kept)).toBe(0)
  })

  test('actions have the names of the field, and lanes share no frame', async () => {
    const env = await make(id)
    const { info } = env.reset({ seed: 1 })
    expect((info['actionMeanings'] as string[]).slice(0, 2)).toEqual(['NOOP', 'FIRE'])
    const vector = await makeVector(id, { lanes: 2 })
    vector.reset({ seed: 1 })
    for (let i = 0; i < 20; i++) vector.step(Int32Array.of(2, 3))
    const frames = vector.observations()
    const half = frames.length / 2
    expect(Buffer.compare(frames.slice(0, half) as Uint8Array, frames.slice(half) as Uint8Array)).not.toBe(0)
  })
})
