import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createAccumulator, clipReward, type RewardClip } from '../../../agents/replay/accumulator.ts'
import type { Transition } from '../../../agents/replay/types.ts'
import { copyState } from '../../../core/state.ts'
import type { StepBatch } from '../../../agents/types.ts'

/** s, a, R, discount, s′ with observations of one number. */
type Row = [lane: number, s: number, a: number, R: number, discount: number, next: number]

/** A lane's step, told by numbers. */
interface LaneStep {
  s: number
  a?: number
  r: number
  next: number
  end?: 'terminated' | 'truncated' | 'both'
  first?: boolean
}

function recorder() {
  const rows: Row[] = []
  const sink = {
    add(t: Transition) {
      rows.push([
        t.lane,
        t.observation[t.observationOffset]!,
        t.action,
        t.reward,
        t.discount,
        t.nextObservation[t.nextOffset]!,
      ])
    },
  }
  return { rows, sink }
}

function accumulator(
  sink: { add(t: Transition): void },
  nStep: number,
  lanes = 1,
  gamma = 0.5,
  rewardClip: RewardClip = 'none',
  waits = 0,
) {
  return createAccumulator({
    lanes,
    observation: { dtype: 'float32', length: 1 },
    nStep,
    gamma,
    rewardClip,
    waits,
    firstAction: 0,
    sink,
  })
}

function batchOf(steps: LaneStep[]): StepBatch {
  return {
    lanes: steps.length,
    observation: Float32Array.from(steps, (x) => x.s),
    action: Int32Array.from(steps, (x) => x.a ?? 0),
    extras: {},
    reward: Float64Array.from(steps, (x) => x.r),
    terminated: Uint8Array.from(steps, (x) => (x.end === 'terminated' || x.end === 'both' ? 1 : 0)),
    truncated: Uint8Array.from(steps, (x) => (x.end === 'truncated' || x.end === 'both' ? 1 : 0)),
    nextObservation: Float32Array.from(steps, (x) => x.next),
    isFirst: Uint8Array.from(steps, (x) => (x.first ? 1 : 0)),
  }
}

const run = (steps: LaneStep[], nStep: number, waits = 0): Row[] => {
  const { rows, sink } = recorder()
  const acc = accumulator(sink, nStep, 1, 0.5, 'none', waits)
  for (const step of steps) {
    acc.observe(batchOf([step]))
    acc.checkValid()
  }
  return rows
}

const episode = (end: LaneStep['end']): LaneStep[] => [
  { s: 0, a: 1, r: 1, next: 1, first: true },
  { s: 1, a: 0, r: 2, next: 2 },
  { s: 2, a: 1, r: 4, next: 3 },
  { s: 3, a: 0, r: 8, next: 4, ...(end !== undefined && { end }) },
]

describe('accumulator', () => {
  it('1-step: one transition a step; terminal discount 0, truncated discount γ', () => {
    expect(run(episode('terminated'), 1)).toEqual([
      [0, 0, 1, 1, 0.5, 1],
      [0, 1, 0, 2, 0.5, 2],
      [0, 2, 1, 4, 0.5, 3],
      [0, 3, 0, 8, 0, 4],
    ])
    expect(run(episode('truncated'), 1).at(-1)).toEqual([0, 3, 0, 8, 0.5, 4])
    expect(run(episode('both'), 1).at(-1)).toEqual([0, 3, 0, 8, 0, 4])
  })

  it('3-step with a terminal tail: 3-, 2- and 1-step transitions, none of which bootstraps', () => {
    expect(run(episode('terminated'), 3)).toEqual([
      [0, 0, 1, 1 + 0.5 * 2 + 0.25 * 4, 0.125, 3],
      [0, 1, 0, 2 + 0.5 * 4 + 0.25 * 8, 0, 4],
      [0, 2, 1, 4 + 0.5 * 8, 0, 4],
      [0, 3, 0, 8, 0, 4],
    ])
  })

  it('3-step with a truncated tail: each bootstraps from the true last observation with its own power of γ', () => {
    expect(run(episode('truncated'), 3)).toEqual([
      [0, 0, 1, 3, 0.125, 3],
      [0, 1, 0, 6, 0.125, 4],
      [0, 2, 1, 8, 0.25, 4],
      [0, 3, 0, 8, 0.5, 4],
    ])
  })

  it('an episode shorter than n gives one transition a step', () => {
    expect(
      run(
        [
          { s: 5, r: 1, next: 6, first: true },
          { s: 6, r: 1, next: 7, end: 'terminated' },
        ],
        5,
      ),
    ).toEqual([
      [0, 5, 0, 1.5, 0, 7],
      [0, 6, 0, 1, 0, 7],
    ])
  })

  it('never sums across the border of two episodes (same-step autoreset)', () => {
    const rows = run(
      [
        ...episode('truncated'),
        { s: 100, r: 1, next: 101, first: true },
        { s: 101, r: 1, next: 102 },
        { s: 102, r: 1, next: 103 },
      ],
      3,
    )
    expect(rows.length).toBe(5)
    expect(rows.at(-1)).toEqual([0, 100, 0, 1.75, 0.125, 103])
  })

  it('drops what is pending when an episode begins unannounced', () => {
    const rows = run(
      [
        { s: 0, r: 9, next: 1, first: true },
        { s: 50, r: 1, next: 51, first: true },
        { s: 51, r: 1, next: 52 },
      ],
      2,
    )
    expect(rows).toEqual([[0, 50, 0, 1.5, 0.25, 52]])
  })

  it('keeps lanes apart', () => {
    const { rows, sink } = recorder()
    const acc = accumulator(sink, 2, 2)
    acc.observe(
      batchOf([
        { s: 0, r: 1, next: 1, first: true },
        { s: 10, r: 3, next: 11, end: 'terminated', first: true },
      ]),
    )
    acc.observe(
      batchOf([
        { s: 1, r: 1, next: 2, end: 'truncated' },
        { s: 20, r: 5, next: 21, first: true },
      ]),
    )
    acc.observe(
      batchOf([
        { s: 30, r: 1, next: 31, first: true },
        { s: 21, r: 7, next: 22 },
      ]),
    )
    expect(rows).toEqual([
      [1, 10, 0, 3, 0, 11],
      [0, 0, 0, 1.5, 0.25, 2],
      [0, 1, 0, 1, 0.5, 2],
      [1, 20, 0, 8.5, 0.25, 22],
    ])
  })

  it('clips each reward before it is summed', () => {
    expect([-7, -0.2, 0, 0.2, 7].map((r) => clipReward(r, 'sign'))).toEqual([-1, -1, 0, 1, 1])
    expect([-7, -0.2, 0, 0.2, 7].map((r) => clipReward(r, 'unit'))).toEqual([-1, -0.2, 0, 0.2, 1])
    const { rows, sink } = recorder()
    const acc = accumulator(sink, 2, 1, 0.5, 'sign')
    for (const step of episode('terminated')) acc.observe(batchOf([step]))
    expect(rows.map((row) => row[3])).toEqual([1.5, 1.5, 1.5, 1])
  })

  it('counts actions from 0 whatever the space starts at', () => {
    const { rows, sink } = recorder()
    const acc = createAccumulator({
      lanes: 1,
      observation: { dtype: 'float32', length: 1 },
      nStep: 1,
      gamma: 1,
      rewardClip: 'none',
      firstAction: -1,
      sink,
    })
    acc.observe(batchOf([{ s: 0, a: 1, r: 0, next: 0, first: true }]))
    expect(rows[0]![2]).toBe(2)
  })

  const streams = fc.record({
    nStep: fc.integer({ min: 1, max: 5 }),
    steps: fc.array(
      fc.tuple(
        fc.integer({ min: -3, max: 3 }),
        fc.constantFrom(undefined, undefined, undefined, 'terminated' as const, 'truncated' as const),
      ),
      { maxLength: 40 },
    ),
  })
  const toSteps = (raw: [number, 'terminated' | 'truncated' | undefined][]): LaneStep[] =>
    raw.map(([r, end], i) => ({
      s: i,
      r,
      next: i + 0.5,
      first: i === 0 || raw[i - 1]![1] !== undefined,
      ...(end !== undefined && { end }),
    }))

  it('agrees with a naive n-step return computed from the whole episode', () => {
    fc.assert(
      fc.property(streams, ({ nStep, steps: raw }) => {
        const steps = toSteps(raw)
        const expected: Row[] = []
        for (let i = 0; i < steps.length; i++) {
          let sum = 0
          for (let k = 0; k < nStep; k++) {
            const step = steps[i + k]
            if (step === undefined) break // still pending
            sum += 0.5 ** k * step.r
            if (step.end !== undefined || k === nStep - 1) {
              expected.push([0, i, 0, sum, step.end === 'terminated' ? 0 : 0.5 ** (k + 1), step.next])
              break
            }
          }
        }
        expect(run(steps, nStep)).toEqual(expected)
      }),
    )
  })

  it('leaves out the first steps of every episode where stacks wait for their frames, and nothing else', () => {
    fc.assert(
      fc.property(streams, fc.integer({ min: 1, max: 4 }), ({ nStep, steps: raw }, waits) => {
        const steps = toSteps(raw)
        const placeOf = (s: number): number => s - steps.slice(0, s + 1).findLastIndex(({ first }) => first)
        expect(run(steps, nStep, waits)).toEqual(run(steps, nStep).filter(([, s]) => placeOf(s) >= waits))
      }),
    )
  })

  it('continues from a saved state as if never cut', () => {
    fc.assert(
      fc.property(streams, fc.nat(40), fc.nat(2), ({ nStep, steps: raw }, cutAt, waits) => {
        const steps = toSteps(raw)
        const cut = Math.min(cutAt, steps.length)
        const { rows, sink } = recorder()
        const first = accumulator(sink, nStep, 1, 0.5, 'none', waits)
        for (const step of steps.slice(0, cut)) first.observe(batchOf([step]))
        const second = accumulator(sink, nStep, 1, 0.5, 'none', waits)
        second.restore(copyState(first.state()))
        for (const step of steps.slice(cut)) second.observe(batchOf([step]))
        expect(rows).toEqual(run(steps, nStep, waits))
      }),
    )
  })
})
