import { describe, expect, test } from 'vitest'
import { createAgent } from '../../../agents/registry.ts'
import { dqnConfig } from '../../../agents/dqn/config.ts'
import { dqnFamily } from '../../../agents/dqn/definitions.ts'
import { createRng, decodeState, encodeState } from '../../../core/index.ts'
import { openEngine, tf } from '../../../engine/index.ts'
import { makeVector } from '../../../envs/index.ts'
import { createAgentExperiment } from '../../../runner/run/agent-experiment.ts'
import { createTimings } from '../../../runner/run/trackers.ts'

const settings = {
  ...{ learningStarts: 60, batchSize: 16, replayCapacity: 300, trainEvery: 2, network: { hidden: [16, 16] } },
  ...{ target: { every: 20, tau: 1 }, quantiles: 8, implicit: { samples: 4, cosines: 8 } },
  ...{ categorical: { atoms: 11, min: 0, max: 50 }, temperature: 0.1 },
}

async function begin(name: string, id: string, more: Record<string, unknown> = {}) {
  const env = await makeVector(id, { lanes: 2 })
  const { observationSpace, actionSpace } = env
  const engine = await openEngine({ engine: 'onnx' })
  const context = { observationSpace, actionSpace, lanes: 2, engine, rng: createRng(1), steps: 2_000 }
  const agent = await createAgent(name, context, { ...settings, ...more })
  const experiment = createAgentExperiment({ agent, env, rng: createRng(2), seed: 3, timings: createTimings() })
  return { agent, env, experiment }
}

const bytesOf = ({ experiment }: Awaited<ReturnType<typeof begin>>): Buffer => {
  const { policy, training } = experiment.state()
  return Buffer.from(encodeState({ policy, training }))
}

const all = dqnFamily.map(({ name }): [string, string, Record<string, unknown>] => [name, 'CartPole-v1', {}])
describe.each([
  ...all,
  // Its actions are masked at s and at s′.
  ['munchausen-dqn', 'MaximizationBias-v0', { nStep: 2, prioritized: true }],
])('%s in %s', (name, id, more) => {
  test('goes on from a saved state as if it had never been cut, and evaluating changes nothing', async () => {
    const whole = await begin(name, id, more)
    whole.experiment.advance({ untilStep: 400, deadline: Infinity }, {})
    const saved = bytesOf(whole)

    const observations = whole.env.observations()
    const evaluating = whole.agent.actor(2, 'evaluate', createRng(9))
    for (let i = 0; i < 5; i++) evaluating.act(observations, new Uint8Array(2))
    whole.agent.explain(observations)
    whole.agent.metrics()
    expect(bytesOf(whole).equals(saved)).toBe(true)

    const again = await begin(name, id, more)
    const state = decodeState(saved) as unknown as ReturnType<typeof again.experiment.state>
    again.experiment.restore(state, (note) => expect.fail(note))
    const { numTensors } = tf.memory()
    for (const { experiment } of [whole, again]) experiment.advance({ untilStep: 800, deadline: Infinity }, {})
    expect(tf.memory().numTensors).toBe(numTensors)
    expect(bytesOf(again).equals(bytesOf(whole))).toBe(true)
    expect(again.agent.metrics()).toEqual(whole.agent.metrics())
    expect(Object.values(whole.agent.metrics()).every(Number.isFinite)).toBe(true)
    for (const { agent, experiment } of [whole, again]) {
      experiment.close()
      agent.dispose!()
    }
  })
})

describe('combinations', () => {
  test.each<[Record<string, unknown>, RegExp]>([
    [{ munchausen: true, double: true }, /soft policy over all actions.*turn one off/],
    [{ munchausen: true, distribution: 'categorical' }, /take quantile or implicit/],
    [{ valueRescaling: true, distribution: 'quantile' }, /turn the distribution off/],
    [{ valueRescaling: true, munchausen: true }, /temperature/],
    [{ distribution: 'categorical', categorical: { min: 5, max: 5 } }, /less than max/],
    [{ batchSize: 64, replayCapacity: 32 }, /at most replayCapacity/],
  ])('%o is refused with its reason', (given, reason) => {
    const { success, error } = dqnConfig.safeParse(given)
    expect(success).toBe(false)
    expect(error!.issues.map(({ message }) => message).join()).toMatch(reason)
  })

  test('any other set of switches learns', async () => {
    const combined = [
      { dueling: 'max', noisy: true, distribution: 'implicit', prioritized: true, double: true, nStep: 4 },
      { dueling: 'mean', distribution: 'quantile', munchausen: true, prioritized: true },
      { valueRescaling: true, noisy: true, dueling: 'mean', loss: 'mse', double: true },
      { prioritized: true, priority: { clip: 'weighted', uniformMix: 0.1, alpha: 1 }, optimizer: { kind: 'rmsprop' } },
      { distribution: 'implicit', munchausen: true, noisy: true, target: { every: 1, tau: 0.1 } },
      { recurrent: 'gru', sequences: { units: 4, length: 4, burnIn: 1 }, priority: { clip: 'weighted' } },
    ]
    const env = await makeVector('CartPole-v1', { lanes: 1 })
    const { observationSpace, actionSpace } = env
    const engine = await openEngine({ engine: 'onnx' })
    for (const switches of combined) {
      const context = { observationSpace, actionSpace, lanes: 1, engine, rng: createRng(1), steps: 2_000 }
      const agent = await createAgent('dqn', context, { ...settings, ...switches })
      const before = agent.networks()['online/head/output/kernel'] ?? agent.networks()['online/value/output/kernel']!
      const first = engine.read(before)
      const experiment = createAgentExperiment({ agent, env, rng: createRng(2), seed: 3, timings: createTimings() })
      experiment.advance({ untilStep: 120, deadline: Infinity }, {})
      expect(engine.read(before)).not.toEqual(first)
      expect(Number.isFinite(agent.metrics()['loss'])).toBe(true)
      agent.dispose!()
    }
    env.close()
  })
})
