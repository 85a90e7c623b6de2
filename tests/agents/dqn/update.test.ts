import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { dqnConfig } from '../../../agents/dqn/config.ts'
import { createLearner } from '../../../agents/dqn/learner.ts'
import { createEncoder } from '../../../agents/networks/observation.ts'
import { createQNetwork } from '../../../agents/networks/q-network.ts'
import { createVariables } from '../../../engine/layers/variables.ts'
import { createRng } from '../../../core/index.ts'
import { openEngine } from '../../../engine/index.ts'
import { box } from '../../../envs/spaces/index.ts'

type Weights = Readonly<Record<'w1' | 'b1' | 'w2' | 'b2', number[]>>
interface Fixture {
  readonly weights: { readonly online: Weights; readonly target: Weights }
  readonly batch: Readonly<Record<string, number[]>>
  readonly results: Readonly<Record<string, { error: number[]; loss: number; gradientNorm: number; after: Weights }>>
}
const fixture = JSON.parse(readFileSync(new URL('fixtures/update.json', import.meta.url), 'utf8')) as Fixture

describe.each(Object.keys(fixture.results))('one update (%s) equals PyTorch', (variant) => {
  test.each(['onnx', 'cpu', 'wasm'] as const)('on %s', async (backend) => {
    const [targets, loss] = variant.split('-') as ['single' | 'double', 'huber' | 'mse']
    const config = dqnConfig.parse({
      double: targets === 'double',
      loss,
      batchSize: 8,
      gradientNorm: 0.5,
      optimizer: { kind: 'adam', epsilon: 1e-4 },
      network: { hidden: [6] },
    })
    const engine = await openEngine({ engine: backend })
    const encoder = createEncoder(box({ low: -Infinity, high: Infinity, shape: [4] }), 'dqn')
    const network = createQNetwork(encoder, 3, config.network)
    const online = createVariables(network.init(createRng(1)))
    const target = createVariables(network.init(createRng(2)), false)
    const paths = Object.keys(online)
    const pathOf = {
      w1: paths.find((p) => p.includes('head/0') && p.endsWith('kernel'))!,
      b1: paths.find((p) => p.includes('head/0') && p.endsWith('bias'))!,
      w2: paths.find((p) => p.includes('output') && p.endsWith('kernel'))!,
      b2: paths.find((p) => p.includes('output') && p.endsWith('bias'))!,
    }
    const keys = ['w1', 'b1', 'w2', 'b2'] as const
    for (const key of keys) {
      engine.write(online[pathOf[key]]!, Float32Array.from(fixture.weights.online[key]))
      engine.write(target[pathOf[key]]!, Float32Array.from(fixture.weights.target[key]))
    }
    const learner = createLearner({ engine, config, network, encoder, actions: 3, online, target })
    const { observation, action, reward, discount, nextObservation } = fixture.batch
    const out = learner.update(false)({
      observation: Float32Array.from(observation!),
      action: Int32Array.from(action!),
      reward: Float32Array.from(reward!),
      discount: Float32Array.from(discount!),
      nextObservation: Float32Array.from(nextObservation!),
      learningRate: 0.01,
    })
    const expected = fixture.results[variant]!
    expect(out['loss']![0]).toBeCloseTo(expected.loss, 5)
    expect(out['gradientNorm']![0]).toBeCloseTo(expected.gradientNorm, 4)
    expected.error.forEach((e, i) => expect(Math.abs(out['error']![i]! - e)).toBeLessThan(1e-5))
    for (const key of keys) {
      const after = engine.read(online[pathOf[key]]!)
      expected.after[key].forEach((w, i) => expect(Math.abs(after[i]! - w)).toBeLessThan(1e-5))
    }
  })
})
