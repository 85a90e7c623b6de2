import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { dqnConfig } from '../../../agents/dqn/config.ts'
import { createLearner } from '../../../agents/dqn/learner.ts'
import { atomsBetween } from '../../../agents/dqn/targets.ts'
import { createEncoder } from '../../../agents/networks/observation.ts'
import { createQNetwork, type ValueKind } from '../../../agents/networks/q-network.ts'
import { createVariables } from '../../../engine/layers/variables.ts'
import { createRng } from '../../../core/index.ts'
import { openEngine } from '../../../engine/index.ts'
import { box } from '../../../envs/spaces/index.ts'

/** Recorded by tests/parity/record-dqn-variants.py. */
interface Recorded {
  readonly switches: Readonly<Record<string, unknown>>
  readonly online: Readonly<Record<string, number[]>>
  readonly target: Readonly<Record<string, number[]>>
  readonly noises: readonly number[][] | null
  readonly error: number[]
  readonly priority: number[]
  readonly loss: number | null
  readonly gradientNorm: number
  readonly after: Readonly<Record<string, number[]>>
}
interface Fixture {
  readonly batch: Readonly<Record<string, number[]>>
  readonly results: Readonly<Record<string, Recorded>>
}
const { batch, results } = JSON.parse(
  readFileSync(new URL('fixtures/variants.json', import.meta.url), 'utf8'),
) as Fixture

const [atoms, quantiles, samples, cosines] = [7, 5, 4, 5]
const kinds: Readonly<Record<string, ValueKind>> = {
  none: { kind: 'none' },
  categorical: { kind: 'categorical', atoms: atomsBetween(-4, 6, atoms) },
  quantile: { kind: 'quantile', count: quantiles },
  implicit: { kind: 'implicit', samples, cosines },
}

describe.each(Object.entries(results))('one update, %s, equals PyTorch', (_, recorded) => {
  test.each(['onnx', 'cpu', 'wasm'] as const)('on %s', async (backend) => {
    const { clip, rescaling, masked = false, ...switches } = recorded.switches
    const config = dqnConfig.parse({
      ...switches,
      ...(clip !== undefined && { priority: { clip } }),
      ...(rescaling !== undefined && { valueRescaling: rescaling }),
      batchSize: 8,
      gradientNorm: 0.5,
      optimizer: { kind: 'adam', epsilon: 1e-4 },
      network: { hidden: [6] },
      categorical: { atoms, min: -4, max: 6 },
      quantiles,
      implicit: { samples, cosines },
      munchausenTerms: { temperature: 0.3 },
    })
    const engine = await openEngine({ engine: backend })
    const encoder = createEncoder(box({ low: -Infinity, high: Infinity, shape: [4] }), 'dqn')
    const network = createQNetwork(encoder, 3, {
      ...config.network,
      dueling: config.dueling,
      values: kinds[config.distribution],
      sigma: config.noisy ? 0.5 : undefined,
    })
    const online = createVariables(network.init(createRng(1)))
    const target = createVariables(network.init(createRng(2)), false)
    expect(Object.keys(online).sort()).toEqual(Object.keys(recorded.online).sort())
    for (const path of Object.keys(online)) {
      engine.write(online[path]!, Float32Array.from(recorded.online[path]!))
      engine.write(target[path]!, Float32Array.from(recorded.target[path]!))
    }
    const learner = createLearner({ engine, config, network, encoder, actions: 3, online, target })
    const floats = (name: string): Float32Array => Float32Array.from(batch[name]!)
    const noises = recorded.noises?.map((noise) => Float32Array.from(noise))
    const out = learner.update(masked as boolean)({
      observation: floats('observation'),
      action: Int32Array.from(batch['action']!),
      reward: floats('reward'),
      discount: floats('discount'),
      nextObservation: floats('nextObservation'),
      learningRate: 0.01,
      ...(masked === true && { nextMask: Uint8Array.from(batch['nextMask']!) }),
      ...(masked === true && config.munchausen && { mask: Uint8Array.from(batch['mask']!) }),
      ...(config.prioritized && { weights: floats('weights') }),
      ...(noises !== undefined && { noise: noises[0]!, nextNoise: noises[1]!, targetNoise: noises[2]! }),
      ...(network.samples > 0 && { taus: floats('taus'), targetTaus: floats('targetTaus') }),
    })
    if (recorded.loss !== null) expect(out['loss']![0]).toBeCloseTo(recorded.loss, 4)
    expect(out['gradientNorm']![0]! / recorded.gradientNorm).toBeCloseTo(1, 4)
    for (const name of ['error', 'priority'] as const)
      recorded[name].forEach((value, i) => expect(Math.abs(out[name]![i]! - value), name).toBeLessThan(2e-5))
    for (const path of Object.keys(online)) {
      const after = engine.read(online[path]!)
      recorded.after[path]!.forEach((w, i) => expect(Math.abs(after[i]! - w), path).toBeLessThan(1e-5))
    }
    for (const variable of [...Object.values(online), ...Object.values(target)]) variable.dispose()
  })
})
