import { expect, test } from 'vitest'
import { make, makeVector, type EnvSpec } from '../../envs/index.ts'

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
