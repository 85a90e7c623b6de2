import { expect, test } from 'vitest'
import { createDqn } from '../../../agents/dqn/dqn.ts'
import { dqnConfig } from '../../../agents/dqn/config.ts'
import type { AgentContext } from '../../../agents/types.ts'
import { createRng } from '../../../core/index.ts'
import { openEngine, tf } from '../../../engine/index.ts'
import { makeVector, spaces } from '../../../envs/index.ts'
import { createAgentExperiment } from '../../../runner/run/agent-experiment.ts'
import { createTimings } from '../../../runner/run/trackers.ts'

async function contextOf(lanes: number, over: Partial<AgentContext> = {}): Promise<AgentContext> {
  return {
    observationSpace: spaces.box({ low: -1, high: 1, shape: [3] }),
    actionSpace: spaces.discrete(4),
    lanes,
    engine: await openEngine({ engine: 'onnx' }),
    rng: createRng(1),
    steps: 10_000,
    ...over,
  }
}

test('acting, learning, explaining and saving leave no tensor behind', async () => {
  const env = await makeVector('CartPole-v1', { lanes: 2 })
  const { observationSpace, actionSpace } = env
  const context = await contextOf(2, { observationSpace, actionSpace })
  const agent = createDqn(context, dqnConfig.parse({ learningStarts: 100, batchSize: 16, replayCapacity: 500 }))
  const experiment = createAgentExperiment({ agent, env, rng: createRng(2), seed: 3, timings: createTimings() })
  const go = (untilStep: number): { tensors: number; bytes: number } => {
    experiment.advance({ untilStep, deadline: Infinity }, {})
    agent.explain(env.observations())
    experiment.restore(experiment.state(), () => {})
    const { numTensors, numBytes } = tf.memory()
    return { tensors: numTensors, bytes: numBytes }
  }
  const early = go(400)
  expect(go(4_000)).toEqual(early)
  experiment.close()
  agent.dispose!()
})

test('forbidden actions are never taken, neither at random nor by value', async () => {
  const context = await contextOf(6)
  const agent = createDqn(context, dqnConfig.parse({ learningStarts: 100, epsilon: 0.5 }))
  const actor = agent.actor(6, 'train', createRng(7))
  const rng = createRng(8)
  for (let round = 0; round < 200; round++) {
    const mask = Uint8Array.from({ length: 24 }, () => rng.int(2))
    for (let lane = 0; lane < 6; lane++) mask[lane * 4 + rng.int(4)] = 1
    const observations = Float32Array.from({ length: 18 }, () => rng.normal())
    const { actions } = actor.act(observations, new Uint8Array(6), mask)
    actions.forEach((action, lane) => expect(mask[lane * 4 + action]).toBe(1))
  }
  agent.dispose!()
})

test('an agent refuses what it cannot do, with the reason', async () => {
  const continuous = await contextOf(1, { actionSpace: spaces.box({ low: -1, high: 1, shape: [1] }) })
  expect(() => createDqn(continuous, dqnConfig.parse({}))).toThrow(/Discrete action space.*DiscretizeAction/)
  const short = await contextOf(1, { steps: 50 })
  expect(() => createDqn(short, dqnConfig.parse({ learningStarts: 50 }))).toThrow(/learningStarts/)
  const recurrent = dqnConfig.parse({ recurrent: 'lstm', replayCapacity: 1e12 })
  expect(() => createDqn({ ...short, steps: 10_000 }, recurrent)).toThrow(
    /1000000000000 transitions takes .* GB.*at most \d+\./,
  )
})
