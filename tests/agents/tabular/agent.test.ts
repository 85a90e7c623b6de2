import { describe, expect, test } from 'vitest'
import { tabularConfig } from '../../../agents/tabular/config.ts'
import { createTabular } from '../../../agents/tabular/tabular.ts'
import type { Agent, AgentContext, StepBatch } from '../../../agents/types.ts'
import { createRng, decodeState, encodeState, fields, type StateTree } from '../../../core/index.ts'
import type { Engine } from '../../../engine/types.ts'
import { spaces } from '../../../envs/index.ts'
import { begin } from './train.ts'

const names = ['q-learning', 'double-q-learning', 'sarsa', 'expected-sarsa']

function contextOf(over: Partial<AgentContext> = {}): AgentContext {
  return {
    observationSpace: spaces.discrete(4),
    actionSpace: spaces.discrete(2),
    lanes: 1,
    engine: {} as Engine,
    rng: createRng(1),
    steps: 100,
    ...over,
  }
}

interface Lane {
  readonly from: number
  readonly action: number
  readonly reward: number
  readonly to: number
  readonly end?: 'terminated' | 'truncated'
  readonly first?: boolean
}

function stepOf(lanes: readonly Lane[], nextActionMask?: Uint8Array): StepBatch {
  return {
    lanes: lanes.length,
    observation: Int32Array.from(lanes, (lane) => lane.from),
    action: Int32Array.from(lanes, (lane) => lane.action),
    extras: {},
    reward: Float64Array.from(lanes, (lane) => lane.reward),
    terminated: Uint8Array.from(lanes, (lane) => (lane.end === 'terminated' ? 1 : 0)),
    truncated: Uint8Array.from(lanes, (lane) => (lane.end === 'truncated' ? 1 : 0)),
    nextObservation: Int32Array.from(lanes, (lane) => lane.to),
    isFirst: Uint8Array.from(lanes, (lane) => (lane.first === true ? 1 : 0)),
    ...(nextActionMask !== undefined && { nextActionMask }),
  }
}

/** q(state, ·). */
const q = (agent: Agent, state: number): number[] => [...agent.explain(Int32Array.of(state)).q!]
/** Halves everything, so that numbers stay exact. */
const halves = { gamma: 0.5, learningRate: 0.5, epsilon: 0.5 }

describe('what is learned from', () => {
  test('Q-learning bootstraps from the best next action, after a truncation as well, after a termination not', () => {
    const agent = createTabular(contextOf(), tabularConfig.parse(halves))
    agent.observe(stepOf([{ from: 1, action: 0, reward: 8, to: 2, first: true }]))
    expect(q(agent, 1)).toEqual([4, 0])
    agent.observe(stepOf([{ from: 0, action: 1, reward: 2, to: 1 }]))
    expect(q(agent, 0)).toEqual([0, 2])
    agent.observe(stepOf([{ from: 3, action: 0, reward: 2, to: 1, end: 'truncated' }]))
    expect(q(agent, 3)).toEqual([2, 0])
    agent.observe(stepOf([{ from: 2, action: 0, reward: 2, to: 1, end: 'terminated', first: true }]))
    expect(q(agent, 2)).toEqual([1, 0])
    expect(agent.learn()).toEqual({ tdError: 2, learningRate: 0.5 })
    expect(agent.learn()).toBeUndefined()
  })

  test('targets leave forbidden actions out', () => {
    const agent = createTabular(contextOf(), tabularConfig.parse(halves))
    agent.observe(stepOf([{ from: 1, action: 0, reward: 8, to: 2, first: true }]))
    agent.observe(stepOf([{ from: 0, action: 1, reward: 2, to: 1 }], Uint8Array.of(0, 1)))
    expect(q(agent, 0)).toEqual([0, 1])
  })

  test('Sarsa waits for the next action, lane by lane, over ends and resets', () => {
    const agent = createTabular(contextOf({ lanes: 2 }), tabularConfig.parse({ ...halves, target: 'sarsa' }))
    // Lane 1 ends at once: q(1, 0) = 4. Lane 0 waits.
    agent.observe(
      stepOf([
        { from: 0, action: 1, reward: 2, to: 1, first: true },
        { from: 1, action: 0, reward: 8, to: 3, end: 'terminated', first: true },
      ]),
    )
    expect([q(agent, 0), q(agent, 1)]).toEqual([
      [0, 0],
      [4, 0],
    ])
    // Lane 0 takes action 0 in 1: its first step had the target 2 + 0.5 · 4, so q(0, 1) = 2. Cut in 1, whose policy is worth
    // 0.75 · 4 + 0.25 · 0 = 3: the target of the second is 0 + 0.5 · 3, and q(1, 0) = 4 + 0.5 · (1.5 − 4).
    agent.observe(
      stepOf([
        { from: 1, action: 0, reward: 0, to: 1, end: 'truncated' },
        { from: 2, action: 1, reward: 1, to: 0, first: true },
      ]),
    )
    expect([q(agent, 0), q(agent, 1), q(agent, 2)]).toEqual([
      [0, 2],
      [2.75, 0],
      [0, 0],
    ])
    // Lane 1 takes the worse action in 0, and that is what counts: q(2, 1) = 0.5 · (1 + 0.5 · 0). Lane 0 begins anew, and
    // nothing of its last episode waits.
    agent.observe(
      stepOf([
        { from: 3, action: 0, reward: 0, to: 3, first: true },
        { from: 0, action: 0, reward: 0, to: 3 },
      ]),
    )
    expect([q(agent, 2), q(agent, 3)]).toEqual([
      [0, 0.5],
      [0, 0],
    ])
    expect(agent.metrics()['updates']).toBe(4)
  })

  test('a step that waits is dropped where its episode was abandoned', () => {
    const agent = createTabular(contextOf(), tabularConfig.parse({ ...halves, target: 'sarsa' }))
    agent.observe(stepOf([{ from: 0, action: 1, reward: 2, to: 1, first: true }]))
    agent.observe(stepOf([{ from: 2, action: 0, reward: 2, to: 1, first: true, end: 'terminated' }]))
    expect([q(agent, 0), q(agent, 2)]).toEqual([
      [0, 0],
      [1, 0],
    ])
  })

  test('expected Sarsa averages over its ε-greedy policy', () => {
    const agent = createTabular(contextOf(), tabularConfig.parse({ ...halves, target: 'expected' }))
    agent.observe(stepOf([{ from: 1, action: 0, reward: 8, to: 2, first: true }]))
    agent.observe(stepOf([{ from: 0, action: 1, reward: 2, to: 1 }]))
    // 2 + 0.5 · (0.75 · 4 + 0.25 · 0) = 3.5.
    expect(q(agent, 0)).toEqual([0, 1.75])
  })

  test('double learning moves one table at a time, by what the other says, and acts on their mean', () => {
    const agent = createTabular(contextOf(), tabularConfig.parse({ ...halves, double: true, initialValue: 2 }))
    const table = (name: string): number[] => [
      ...(fields(fields(agent.state(), 'agent').tree('tables'), 'tables').tree(name)['values'] as Float64Array),
    ]
    const counts = { a: 0, b: 0 }
    for (let i = 0; i < 200; i++) {
      const before = { a: table('a'), b: table('b') }
      agent.observe(stepOf([{ from: 0, action: 1, reward: 4, to: 3, first: i === 0 }]))
      const [a, b] = [table('a'), table('b')]
      const moved = a[1] === before.a[1] ? 'b' : 'a'
      if (a[1] === before.a[1] && b[1] === before.b[1]) continue
      counts[moved]++
      // Towards 4 + 0.5 · 2, as state 3 is as it was.
      expect((moved === 'a' ? a : b)[1]).toBe(before[moved][1]! + 0.5 * (5 - before[moved][1]!))
      expect(moved === 'a' ? b : a).toEqual(moved === 'a' ? before.b : before.a)
      expect(q(agent, 0)[1]).toBe(Math.fround((a[1]! + b[1]!) / 2))
    }
    expect(Math.min(counts.a, counts.b)).toBeGreaterThan(10)
  })

  test('step sizes by visits: the k-th update of an entry gives the mean of k targets where p is 1', () => {
    const agent = createTabular(contextOf(), tabularConfig.parse({ learningRate: { kind: 'visits', power: 1 } }))
    for (const reward of [4, 8, 3, 1]) {
      agent.observe(stepOf([{ from: 0, action: 1, reward, to: 1, first: true, end: 'terminated' }]))
    }
    expect(q(agent, 0)).toEqual([0, 4])
    expect(agent.metrics()['learningRate']).toBe(undefined)
    agent.learn()
    expect(agent.metrics()['learningRate']).toBe(0.25)
  })

  test('ε by visits: 1 in a new state, 1 / 10 at its hundredth visit', () => {
    const settings = tabularConfig.parse({ epsilon: { kind: 'visits', power: 0.5 }, learningRate: 0.5 })
    const agent = createTabular(contextOf({ actionSpace: spaces.discrete(50) }), settings)
    for (let i = 0; i < 99; i++) agent.observe(stepOf([{ from: 0, action: 7, reward: 1, to: 1 }]))
    const actor = agent.actor(1, 'train', createRng(5))
    const share = (state: number): number => {
      let others = 0
      for (let i = 0; i < 4_000; i++) if (actor.act(Int32Array.of(state), new Uint8Array(1)).actions[0] !== 7) others++
      return others / 4_000
    }
    // Random actions are action 7 once in fifty.
    expect(Math.abs(share(0) - 0.1 * 0.98)).toBeLessThan(0.02)
    expect(Math.abs(share(2) - 0.98)).toBeLessThan(0.02)
  })
})

test('forbidden actions are never taken, neither at random nor by value', () => {
  const context = contextOf({ actionSpace: spaces.discrete(4, { start: 3 }), lanes: 6 })
  const agent = createTabular(context, tabularConfig.parse({ epsilon: 0.5 }))
  const actor = agent.actor(6, 'train', createRng(7))
  const rng = createRng(8)
  const taken = new Set<number>()
  for (let round = 0; round < 200; round++) {
    const mask = Uint8Array.from({ length: 24 }, () => rng.int(2))
    for (let lane = 0; lane < 6; lane++) mask[lane * 4 + rng.int(4)] = 1
    const observations = Int32Array.from({ length: 6 }, () => rng.int(4))
    const { actions } = actor.act(observations, new Uint8Array(6), mask)
    actions.forEach((action, lane) => expect(mask[lane * 4 + action - 3]).toBe(1))
    for (const action of actions) taken.add(action)
  }
  expect([...taken].sort()).toEqual([3, 4, 5, 6])
})

test('equal values are drawn from, so that a new table does not walk one way', () => {
  const actor = createTabular(contextOf(), tabularConfig.parse({})).actor(1, 'evaluate', createRng(3))
  const seen = Array.from({ length: 50 }, () => actor.act(Int32Array.of(0), new Uint8Array(1)).actions[0])
  expect(new Set(seen).size).toBe(2)
})

describe.each(names)('%s', (name) => {
  test.each([
    ['schedules', {}],
    ['visits', { epsilon: { kind: 'visits' }, learningRate: { kind: 'visits' } }],
  ])('goes on from its state bit for bit (%s)', async (_, settings) => {
    const options = { seed: 5, lanes: 3, steps: 6_000, settings }
    const whole = await begin(name, 'Taxi-v4', options)
    whole.to(6_000)
    const cut = await begin(name, 'Taxi-v4', options)
    cut.to(2_001)
    const { policy, training } = cut.experiment.state()
    const taken = await begin(name, 'Taxi-v4', { ...options, seed: 99 })
    const saved = { policy: decodeState(encodeState(policy)), training: decodeState(encodeState(training)) }
    taken.experiment.restore(saved, (text) => expect(text).toBe(''))
    taken.to(6_000)
    expect(taken.experiment.state()).toEqual(whole.experiment.state())
    expect(taken.agent.metrics()).toEqual(whole.agent.metrics())
  })

  test('a policy alone acts as it did, with any number of lanes', async () => {
    const trained = await begin(name, 'CliffWalking-v1', { lanes: 2 })
    trained.to(2_000)
    const { policy } = trained.experiment.state()
    const other = await begin(name, 'CliffWalking-v1', { lanes: 5 })
    other.agent.restore(policy)
    const everywhere = Int32Array.from({ length: 48 }, (_, state) => state)
    expect(other.agent.explain(everywhere)).toEqual(trained.agent.explain(everywhere))
    expect(other.agent.networks()).toEqual({})
  })
})

test('observations of several parts are counted; what cannot be is refused, with the way out', () => {
  const make = (over: Partial<AgentContext>) => () => createTabular(contextOf(over), tabularConfig.parse(halves))
  const agent = make({ observationSpace: spaces.multiDiscrete([3, 5]) })()
  agent.observe({
    ...stepOf([{ from: 0, action: 1, reward: 4, to: 0, end: 'terminated' }]),
    observation: Int32Array.of(2, 4),
    nextObservation: Int32Array.of(0, 0),
  })
  const shown = agent.explain(Int32Array.of(2, 4, 2, 3)).q!
  expect([...shown]).toEqual([0, 2, 0, 0])
  expect(make({ observationSpace: spaces.box({ low: 0, high: 1, shape: [2] }) })).toThrow(
    /Discrete, MultiDiscrete.*Box.*dqn/,
  )
  expect(make({ observationSpace: spaces.tuple([spaces.discrete(2)]) })).toThrow(/Tuple.*Enumerate/)
  expect(make({ observationSpace: spaces.multiBinary(30) })).toThrow(/1073741824 states.*memory/)
  expect(make({ actionSpace: spaces.box({ low: 0, high: 1, shape: [1] }) })).toThrow(/Discrete.*Discretise/)
})

test('a state of another size is refused before anything is written', () => {
  const agent = createTabular(contextOf(), tabularConfig.parse(halves))
  const other = createTabular(contextOf({ observationSpace: spaces.discrete(5) }), tabularConfig.parse(halves))
  expect(() => agent.restore(other.state() as StateTree)).toThrow(
    /table q.*values to be float64 of 8, got float64 of 10/,
  )
})
