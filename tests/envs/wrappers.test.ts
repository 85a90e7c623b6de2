import { describe, expect, test } from 'vitest'
import { adaptEnv, createRng, make, makeVector, spaces, TimeLimit } from '../../envs/index.ts'
import type { Env, SpaceValue, WrapperSpec } from '../../envs/index.ts'

const wrapped = (id: string, ...wrappers: WrapperSpec[]): Promise<Env> => make({ id, wrappers })

/** Every wrapper in an environment that it suits. */
const all: readonly (readonly [string, WrapperSpec])[] = [
  ['Pendulum-v1', { name: 'ClipAction' }],
  ['Pendulum-v1', { name: 'RescaleAction' }],
  ['MountainCarContinuous-v0', { name: 'RescaleAction', kwargs: { low: 0, high: 3 } }],
  ['Pendulum-v1', { name: 'DiscretizeAction', kwargs: { bins: 7 } }],
  ['Pendulum-v1', { name: 'ClipReward' }],
  ['Pendulum-v1', { name: 'ClipReward', kwargs: { low: -2, high: 0.5 } }],
  ['Pendulum-v1', { name: 'ScaleReward', kwargs: { factor: 0.1 } }],
  ['CartPole-v1', { name: 'StickyAction' }],
  ['CartPole-v1', { name: 'RepeatAction', kwargs: { times: 3 } }],
  ['CartPole-v1', { name: 'TimeAware' }],
  ['MountainCar-v0', { name: 'RescaleObservation' }],
  ['Blackjack-v1', { name: 'Flatten' }],
  ['Blackjack-v1', { name: 'Enumerate' }],
  ['CartPole-v1', { name: 'ActionHistory', kwargs: { actions: 2 } }],
  ['Pendulum-v1', { name: 'Delay', kwargs: { steps: 2 } }],
  ['Taxi-v4', { name: 'Dtype', kwargs: { dtype: 'float32' } }],
  ['CartPole-v1', { name: 'NormalizeObservation' }],
  ['Pendulum-v1', { name: 'NormalizeReward' }],
  ['Catch-v0', { name: 'ObstructView', kwargs: { share: 0.2, width: 2 } }],
  ['CartPole-v1', { name: 'RecordEpisodeStatistics' }],
  ['Catch-v0', { name: 'WhiteNoise', kwargs: { share: 0.1 } }],
  ['Pendulum-v1', { name: 'WhiteNoise', kwargs: { standardDeviation: 0.1 } }],
]

describe.each(all)('%s in %o', (id, spec) => {
  const play = (env: Env, from: number, steps: number): SpaceValue[] => {
    const seen: SpaceValue[] = []
    for (let i = from; i < from + steps; i++) {
      const { observation, reward, terminated, truncated } = env.step(env.actionSpace.sample(createRng(i)))
      expect(env.observationSpace.contains(observation)).toBe(true)
      seen.push(observation, reward)
      if (terminated || truncated) env.reset()
    }
    return seen
  }

  test('stays in its space, repeats for a seed, and goes on from a snapshot', async () => {
    const [one, two] = [await wrapped(id, spec), await wrapped(id, spec)]
    one.reset({ seed: 3 })
    two.reset({ seed: 3 })
    const whole = play(one, 0, 60)
    expect(play(two, 0, 25)).toEqual(whole.slice(0, 50))
    const snapshot = two.snapshot()
    const rest = play(two, 25, 35)
    expect(rest).toEqual(whole.slice(50))
    two.restore(snapshot)
    expect(play(two, 25, 35)).toEqual(rest)
  })

  test('works in the lanes of a vector environment', async () => {
    const env = await makeVector({ id, wrappers: [spec] }, { lanes: 2 })
    env.reset({ seed: 1 })
    expect(env.observations().length).toBe(2 * env.observationSpace.shape!.reduce((a, b) => a * b, 1))
  })
})

describe('what wrappers do', () => {
  test('rewards: sign, range and factor', async () => {
    const raw = await make('Pendulum-v1')
    const torque = Float32Array.of(1)
    raw.reset({ seed: 8 })
    const { reward } = raw.step(torque)
    expect(reward).toBeLessThan(-1)
    const rewardOf = async (spec: WrapperSpec): Promise<number> => {
      const env = await wrapped('Pendulum-v1', spec)
      env.reset({ seed: 8 })
      return env.step(torque).reward
    }
    expect(await rewardOf({ name: 'ClipReward' })).toBe(-1)
    expect(await rewardOf({ name: 'ClipReward', kwargs: { low: -0.5 } })).toBe(-0.5)
    expect(await rewardOf({ name: 'ScaleReward', kwargs: { factor: 2 } })).toBe(2 * reward)
  })

  test('actions: clipped, stretched, and taken from bins', async () => {
    const stateAfter = async (action: SpaceValue, ...specs: WrapperSpec[]): Promise<unknown> => {
      const env = await wrapped('Pendulum-v1', ...specs)
      env.reset({ seed: 5 })
      env.step(action)
      return env.unwrapped.snapshot()['state']
    }
    const torque = (x: number): Float32Array => Float32Array.of(x)
    expect(await stateAfter(torque(9), { name: 'ClipAction' })).toEqual(await stateAfter(torque(2)))
    expect(await stateAfter(torque(0.5), { name: 'RescaleAction' })).toEqual(await stateAfter(torque(1)))
    const bins = { name: 'DiscretizeAction', kwargs: { bins: 5 } }
    for (const [action, value] of [-2, -1, 0, 1, 2].entries())
      expect(await stateAfter(action, bins)).toEqual(await stateAfter(torque(value)))
  })

  test('a sticky action comes as often as asked, and never first', async () => {
    const env = await wrapped('FrozenLake-v1', { name: 'StickyAction', kwargs: { p: 0.25 } })
    let repeated = 0
    const rounds = 4000
    for (let i = 0; i < rounds; i++) {
      env.reset(i === 0 ? { seed: 1 } : {})
      // Slippery or not, down from the corner never leads up; what was taken shows in the picture's caption.
      env.step(0)
      expect(env.render().caption).toMatch(/left/)
      env.step(3)
      if (env.render().caption!.includes('left')) repeated++
    }
    expect(Math.abs(repeated / rounds - 0.25)).toBeLessThan(0.035)
  })

  test('repeated actions add their rewards up and stop at the end', async () => {
    const env = await wrapped('CartPole-v1', { name: 'RepeatAction', kwargs: { times: 4 } })
    env.reset({ seed: 2 })
    const rewards: number[] = []
    for (;;) {
      const { reward, terminated } = env.step(0)
      rewards.push(reward)
      if (terminated) break
    }
    expect(rewards.slice(0, -1).every((reward) => reward === 4)).toBe(true)
    const single = await make('CartPole-v1')
    single.reset({ seed: 2 })
    let steps = 1
    while (!single.step(0).terminated) steps++
    expect(rewards.reduce((a, b) => a + b)).toBe(steps)
  })

  test('time passes from 0 to 1, and bounded observations become −1 to 1', async () => {
    const timed = await wrapped('CartPole-v1', { name: 'TimeAware', kwargs: { horizon: 4 } })
    expect((timed.reset({ seed: 1 }).observation as Float32Array)[4]).toBe(0)
    timed.step(0)
    expect((timed.step(1).observation as Float32Array)[4]).toBe(0.5)

    const scaled = await wrapped('MountainCar-v0', { name: 'RescaleObservation' })
    const [position, speed] = scaled.reset({ seed: 1 }).observation as Float32Array
    const raw = (scaled.unwrapped.snapshot()['state'] as Float64Array)[0]!
    expect(position).toBeCloseTo(-1 + ((raw + 1.2) / 1.8) * 2, 5)
    expect(speed).toBeCloseTo(0, 6)
  })

  test('each refuses what it cannot wrap or be told, by name', async () => {
    const refusals: [string, WrapperSpec, RegExp][] = [
      ['CartPole-v1', { name: 'ClipAction' }, /ClipAction expects bounded float32 actions.*Discrete\(2\)/],
      ['CartPole-v1', { name: 'RescaleObservation' }, /RescaleObservation expects a Box with finite bounds/],
      ['Taxi-v4', { name: 'TimeAware' }, /TimeAware expects vectors/],
      ['CliffWalking-v1', { name: 'TimeAware' }, /TimeAware expects a horizon/],
      ['CartPole-v1', { name: 'StickyAction', kwargs: { p: 1 } }, /StickyAction expects p/],
      ['CartPole-v1', { name: 'RepeatAction', kwargs: { times: 0 } }, /RepeatAction expects times/],
      ['Pendulum-v1', { name: 'DiscretizeAction', kwargs: { bins: 1 } }, /DiscretizeAction expects bins/],
      ['CartPole-v1', { name: 'ClipReward', kwargs: { low: 1, high: 0 } }, /ClipReward expects low < high/],
      ['CartPole-v1', { name: 'StickyActions' }, /Did you mean "StickyAction"/],
    ]
    for (const [id, spec, message] of refusals) await expect(wrapped(id, spec)).rejects.toThrow(message)
  })
})

test('TimeLimit leaves alone what the environment returned, should that be one object again and again', () => {
  const result = Object.freeze({ observation: 0, reward: 0, terminated: false, truncated: false, info: {} })
  const [observationSpace, actionSpace] = [spaces.discrete(1), spaces.discrete(1)]
  const inner = adaptEnv({ observationSpace, actionSpace, reset: () => result, step: () => result }, 'one')
  const env = new TimeLimit(inner, { maxEpisodeSteps: 2 })
  for (let episode = 0; episode < 2; episode++) {
    env.reset()
    expect([env.step(0), env.step(0)].map(({ truncated }) => truncated)).toEqual([false, true])
  }
})
