import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createResize, grayscale } from '../../core/raster/index.ts'
import type { Box } from '../../envs/spaces/index.ts'
import {
  adaptEnv,
  AtariPreprocessing,
  createRng,
  FireReset,
  make,
  makeVector,
  MaxAndSkip,
  NoopReset,
  spaces,
} from '../../envs/index.ts'
import type { Env, SpaceValue, StepResult, WrapperSpec } from '../../envs/index.ts'
import { pixelGame } from './pixel-game.ts'

const wrapped = (...wrappers: WrapperSpec[]): Promise<Env> => make({ id: pixelGame, wrappers })
const wrapper = (name: string, kwargs: Record<string, unknown> = {}): WrapperSpec => ({ name, kwargs })
const bytes = (value: unknown): Uint8Array => value as Uint8Array

/** The same with the observation as text, which is compared a hundred times as fast. */
function comparable<T extends { readonly observation: unknown }>(result: T): unknown {
  return { ...result, observation: Buffer.from(bytes(result.observation)).toString('latin1') }
}

/** Steps with drawn actions, resets where they fall due; tells all that came. */
function play(env: Env, from: number, steps: number): unknown[] {
  const told: unknown[] = []
  for (let i = from; i < from + steps; i++) {
    const result = env.step(env.actionSpace.sample(createRng(i)))
    told.push(comparable(result))
    expect(env.observationSpace.contains(result.observation)).toBe(true)
    if (result.terminated || result.truncated) told.push(comparable(env.reset()))
  }
  return told
}

describe.each<[WrapperSpec[]]>([
  [[wrapper('MaxAndSkip')]],
  [[wrapper('NoopReset', { noopMax: 5 })]],
  [[wrapper('FireReset')]],
  [[wrapper('EpisodicLife')]],
  [[wrapper('Grayscale')]],
  [[wrapper('Crop')]],
  [[wrapper('Resize', { height: 9, width: 8 })]],
  [[wrapper('RenderObservation', { height: 25, width: 30 })]],
  [[wrapper('FrameStack', { padding: 'copy' })]],
  [
    [
      wrapper('AtariPreprocessing', {
        noopMax: 4,
        episodicLife: true,
        fireReset: true,
        crop: 'square',
        padding: 'wait',
      }),
    ],
  ],
])('%o', (specs) => {
  test('repeats for a seed and goes on from a snapshot, random numbers and all', async () => {
    const [one, two] = [await wrapped(...specs), await wrapped(...specs)]
    const firsts = [one.reset({ seed: 3 }), two.reset({ seed: 3 })]
    expect(comparable(firsts[0]!)).toEqual(comparable(firsts[1]!))
    const whole = play(one, 0, 40)
    const snapshotAt = 17
    play(two, 0, snapshotAt)
    const snapshot = two.snapshot()
    const rest = play(two, snapshotAt, 40 - snapshotAt)
    expect(rest).toEqual(whole.slice(-rest.length))
    const three = await wrapped(...specs)
    three.restore(snapshot)
    expect(play(three, snapshotAt, 40 - snapshotAt)).toEqual(rest)
  })

  test('works in the lanes of a vector environment', async () => {
    const env = await makeVector({ id: pixelGame, wrappers: specs }, { lanes: 2 })
    env.reset({ seed: 1 })
    for (let i = 0; i < 30; i++) env.step(Int32Array.of(i % 3, (i + 1) % 3))
    const one = env.observationSpace.shape!.reduce((a, b) => a * b)
    expect(env.observations().length).toBe(2 * one)
    expect(env.observations().subarray(0, one)).not.toEqual(env.observations().subarray(one))
  })
})

test('MaxAndSkip adds rewards up, shows the maximum of the last two frames, and stops at the end', async () => {
  const [skipping, single] = [await wrapped(wrapper('MaxAndSkip', { skip: 3 })), await wrapped()]
  skipping.reset({ seed: 5 })
  single.reset({ seed: 5 })
  for (;;) {
    const taken: StepResult[] = []
    while (taken.length < 3 && !taken.at(-1)?.terminated) taken.push(single.step(0))
    const { observation, reward, terminated, info } = skipping.step(0)
    expect(reward).toBe(taken.reduce((sum, step) => sum + step.reward, 0))
    const [last, before] = [bytes(taken.at(-1)!.observation), taken.at(-2)]
    expect(observation).toEqual(
      last.map((x, i) => Math.max(x, before === undefined ? 0 : bytes(before.observation)[i]!)),
    )
    expect([terminated, info]).toEqual([taken.at(-1)!.terminated, taken.at(-1)!.info])
    if (terminated) break
  }
})

test('NoopReset does nothing 1 to noopMax times, equally often', async () => {
  const env = await wrapped(wrapper('NoopReset', { noopMax: 5 }))
  const counts = new Map<unknown, number>()
  for (let i = 0; i < 1000; i++) {
    const { info } = env.reset(i === 0 ? { seed: 2 } : {})
    expect(info).toMatchObject({ fresh: true, fired: false })
    counts.set(info['frame'], (counts.get(info['frame']) ?? 0) + 1)
  }
  expect([...counts.keys()].sort()).toEqual([1, 2, 3, 4, 5])
  // Five standard deviations of 200.
  for (const count of counts.values()) expect(Math.abs(count - 200)).toBeLessThan(64)

  // Thirty no-ops may lose all three lives: then the game begins anew.
  const long = await wrapped(wrapper('NoopReset', { noopMax: 100 }))
  for (let i = 0; i < 50; i++) expect(long.reset().info['lives']).toBeGreaterThan(0)
})

test('an environment of a person tells its NOOP and FIRE by actionMeanings', async () => {
  const taken: SpaceValue[] = []
  const own = {
    observationSpace: spaces.discrete(2),
    actionSpace: spaces.discrete(3),
    actionMeanings: ['LEFT', 'NOOP', 'FIRE'],
    reset: () => ({ observation: 0, info: {} }),
    step(action: SpaceValue) {
      taken.push(action)
      return { observation: 1, reward: 0, terminated: false, truncated: false, info: {} }
    },
  }
  new FireReset(new NoopReset(adaptEnv(own, 'own'), { noopMax: 1 })).reset({ seed: 1 })
  expect(taken).toEqual([1, 2])
})

test('frames are not skipped twice', () => {
  const space = spaces.box({ low: 0, high: 255, shape: [20, 20, 3], dtype: 'uint8' })
  const reset = () => ({ observation: new Uint8Array(1200), info: {} })
  const step = () => ({ ...reset(), reward: 0, terminated: false, truncated: false })
  const game = (frameskip: number | number[]): Env =>
    adaptEnv({ observationSpace: space, actionSpace: spaces.discrete(2), frameskip, reset, step }, 'game')
  expect(() => new MaxAndSkip(game([2, 5]))).toThrow(
    /MaxAndSkip takes each action 4 times, and game takes it for 2,5 frames each time; set frameskip to 1/,
  )
  expect(() => new AtariPreprocessing(game(4))).toThrow(/AtariPreprocessing takes .* game takes it for 4 frames/)
  expect(() => new AtariPreprocessing(game(4), { skip: 1 })).not.toThrow()
  expect(() => new AtariPreprocessing(game(1))).not.toThrow()
})

test('FireReset fires, under whatever number the environment calls FIRE', async () => {
  const env = await wrapped(wrapper('FireReset'))
  expect(env.reset({ seed: 1 }).info).toMatchObject({ frame: 1, fired: true })
  const other = await wrapped(wrapper('FireReset', { action: 1 }))
  expect(other.reset({ seed: 1 }).info).toMatchObject({ frame: 1, fired: false })
})

test('EpisodicLife ends episodes with lives, and resets the game when it is over or a seed is given', async () => {
  const env = await wrapped(wrapper('EpisodicLife'))
  const untilEnd = (): StepResult => {
    for (;;) {
      const result = env.step(1)
      if (result.terminated) return result
    }
  }
  env.reset({ seed: 4 })
  for (let game = 0; game < 5; game++) {
    for (const left of [2, 1]) {
      const lost = untilEnd()
      expect(lost.info).toMatchObject({ lives: left, lifeLost: true })
      const { info } = env.reset()
      // The game went on by the one step that the reset took, unless that very step lost a life.
      expect(info['gameGoesOn']).toBe(info['frame'] === 0 ? undefined : true)
      if (info['frame'] !== 0) expect(info['frame']).toBe((lost.info['frame'] as number) + 1)
      if (info['lives'] !== left) break
    }
    const last = untilEnd()
    if (last.info['lifeLost'] === undefined) {
      expect(last.info['lives']).toBe(0)
      expect(env.reset().info).toMatchObject({ frame: 0, lives: 3 })
    }
    untilEnd()
    expect(env.reset({ seed: game }).info).toMatchObject({ frame: 0, lives: 3 })
  }
})

test('Grayscale, Crop and Resize do to frames what core/raster does to images', async () => {
  const raw = await wrapped()
  const frame = bytes(raw.reset({ seed: 1 }).observation)
  const first = async (...specs: WrapperSpec[]): Promise<Uint8Array> =>
    bytes((await wrapped(...specs)).reset({ seed: 1 }).observation)

  const gray = new Uint8Array(20 * 14)
  grayscale(frame, gray)
  expect(await first(wrapper('Grayscale'))).toEqual(gray)

  const square = (await wrapped(wrapper('Crop'))).observationSpace
  expect(square.shape).toEqual([14, 14, 3])
  expect(await first(wrapper('Crop'))).toEqual(frame.slice(3 * 14 * 3, 17 * 14 * 3))
  const corner = { top: 18, left: 11 }
  expect((await wrapped(wrapper('Crop', corner))).observationSpace.shape).toEqual([2, 3, 3])
  const rows = [18, 19].flatMap((y) => [...frame.subarray((y * 14 + 11) * 3, (y + 1) * 14 * 3)])
  expect([...(await first(wrapper('Crop', corner)))]).toEqual(rows)

  const resized = new Uint8Array(30 * 10 * 3)
  createResize({ height: 20, width: 14 }, { height: 30, width: 10 }, 'bilinear', 3)(frame, resized)
  expect(await first(wrapper('Resize', { height: 30, width: 10, interpolation: 'bilinear' }))).toEqual(resized)
})

test('RenderObservation shows the picture of any environment, and passes its own observation on', async () => {
  const env = await make({ id: 'Catch-v0', wrappers: [wrapper('RenderObservation', { height: 40, width: 20 })] })
  expect([env.observationSpace.shape, env.observationSpace.dtype]).toEqual([[40, 20, 3], 'uint8'])
  const raw = await make('Catch-v0')
  const { observation, info } = env.reset({ seed: 6 })
  expect(info['observation']).toEqual(raw.reset({ seed: 6 }).observation)
  // Ten rows of five tiles, 4 × 4 pixels each; the ball's orange is in the middle of its own.
  const colorAt = (pixels: unknown, row: number, column: number): number[] => {
    const at = ((row * 4 + 2) * 20 + column * 4 + 2) * 3
    return [...bytes(pixels).subarray(at, at + 3)]
  }
  const ball = (info['observation'] as Float32Array).indexOf(1)
  for (let column = 0; column < 5; column++)
    expect(colorAt(observation, 0, column)).toEqual(column === ball ? [0xd9, 0x82, 0x2b] : [0xe9, 0xdf, 0xc7])
  const stepped = env.step(1)
  expect(colorAt(stepped.observation, 1, ball)).toEqual([0xd9, 0x82, 0x2b])
  expect(stepped.info['observation']).toEqual(raw.step(1).observation)
})

describe('FrameStack', () => {
  test.each(['blank', 'copy', 'wait'] as const)(
    '%s: a stack is the last frames, padded at the start',
    async (padding) => {
      const raw = await make('CartPole-v1')
      for (const frames of [1, 3, 4]) {
        const env = await make({ id: 'CartPole-v1', wrappers: [wrapper('FrameStack', { frames, padding })] })
        const space = env.observationSpace as Box
        expect([space.shape, space.dtype, space.stack]).toEqual([[frames, 4], 'float32', { frames, padding }])
        fc.assert(
          fc.property(fc.nat(), fc.array(fc.integer({ min: 0, max: 1 }), { maxLength: 30 }), (seed, actions) => {
            let start = { stacked: env.reset({ seed }), single: raw.reset({ seed }) }
            let seen = [start.single.observation as Float32Array]
            const check = (observation: unknown, ready: unknown): void => {
              const lacking = Math.max(0, frames - seen.length)
              const filler = padding === 'copy' ? seen[0]! : new Float32Array(4)
              const parts = [...new Array<Float32Array>(lacking).fill(filler), ...seen.slice(-frames)]
              expect(observation).toEqual(Float32Array.from(parts.flatMap((part) => [...part])))
              expect(space.contains(observation)).toBe(true)
              expect(ready).toBe(padding === 'wait' ? lacking === 0 : undefined)
            }
            check(start.stacked.observation, start.stacked.info['stackReady'])
            for (const action of actions) {
              const [stacked, single] = [env.step(action), raw.step(action)]
              seen.push(single.observation as Float32Array)
              check(stacked.observation, stacked.info['stackReady'])
              if (!single.terminated && !single.truncated) continue
              start = { stacked: env.reset(), single: raw.reset() }
              seen = [start.single.observation as Float32Array]
              check(start.stacked.observation, start.stacked.info['stackReady'])
            }
          }),
          { numRuns: 20 },
        )
      }
    },
  )

  test('an observation is the caller’s: writing into it changes no later one', async () => {
    const specs = [wrapper('Grayscale'), wrapper('FrameStack')]
    const [one, two] = [await wrapped(...specs), await wrapped(...specs)]
    bytes(one.reset({ seed: 1 }).observation).fill(9)
    two.reset({ seed: 1 })
    bytes(one.step(1).observation).fill(7)
    two.step(1)
    expect(one.step(0).observation).toEqual(two.step(0).observation)
  })
})

describe('AtariPreprocessing', () => {
  const padding = 'copy'
  const cases: [Record<string, unknown>, WrapperSpec[]][] = [
    [{}, [wrapper('NoopReset'), wrapper('MaxAndSkip'), wrapper('Grayscale')]],
    [
      { noopMax: 3, skip: 2, episodicLife: true, crop: 'square' },
      [
        wrapper('NoopReset', { noopMax: 3 }),
        wrapper('MaxAndSkip', { skip: 2 }),
        wrapper('EpisodicLife'),
        wrapper('Grayscale'),
        wrapper('Crop'),
      ],
    ],
    [
      { noopMax: 0, skip: 1, fireReset: true, crop: { top: 4, height: 10 }, height: 10, width: 28, frames: 2, padding },
      [
        wrapper('MaxAndSkip', { skip: 1 }),
        wrapper('FireReset'),
        wrapper('Grayscale'),
        wrapper('Crop', { top: 4, height: 10 }),
      ],
    ],
    [
      { noopMax: 2, episodicLife: true, fireReset: true, interpolation: 'bilinear', height: 7 },
      [
        wrapper('NoopReset', { noopMax: 2 }),
        wrapper('MaxAndSkip'),
        wrapper('EpisodicLife'),
        wrapper('FireReset'),
        wrapper('Grayscale'),
      ],
    ],
  ]
  test.each(cases)('%o is its wrappers one by one', async (options, parts) => {
    const { height = 84, width = 84, interpolation = 'area', frames = 4, padding = 'blank' } = options
    const all = await wrapped(wrapper('AtariPreprocessing', options))
    const parted = await wrapped(
      ...parts,
      wrapper('Resize', { height, width, interpolation }),
      wrapper('FrameStack', { frames, padding }),
    )
    const space = all.observationSpace as Box
    expect([space.shape, space.stack]).toEqual([[frames, height, width], { frames, padding }])
    expect(space.toJSON()).toEqual(parted.observationSpace.toJSON())
    expect(String(all)).toBe(`<AtariPreprocessing<TimeLimit<OrderEnforcing<PassiveChecker<${pixelGame}>>>>>`)
    for (let seed = 0; seed < 8; seed++) {
      expect(comparable(all.reset({ seed }))).toEqual(comparable(parted.reset({ seed })))
      expect(play(all, seed, 25)).toEqual(play(parted, seed, 25))
    }
  })
})

test.each(['Arcade/Breakout-v0', 'Arcade/Pong-v0'])('φ of %s is its wrappers one by one', async (id) => {
  const starts = [wrapper('NoopReset'), wrapper('MaxAndSkip'), wrapper('EpisodicLife'), wrapper('FireReset')]
  const pixels = [wrapper('Grayscale'), wrapper('Resize', { height: 84, width: 84 }), wrapper('FrameStack')]
  const options = { episodicLife: true, fireReset: true }
  const all = await make({ id, wrappers: [wrapper('AtariPreprocessing', options)] })
  const parted = await make({ id, wrappers: [...starts, ...pixels] })
  expect(comparable(all.reset({ seed: 1 }))).toEqual(comparable(parted.reset({ seed: 1 })))
  expect(play(all, 0, 60)).toEqual(play(parted, 0, 60))
})

test('each refuses what it cannot wrap or be told, by name', async () => {
  const refusals: [string, WrapperSpec, RegExp][] = [
    ['CartPole-v1', wrapper('AtariPreprocessing'), /AtariPreprocessing expects images of bytes.*RenderObservation/],
    ['Taxi-v4', wrapper('RenderObservation', { height: 84 }), /RenderObservation expects width/],
    ['Taxi-v4', wrapper('FrameStack'), /FrameStack expects a Box of observations.*Discrete\(500\)/],
    ['Taxi-v4', wrapper('MaxAndSkip'), /MaxAndSkip expects a Box/],
    ['Pendulum-v1', wrapper('NoopReset'), /NoopReset expects an action that does nothing.*set noopAction/],
    [pixelGame, wrapper('NoopReset', { noopMax: -1 }), /NoopReset expects noopMax/],
    [pixelGame, wrapper('FireReset', { action: 3 }), /FireReset expects action to be one of Discrete\(3\), got 3/],
    [pixelGame, wrapper('MaxAndSkip', { skip: 0 }), /MaxAndSkip expects skip/],
    [
      pixelGame,
      wrapper('Crop', { top: 15, height: 6 }),
      /Crop expects whole pixels inside frames of 20 × 14, got 6 × 14/,
    ],
    [pixelGame, wrapper('Resize', { height: 0, width: 3 }), /Resize expects height to be a whole number of pixels/],
    [
      pixelGame,
      wrapper('Resize', { height: 3, width: 3, interpolation: 'cubic' }),
      /area, bilinear or nearest, got cubic/,
    ],
    [pixelGame, wrapper('FrameStack', { frames: 0 }), /FrameStack expects frames/],
    [pixelGame, wrapper('FrameStack', { padding: 'zero' }), /padding of blank, copy, wait, got zero/],
    [pixelGame, wrapper('AtariPreprocessing', { width: 1.5 }), /AtariPreprocessing expects width/],
  ]
  for (const [id, spec, message] of refusals) await expect(make({ id, wrappers: [spec] })).rejects.toThrow(message)

  const lifeless = await make({ id: 'CartPole-v1', wrappers: [wrapper('EpisodicLife')] })
  expect(() => lifeless.reset()).toThrow(/EpisodicLife expects info.lives to be a number.*CartPole-v1.*got undefined/)
  const gray = make({ id: pixelGame, wrappers: [wrapper('Grayscale'), wrapper('Grayscale')] })
  await expect(gray).rejects.toThrow(/Grayscale expects RGB images/)
})

test('what takes an action several times is shown at that pace', async () => {
  const fpsOf = async (...wrappers: WrapperSpec[]): Promise<number | undefined> => {
    const env = await make({ id: 'Arcade/Pong-v0', wrappers })
    env.reset({ seed: 1 })
    return env.render().fps
  }
  expect(await fpsOf()).toBe(60)
  expect(await fpsOf({ name: 'MaxAndSkip' })).toBe(15)
  expect(await fpsOf({ name: 'AtariPreprocessing', kwargs: { skip: 3 } })).toBe(20)
  expect(await fpsOf({ name: 'RepeatAction', kwargs: { times: 2 } }, { name: 'MaxAndSkip', kwargs: { skip: 2 } })).toBe(
    15,
  )
})
