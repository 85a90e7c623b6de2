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

/** Recorded by tests/parity/record-recurrent.py. */
interface Recorded {
  readonly state: number[]
  readonly online: Readonly<Record<string, number[]>>
  readonly target: Readonly<Record<string, number[]>>
  readonly loss: number
  readonly priority: number[]
  readonly gradientNorm: number
  readonly after: Readonly<Record<string, number[]>>
}
const { batch, results } = JSON.parse(readFileSync(new URL('fixtures/recurrent.json', import.meta.url), 'utf8')) as {
  batch: Readonly<Record<string, number[]>>
  results: Readonly<Record<'lstm' | 'gru', Recorded>>
}

describe.each(['lstm', 'gru'] as const)('an update on sequences with burn-in, by %s, equals PyTorch', (cell) => {
  test.each(['onnx', 'cpu', 'wasm'] as const)('on %s', async (backend) => {
    const recorded = results[cell]
    const config = dqnConfig.parse({
      ...{ double: true, prioritized: true, recurrent: cell, batchSize: 3, gradientNorm: 0.5 },
      sequences: { units: 6, length: 4, burnIn: 2 },
      optimizer: { kind: 'adam', epsilon: 1e-4 },
    })
    const engine = await openEngine({ engine: backend })
    const encoder = createEncoder(box({ low: -Infinity, high: Infinity, shape: [4] }), 'dqn')
    const network = createQNetwork(encoder, 3, { ...config.network, hidden: [5, 5], recurrent: { cell, units: 6 } })
    expect(network.core!.width).toBe(cell === 'lstm' ? 12 : 6)
    const online = createVariables(network.init(createRng(1)))
    const target = createVariables(network.init(createRng(2)), false)
    expect(Object.keys(online).sort()).toEqual(Object.keys(recorded.online).sort())
    for (const path of Object.keys(online)) {
      engine.write(online[path]!, Float32Array.from(recorded.online[path]!))
      engine.write(target[path]!, Float32Array.from(recorded.target[path]!))
    }
    const learner = createLearner({ engine, config, network, encoder, actions: 3, online, target })
    const floats = (name: string): Float32Array => Float32Array.from(batch[name]!)
    const out = learner.update(false)({
      observation: floats('observation'),
      mask: new Uint8Array(3 * 7 * 3).fill(1),
      first: floats('first'),
      action: Int32Array.from(batch['action']!),
      reward: floats('reward'),
      discount: floats('discount'),
      hop: Int32Array.from(batch['hop']!),
      valid: floats('valid'),
      state: Float32Array.from(recorded.state),
      weights: floats('weights'),
      learningRate: 0.01,
    })
    expect(out['loss']![0]).toBeCloseTo(recorded.loss, 5)
    expect(out['gradientNorm']![0]! / recorded.gradientNorm).toBeCloseTo(1, 4)
    recorded.priority.forEach((value, i) => expect(Math.abs(out['priority']![i]! - value)).toBeLessThan(1e-5))
    for (const path of Object.keys(online)) {
      const after = engine.read(online[path]!)
      recorded.after[path]!.forEach((w, i) => expect(Math.abs(after[i]! - w), path).toBeLessThan(1e-5))
    }
    for (const variable of [...Object.values(online), ...Object.values(target)]) variable.dispose()
  })
})
