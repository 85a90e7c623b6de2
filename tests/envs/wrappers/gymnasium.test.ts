import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import {
  Delay,
  NormalizeObservation,
  NormalizeReward,
  RecordEpisodeStatistics,
  spaces,
  type Env,
  type Info,
} from '../../../envs/index.ts'
import { patchMask } from '../../../envs/wrappers/noise.ts'
import { scripted } from './scripted.ts'

interface RawStep {
  readonly observation: readonly number[]
  readonly reward: number
  readonly terminated: boolean
  readonly truncated: boolean
}

/** Recorded by tests/parity/record-wrappers.py. */
const fixture = JSON.parse(readFileSync(new URL('../fixtures/wrappers.json', import.meta.url), 'utf8')) as {
  readonly cartPole: readonly RawStep[]
  readonly pendulum: readonly RawStep[]
  readonly normalizeObservation: readonly (readonly number[])[]
  readonly normalizeReward: readonly number[]
  readonly normalizeRewardEnds: readonly number[]
  readonly delay: readonly (readonly number[])[]
  readonly episodes: readonly (readonly [number, number])[]
  readonly patches: readonly {
    readonly rows: number
    readonly columns: number
    readonly width: number
    readonly share: number
    readonly centers: readonly number[]
    readonly mask: readonly number[]
  }[]
}

/** The recorded steps through a wrapper. */
function through<T>(
  steps: readonly RawStep[],
  wrap: (env: Env) => Env,
  tell: (observation: Float32Array, reward: number, info: Info) => T,
): T[] {
  const size = steps[0]!.observation.length
  const space = spaces.box({ low: -Infinity, high: Infinity, shape: [size] })
  const typed = steps.map((step) => ({ ...step, observation: Float32Array.from(step.observation) }))
  const env = wrap(scripted(typed, space))
  let ended = true
  return steps.map(() => {
    if (ended) {
      ended = false
      const { observation, info } = env.reset()
      return tell(observation as Float32Array, 0, info)
    }
    const { observation, reward, terminated, truncated, info } = env.step(0)
    ended = terminated || truncated
    return tell(observation as Float32Array, reward, info)
  })
}

test('NormalizeObservation, whose numbers Gymnasium keeps in float32', () => {
  const ours = through(
    fixture.cartPole,
    (env) => new NormalizeObservation(env),
    (o) => [...o],
  )
  ours.forEach((observation, i) =>
    observation.forEach((x, j) => {
      const theirs = fixture.normalizeObservation[i]![j]!
      expect(Math.abs(x - theirs), `step ${i}, element ${j}`).toBeLessThan(2e-5 * Math.max(1, Math.abs(theirs)))
    }),
  )
})

test('NormalizeReward', () => {
  const cases = [
    [fixture.pendulum, {}, fixture.normalizeReward],
    [fixture.cartPole, { gamma: 0.9 }, fixture.normalizeRewardEnds],
  ] as const
  for (const [steps, kwargs, theirs] of cases) {
    const ours = through(
      steps,
      (env) => new NormalizeReward(env, kwargs),
      (_, reward) => reward,
    )
    ours.forEach((reward, i) =>
      expect(Math.abs(reward - theirs[i]!), `step ${i}`).toBeLessThan(1e-12 * Math.max(1, Math.abs(theirs[i]!))),
    )
  }
})

test('Delay', () => {
  const ours = through(
    fixture.cartPole,
    (env) => new Delay(env, { steps: 3 }),
    (o) => [...o],
  )
  expect(ours).toEqual(fixture.delay)
})

test('RecordEpisodeStatistics', () => {
  const ours = through(
    fixture.cartPole,
    (env) => new RecordEpisodeStatistics(env),
    (_, __, info) => info['episode'] as { return: number; length: number; seconds: number } | undefined,
  ).filter((episode) => episode !== undefined)
  expect(ours.map((episode) => [episode.return, episode.length])).toEqual(fixture.episodes)
  expect(ours.every(({ seconds }) => seconds >= 0 && seconds < 5)).toBe(true)
})

test('patches of ObstructView', () => {
  for (const { rows, columns, width, share, centers, mask } of fixture.patches) {
    expect(Math.floor(rows * columns * (share / width ** 2))).toBe(centers.length)
    expect([...patchMask(rows, columns, centers, width)]).toEqual(mask)
  }
})
