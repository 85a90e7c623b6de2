import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createRollout, type Rollout } from '../../../agents/ppo/rollout.ts'
import { decodeState, encodeState } from '../../../core/index.ts'
import type { StepBatch } from '../../../agents/types.ts'

/** V(s) = 10 s. */
const values = (observations: ArrayLike<number>): Float32Array => Float32Array.from(observations, (x) => 10 * x)

function rolloutOf(lanes: number, horizon: number): Rollout {
  return createRollout({
    ...{ horizon, lanes, actions: 3, rewardClip: 'none', values },
    observation: { dtype: 'float32', length: 1 },
    action: { kind: 'discrete', start: 1 },
  })
}

interface Lane {
  readonly from: number
  readonly to: number
  readonly terminated?: boolean
  readonly truncated?: boolean
  readonly isFirst?: boolean
}

function stepOf(lanes: readonly Lane[], mask?: Uint8Array): StepBatch {
  const bytes = (flag: (lane: Lane) => boolean | undefined): Uint8Array =>
    Uint8Array.from(lanes, (lane) => (flag(lane) === true ? 1 : 0))
  const observation = Float32Array.from(lanes, ({ from }) => from)
  return {
    lanes: lanes.length,
    observation,
    action: Int32Array.from(lanes, () => 2),
    extras: { logProbability: new Float32Array(lanes.length).fill(-1), value: values(observation) },
    reward: Float64Array.from(lanes, () => 1),
    terminated: bytes((lane) => lane.terminated),
    truncated: bytes((lane) => lane.truncated),
    nextObservation: Float32Array.from(lanes, ({ to }) => to),
    isFirst: bytes((lane) => lane.isFirst),
    ...(mask !== undefined && { actionMask: mask }),
  }
}

test('the value that follows is that of the true successor, not of the next episode', () => {
  const rollout = rolloutOf(2, 3)
  rollout.add(stepOf([{ from: 1, to: 2 }, { from: 5, to: 6, truncated: true }])) // prettier-ignore
  rollout.add(stepOf([{ from: 2, to: 3, terminated: true }, { from: 50, to: 51, isFirst: true }])) // prettier-ignore
  rollout.add(stepOf([{ from: 40, to: 41, isFirst: true }, { from: 51, to: 52 }])) // prettier-ignore
  expect(rollout.full).toBe(true)
  const { nextValue, terminated, truncated, action } = rollout
  expect([nextValue[0], nextValue[1], nextValue[3], nextValue[4], nextValue[5]]).toEqual([20, 60, 510, 410, 520])
  expect([...Array.from(terminated)]).toEqual([0, 0, 1, 0, 0, 0])
  expect([...Array.from(truncated)]).toEqual([0, 1, 0, 0, 0, 0])
  expect([...action]).toEqual([1, 1, 1, 1, 1, 1])
  expect(() => rollout.add(stepOf([{ from: 1, to: 2 }, { from: 1, to: 2 }]))).toThrow(/full/) // prettier-ignore
})

test('an episode that is both at an end and cut counts as terminated', () => {
  const rollout = rolloutOf(1, 2)
  rollout.add(stepOf([{ from: 1, to: 2, terminated: true, truncated: true }]))
  expect([rollout.terminated[0], rollout.truncated[0]]).toEqual([1, 0])
})

test('an abandoned episode is cut where it stood', () => {
  const rollout = rolloutOf(1, 3)
  rollout.add(stepOf([{ from: 1, to: 2 }]))
  rollout.add(stepOf([{ from: 30, to: 31, isFirst: true }]))
  expect([rollout.nextValue[0], rollout.truncated[0]]).toEqual([20, 1])
})

test('masks that come later allow everything before', () => {
  const rollout = rolloutOf(1, 2)
  rollout.add(stepOf([{ from: 1, to: 2 }]))
  rollout.add(stepOf([{ from: 2, to: 3 }], Uint8Array.of(0, 1, 0)))
  expect([...rollout.mask!]).toEqual([1, 1, 1, 0, 1, 0])
})

test('steps of another agent are refused', () => {
  const { extras: _, ...rest } = stepOf([{ from: 1, to: 2 }])
  expect(() => rolloutOf(1, 2).add({ ...rest, extras: {} })).toThrow(/logProbability and value are missing/)
})

test('any steps keep it valid, and a saved one goes on the same', () => {
  const lane = fc.record({
    from: fc.integer({ min: -9, max: 9 }),
    to: fc.integer({ min: -9, max: 9 }),
    terminated: fc.boolean(),
    truncated: fc.boolean(),
    isFirst: fc.boolean(),
  })
  fc.assert(
    fc.property(fc.array(fc.tuple(lane, lane), { minLength: 1, maxLength: 6 }), fc.nat(5), (steps, cut) => {
      let rollout = rolloutOf(2, 6)
      const whole = rolloutOf(2, 6)
      steps.forEach((lanes, i) => {
        if (i === cut) {
          const state = decodeState(encodeState(rollout.state()))
          rollout = rolloutOf(2, 6)
          rollout.restore(state)
        }
        for (const each of [rollout, whole]) {
          each.add(stepOf(lanes))
          each.checkValid()
        }
      })
      expect(rollout.state()).toEqual(whole.state())
    }),
    { numRuns: 60 },
  )
})
