import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createEncoder } from '../../../agents/networks/observation.ts'
import { ppoConfig } from '../../../agents/ppo/config.ts'
import { generalisedAdvantages, type Trajectories } from '../../../agents/ppo/gae.ts'
import { createLearner } from '../../../agents/ppo/learner.ts'
import { createActorCritic } from '../../../agents/ppo/network.ts'
import { createRng } from '../../../core/index.ts'
import { openEngine } from '../../../engine/index.ts'
import { createVariables } from '../../../engine/layers/variables.ts'
import { box } from '../../../envs/spaces/index.ts'

type Columns = Readonly<Record<string, number[]>>
/** Recorded by tests/parity/record-ppo.py. */
interface Fixture {
  readonly gae: Trajectories & { readonly gamma: number; readonly lambda: number; readonly advantage: number[] }
  readonly updates: Readonly<
    Record<
      string,
      {
        readonly settings: Readonly<Record<string, boolean>>
        readonly gaussian: boolean
        readonly weights: Columns
        readonly batch: Columns
        readonly told: Readonly<Record<string, number>>
        readonly after: Columns
      }
    >
  >
}
const fixture = JSON.parse(readFileSync(new URL('fixtures/ppo.json', import.meta.url), 'utf8')) as Fixture

test("advantages equal NumPy's sums over an episode, ended or cut", () => {
  const { gamma, lambda, advantage, ...steps } = fixture.gae
  const into = new Float32Array(advantage.length)
  generalisedAdvantages(steps, gamma, lambda, into)
  advantage.forEach((value, i) => expect(Math.abs(into[i]! - value)).toBeLessThan(1e-5))
})

describe.each(Object.entries(fixture.updates))('one update, %s, equals PyTorch', (_, recorded) => {
  test.each(['onnx', 'cpu', 'wasm'] as const)('on %s', async (backend) => {
    const config = ppoConfig.parse({ ...recorded.settings, network: { hidden: [6] } })
    const engine = await openEngine({ engine: backend })
    const encoder = createEncoder(box({ low: -Infinity, high: Infinity, shape: [4] }), 'ppo')
    const { gaussian, batch } = recorded
    const network = createActorCritic(encoder, { width: 3, gaussian, network: config.network })
    const weights = createVariables(network.init(createRng(1)))
    expect(Object.keys(weights).sort()).toEqual(Object.keys(recorded.weights).sort())
    for (const [path, values] of Object.entries(recorded.weights))
      engine.write(weights[path]!, Float32Array.from(values))
    const learner = createLearner({
      ...{ engine, config, network, encoder, weights, actions: 3, batchSize: 8 },
      action: gaussian ? { shape: [8, 3], dtype: 'float32' } : { shape: [8], dtype: 'int32' },
    })
    const { action, mask, ...floats } = batch
    const out = learner.update(mask !== undefined)({
      ...Object.fromEntries(Object.entries(floats).map(([name, values]) => [name, Float32Array.from(values)])),
      action: gaussian ? Float32Array.from(action!) : Int32Array.from(action!),
      ...(mask !== undefined && { mask: Uint8Array.from(mask) }),
      ...{ clip: 0.2, learningRate: 0.01 },
    })
    for (const [name, value] of Object.entries(recorded.told))
      expect(Math.abs(out[name]![0]! - value) / Math.max(1, Math.abs(value)), name).toBeLessThan(1e-5)
    for (const [path, values] of Object.entries(recorded.after)) {
      const after = engine.read(weights[path]!)
      values.forEach((w, i) => expect(Math.abs(after[i]! - w), path).toBeLessThan(1e-5))
    }
    learner.dispose()
    for (const variable of Object.values(weights)) variable.dispose()
  })
})
