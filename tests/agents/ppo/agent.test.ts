import { expect, test } from 'vitest'
import { ppoConfig } from '../../../agents/ppo/config.ts'
import { createPpo } from '../../../agents/ppo/ppo.ts'
import type { AgentContext } from '../../../agents/types.ts'
import { createRng, decodeState, encodeState } from '../../../core/index.ts'
import { openEngine, tf } from '../../../engine/index.ts'
import { makeVector, spaces } from '../../../envs/index.ts'
import { createAgentExperiment } from '../../../runner/run/agent-experiment.ts'
import { createTimings } from '../../../runner/run/trackers.ts'

const settings = { horizon: 32, epochs: 2, minibatches: 4, network: { hidden: [16] } }

async function contextOf(lanes: number, over: Partial<AgentContext> = {}): Promise<AgentContext> {
  return {
    observationSpace: spaces.box({ low: -1, high: 1, shape: [3] }),
    actionSpace: spaces.discrete(4, { start: 2 }),
    lanes,
    engine: await openEngine({ engine: 'onnx' }),
    rng: createRng(1),
    steps: 10_000,
    ...over,
  }
}

async function begin(id: string, over: Record<string, unknown> = {}) {
  const env = await makeVector(id, { lanes: 2 })
  const { observationSpace, actionSpace } = env
  const context = await contextOf(2, { observationSpace, actionSpace })
  const agent = createPpo(context, ppoConfig.parse({ ...settings, ...over }))
  const experiment = createAgentExperiment({ agent, env, rng: createRng(2), seed: 3, timings: createTimings() })
  return { agent, env, experiment }
}

const bytesOf = ({ experiment }: Awaited<ReturnType<typeof begin>>): Buffer => {
  const { policy, training } = experiment.state()
  return Buffer.from(encodeState({ policy, training }))
}

test.each(['CartPole-v1', 'Taxi-v4', 'Pendulum-v1', 'Snake-v0'])(
  '%s: goes on from the middle of a rollout as if never cut, leaves no tensor, and evaluating changes nothing',
  async (id) => {
    const whole = await begin(id)
    // Two rollouts of 64 steps and a part of the third.
    whole.experiment.advance({ untilStep: 150, deadline: Infinity }, {})
    const saved = bytesOf(whole)

    const observations = whole.env.observations()
    const evaluating = whole.agent.actor(2, 'evaluate', createRng(9))
    for (let i = 0; i < 5; i++) evaluating.act(observations, new Uint8Array(2), whole.env.actionMask())
    const { value } = whole.agent.explain(observations)
    expect(value).toHaveLength(2)
    expect(bytesOf(whole).equals(saved)).toBe(true)

    const again = await begin(id)
    const state = decodeState(saved) as unknown as ReturnType<typeof again.experiment.state>
    again.experiment.restore(state, (note) => expect.fail(note))
    for (const { experiment } of [whole, again]) experiment.advance({ untilStep: 200, deadline: Infinity }, {})
    const { numTensors } = tf.memory()
    for (const { experiment } of [whole, again]) experiment.advance({ untilStep: 400, deadline: Infinity }, {})
    expect(tf.memory().numTensors).toBe(numTensors)
    expect(bytesOf(again).equals(bytesOf(whole))).toBe(true)
    const metrics = whole.agent.metrics()
    expect(again.agent.metrics()).toEqual(metrics)
    expect(Object.values(metrics).every(Number.isFinite)).toBe(true)
    expect(metrics['updates']).toBe(6 * 2 * 4)
    for (const { agent, experiment } of [whole, again]) {
      experiment.close()
      agent.dispose!()
    }
  },
)

test('actions are drawn by the policy and forbidden ones never; the log-probability is that of what is allowed', async () => {
  const agent = createPpo(await contextOf(4), ppoConfig.parse(settings))
  // A policy far from uniform.
  const path = 'actor/output/bias'
  const logits = [1, 0, -1, 3]
  const engine = await openEngine({ engine: 'onnx' })
  engine.write(agent.networks()[path]!, Float32Array.from(logits))
  engine.write(agent.networks()['actor/output/kernel']!, new Float32Array(16 * 4))
  const actor = agent.actor(4, 'train', createRng(7))
  const mask = Uint8Array.from([1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 0, 0, 0, 1, 0])
  const sum = Math.exp(1) + 1 + Math.exp(-1)
  const counts = [0, 0, 0, 0]
  const rounds = 2_000
  for (let round = 0; round < rounds; round++) {
    const { actions, extras } = actor.act(new Float32Array(12), new Uint8Array(4), mask)
    for (let lane = 0; lane < 3; lane++) {
      const action = actions[lane]! - 2
      counts[action] = counts[action]! + 1
      expect(extras['logProbability']![lane]).toBeCloseTo(logits[action]! - Math.log(sum), 5)
    }
    expect(actions[3]).toBe(4)
    expect(extras['logProbability']![3]).toBeCloseTo(0, 6)
  }
  expect(counts[3]).toBe(0)
  // Four deviations of a binomial.
  for (let action = 0; action < 3; action++) {
    const p = Math.exp(logits[action]!) / sum
    expect(Math.abs(counts[action]! / (3 * rounds) - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / (3 * rounds)))
  }
  const greedy = agent.actor(4, 'evaluate', createRng(7))
  expect([...greedy.act(new Float32Array(12), new Uint8Array(4), mask).actions]).toEqual([2, 2, 2, 4])
  expect([...greedy.act(new Float32Array(12), new Uint8Array(4)).actions]).toEqual([5, 5, 5, 5])
  const { policy } = agent.explain(new Float32Array(3))
  expect(policy![3]).toBeCloseTo(Math.exp(3) / (sum + Math.exp(3)), 5)
  agent.dispose!()
})

test('a Gaussian policy hands the environment what its bounds allow, and learns from what it drew', async () => {
  const actionSpace = spaces.box({ low: [-0.5, -9], high: [0.5, 9] })
  const agent = createPpo(await contextOf(50, { actionSpace }), ppoConfig.parse(settings))
  const actor = agent.actor(50, 'train', createRng(7))
  const { actions, extras } = actor.act(new Float32Array(150), new Uint8Array(50))
  const { sample, logProbability } = extras
  expect(sample!.some((x, i) => i % 2 === 0 && Math.abs(x) > 0.5)).toBe(true)
  for (let lane = 0; lane < 50; lane++) {
    const [a, b] = [sample![2 * lane]!, sample![2 * lane + 1]!]
    expect(actions[2 * lane]).toBe(Math.min(0.5, Math.max(-0.5, a)))
    expect(actions[2 * lane + 1]).toBe(b)
    // Means are 0 at observations of 0, deviations 1.
    expect(logProbability![lane]).toBeCloseTo(-(a * a + b * b) / 2 - Math.log(2 * Math.PI), 4)
  }
  const { actions: means } = agent.actor(50, 'evaluate', createRng(7)).act(new Float32Array(150), new Uint8Array(50))
  expect(Array.from(means).every((x) => Math.abs(x) < 1e-6)).toBe(true)
  agent.dispose!()
})

test('a target KL ends a training early', async () => {
  const { agent, experiment } = await begin('CartPole-v1', { targetKl: 1e-9, epochs: 10, learningRate: 0.01 })
  experiment.advance({ untilStep: 64, deadline: Infinity }, {})
  expect(agent.metrics()).toMatchObject({ epochs: 1, updates: 4 })
  experiment.close()
  agent.dispose!()
})

test('it refuses what it cannot do, with the reason', async () => {
  const config = ppoConfig.parse({})
  const many = await contextOf(1, { actionSpace: spaces.multiBinary(3) })
  expect(() => createPpo(many, config)).toThrow(/Discrete actions, or a Box.*Flatten/)
  const odd = await contextOf(1)
  expect(() => createPpo(odd, ppoConfig.parse({ horizon: 10, minibatches: 3 }))).toThrow(/minibatches.*divisor/)
  expect(() => createPpo({ ...odd, steps: 50 }, config)).toThrow(/horizon.*nothing would be learned/)
})
