import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { adaptEnv, envSpecs, make, makeVector, register, spaces, type EnvSpec } from '../../envs/index.ts'

test.each<[string, Record<string, unknown>, RegExp]>([
  ['LunarLander-v3', { continuous: true }, /LunarLander-v3 has no option "continuous"/],
  ['FrozenLake-v1', { is_slippery: false }, /Did you mean "isSlippery"/],
  ['MinAtar/Breakout-v1', { sticky: 0 }, /has no option "sticky".*stickyActionProb/],
  ['PendulumDiscrete-v1', { bins: 3 }, /It has: actions, g/],
])('%s refuses the option %o', async (id, kwargs, message) => {
  await expect(make(id, { kwargs })).rejects.toThrow(message)
})

test('options that exist are taken, and the specs of wrappers are checked', async () => {
  const lake = await make('FrozenLake-v1', { kwargs: { isSlippery: false } })
  expect(lake.spec!.kwargs).toMatchObject({ isSlippery: false })
  await expect(
    make({ id: 'CartPole-v1', wrappers: [{ name: 'StickyAction', kwargs: { prob: 0.1 } }] }),
  ).rejects.toThrow(/StickyAction has no option "prob". It has: p/)
  const spec = { id: 'CartPole-v1', wrappers: ['Flatten'] } as unknown as EnvSpec
  await expect(make(spec)).rejects.toThrow(/CartPole-v1: a wrapper in a spec is \{ name, kwargs \}/)
})

test('lanes, autoreset modes and seeds that are none', async () => {
  await expect(makeVector('CartPole-v1', { lanes: 1.5 })).rejects.toThrow(/lanes.*1\.5/)
  await expect(makeVector('CartPole-v1', { lanes: 2, autoreset: 'never' as 'disabled' })).rejects.toThrow(/"never"/)
  const env = await make('CartPole-v1')
  expect(() => env.reset({ seed: 1.5 })).toThrow(/CartPole-v1.*whole number as seed, got 1\.5/)
})

test('what make, makeVector and register do not know they refuse', async () => {
  const wrong = (value: unknown): never => value as never
  const cases: [() => Promise<unknown>, RegExp][] = [
    [() => make('CartPole-v1', wrong({ maxSteps: 5 })), /make: there is no option "maxSteps".*maxEpisodeSteps/],
    [() => make(wrong({ id: 'CartPole-v1', wrapper: [] })), /CartPole-v1.*"wrapper"\. Did you mean "wrappers"/],
    [() => make(wrong({})), /an id or a spec \{ id, … \}, got \{\}/],
    [() => make(wrong(undefined)), /an id or a spec.*got nothing/],
    [() => make(wrong({ id: 'CartPole-v1', wrappers: {} })), /CartPole-v1: wrappers.*are a list/],
    [() => make('CartPole-v1', { kwargs: wrong(5) }), /CartPole-v1: kwargs are options by their names, got 5/],
    [() => make('CartPole-v1', { maxEpisodeSteps: wrong('5') }), /CartPole-v1 expects maxEpisodeSteps.*got "5"/],
    [() => make('CartPole-v1', { maxEpisodeSteps: 0 }), /CartPole-v1 expects maxEpisodeSteps.*at least 1, got 0/],
    [() => makeVector('CartPole-v1', wrong(undefined)), /makeVector expects lanes/],
    [() => makeVector('CartPole-v1', wrong({ lanes: 2, autoresetMode: 'disabled' })), /"autoresetMode".*"autoreset"/],
    [() => makeVector(wrong(undefined), { lanes: 2 }), /an id or a spec.*got nothing/],
  ]
  for (const [ask, message] of cases) await expect(ask(), String(message)).rejects.toThrow(message)
  expect(() => register({ id: 'tests/NoLoad-v0' }, wrong(undefined))).toThrow(/register expects a spec and a function/)
  expect(() =>
    register(
      wrong('tests/NoLoad-v0'),
      wrong(async () => Object),
    ),
  ).toThrow(/register expects a spec/)
})

test("the step limit of a class of one's own is checked", async () => {
  const folder = mkdtempSync(join(tmpdir(), 'ringside-limit-'))
  const path = join(folder, 'env.mjs')
  writeFileSync(path, 'export class Long { maxEpisodeSteps = "100" }')
  await expect(make(path)).rejects.toThrow(/exports no "default"\. Did you mean ".*env\.mjs#Long"/)
  await expect(make(`${path}#Long`)).rejects.toThrow(/env\.mjs#Long expects maxEpisodeSteps.*got "100"/)
  await expect(make(join(folder, 'evn.mjs'))).rejects.toThrow(/No file ".*evn\.mjs".*Did you mean ".*env\.mjs"/)
  await expect(make('./nowhere/mine.ts')).rejects.toThrow(/No file.*Relative paths are seen from the present folder\./)
  rmSync(folder, { recursive: true })
})

test('an environment of a person refuses seeds that are none', () => {
  const own = { observationSpace: spaces.discrete(2), actionSpace: spaces.discrete(2), reset: () => 0, step: () => 0 }
  const env = adaptEnv(own, './own.ts#Own')
  for (const seed of [1.5, 'x', null])
    expect(() => env.reset({ seed: seed as never })).toThrow(/own\.ts#Own: reset expects a whole number as seed/)
})

test('an id of Gymnasium gets its name here', async () => {
  await expect(make('ALE/Pong-v5')).rejects.toThrow(/Did you mean "Arcade\/Pong-v0".*"gymnasium:ALE\/Pong-v5"/)
  await expect(make('gym:CartPole-v1')).rejects.toThrow(/"gymnasium:CartPole-v1"/)
  await expect(make('nonsense')).rejects.not.toThrow(/gymnasium/)
})

/** Options of an environment, as its own error tells them. */
async function optionsOf(id: string): Promise<string[]> {
  const told = await make(id, { kwargs: { unheardOf: 1 } }).then(
    () => 'It has none.',
    (error: unknown) => (error as Error).message,
  )
  return /It has: (.*)\.$/.exec(told)?.[1]?.split(', ') ?? []
}

test('every option of every environment refuses what is of no use to it, and names the environment', async () => {
  let asked = 0
  for (const { id } of envSpecs()) {
    for (const name of await optionsOf(id)) {
      for (const value of ['no', NaN, {}, -1e9]) {
        // A map of one's own is looked at where it is drawn at random alone; any number is the seed of one.
        if (['frozen', 'size'].includes(name) && id.startsWith('FrozenLake')) continue
        if (
          (name === 'mapSeed' || name === 'g' || name === 'goalVelocity' || name === 'rewardSchedule') &&
          value === -1e9
        )
          continue
        asked++
        const made = make(id, { kwargs: { [name]: value } })
        await expect(made, `${id} { ${name}: ${String(value)} }`).rejects.toThrow(id)
      }
    }
  }
  expect(asked).toBeGreaterThan(100)
})

test.each<[string, string, Record<string, unknown>, RegExp]>([
  ['Arcade/Breakout-v0', 'AtariPreprocessing', { episodicLife: 'no' }, /episodicLife to be true or false, got "no"/],
  ['Arcade/Breakout-v0', 'AtariPreprocessing', { crop: 3 }, /crop to be none, square or a box, got 3/],
  ['CartPole-v1', 'StickyAction', { p: '0.1' }, /p to be a finite number, got "0.1"/],
  ['CartPole-v1', 'NormalizeReward', { gamma: NaN }, /gamma to be a number from 0 to 1, got NaN/],
  ['CartPole-v1', 'ClipReward', { low: 'x', high: 1 }, /low to be a finite number, got "x"/],
  ['CartPole-v1', 'NoopReset', {}, /calls none of its actions NOOP; set noopAction/],
  ['CartPole-v1', 'Transform', {}, /Transform takes a function/],
])('%s in %s %o is refused, and told which environment it is', async (id, name, kwargs, message) => {
  const made = make({ id, wrappers: [{ name, kwargs }] })
  await expect(made).rejects.toThrow(message)
  await expect(make({ id, wrappers: [{ name, kwargs }] })).rejects.toThrow(id)
})

test('what reset does not know it refuses', async () => {
  const env = await make('CartPole-v1')
  expect(() => env.reset({ sed: 3 } as never)).toThrow(
    /CartPole-v1.*\{ seed, options \}, got "sed". Did you mean "seed"/,
  )
  expect(() => env.reset({ options: { lo: 0 } })).toThrow(
    /CartPole-v1, at its reset, has no option "lo".*It has: high, low/,
  )
  expect(() => env.reset({ options: { low: 1, high: 0 } })).toThrow(/low ≤ high, got 1 and 0/)
})

test('errors of a vector environment name the lane', async () => {
  const vector = await makeVector('CartPole-v1', { lanes: 3 })
  expect(() => vector.reset({ seed: 1.5 })).toThrow(/CartPole-v1.*whole numbers as seeds, got 1\.5/)
  expect(() => vector.reset({ seed: [1, 2, 'x' as never] })).toThrow(/whole numbers as seeds, got "x"/)
  vector.reset({ seed: 1 })
  expect(() => vector.step(Float32Array.of(0, 0.5, 1))).toThrow(/Lane 1 of CartPole-v1: .*Discrete\(2\), got 0\.5/)
  expect(() => vector.step(Float32Array.of(0, NaN, 1))).toThrow(/Lane 1 .*got NaN/)
  expect(vector.step(Float64Array.of(0, 1, 0)).reward).toEqual(Float64Array.of(1, 1, 1))
  expect(() => vector.render(3)).toThrow(/render expects a lane from 0 to 2, got 3/)
  expect(() => vector.step(Int32Array.of(0, 1, 7))).toThrow(
    /Lane 2 of CartPole-v1.*the action 7; expected one of Discrete\(2\)/,
  )
  vector.close()
})
