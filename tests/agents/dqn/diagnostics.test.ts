import { expect, test } from 'vitest'
import { counted, createOverestimation, errorQuantiles } from '../../../agents/dqn/diagnostics.ts'
import { dqnConfig } from '../../../agents/dqn/config.ts'
import { createDqn } from '../../../agents/dqn/dqn.ts'
import { unscaled } from '../../../agents/dqn/targets.ts'
import type { StepBatch } from '../../../agents/types.ts'
import { createRng } from '../../../core/rng.ts'
import { openEngine } from '../../../engine/index.ts'
import { spaces } from '../../../envs/index.ts'

const contextOf = async () => ({
  observationSpace: spaces.box({ low: -1, high: 1, shape: [1] }),
  actionSpace: spaces.discrete(2),
  ...{ lanes: 1, engine: await openEngine({ engine: 'onnx' }), rng: createRng(3), steps: 5_000 },
})

/** One lane's step, of reward 2. */
const step = (isFirst: number, terminated: number): StepBatch => ({
  ...{ lanes: 1, observation: Float32Array.of(0.5), action: Int32Array.of(0), extras: {} },
  ...{ reward: Float64Array.of(2), terminated: Uint8Array.of(terminated), truncated: new Uint8Array(1) },
  ...{ nextObservation: Float32Array.of(0.5), isFirst: Uint8Array.of(isFirst) },
})

test('over-estimation is max q of the first observation less the discounted return that came of it', () => {
  const q = (): Float32Array => Float32Array.of(3, 7)
  const tracker = createOverestimation({ lanes: 1, actions: 2, gamma: 0.5, rewardClip: 'none', q })
  for (const [first, last] of [
    [1, 0],
    [0, 0],
    [0, 1],
  ] as const)
    tracker.observe(step(first, last))
  // 2 + 0.5 · 2 + 0.25 · 2 = 3.5.
  expect(tracker.metrics()).toEqual({ initialQ: 7, overestimation: 3.5 })
})

test('with rescaled values it is in the units of returns', async () => {
  const config = dqnConfig.parse({ valueRescaling: true, network: { hidden: [4] } })
  const agent = createDqn(await contextOf(), config)
  const q = Math.max(...(agent.explain(Float32Array.of(0.5)).q as Float32Array))
  agent.observe(step(1, 1))
  expect(Math.abs(q)).toBeGreaterThan(0.01)
  expect(agent.metrics()['initialQ']).toBeCloseTo(unscaled(q), 5)
  expect(agent.metrics()['overestimation']).toBeCloseTo(unscaled(q) - 2, 5)
  agent.dispose!()
})

test('h⁻¹ undoes h, written out', () => {
  for (const x of [-300, -1.5, 0, 0.2, 40, 1e4])
    expect(unscaled(Math.sign(x) * (Math.sqrt(Math.abs(x) + 1) - 1) + 1e-3 * x) / (x || 1)).toBeCloseTo(
      x === 0 ? 0 : 1,
      6,
    )
})

test('rows that do not count are left out of what is logged', () => {
  const errors = counted(Float32Array.of(-4, 9, 1, 2), Float32Array.of(1, 0, 1, 1))
  expect(errors).toEqual(Float32Array.of(-4, 1, 2))
  expect(errorQuantiles(errors)).toEqual({ tdErrorMedian: 2, tdError90: 4 })
  expect(counted(Float32Array.of(1, 2, 3, 4), Float32Array.of(0, 1))).toEqual(Float32Array.of(3, 4))
})

test.each(['none', 'quantile', 'implicit', 'categorical'])(
  'value and advantage add up to q (%s)',
  async (distribution) => {
    const context = await contextOf()
    for (const dueling of ['mean', 'max']) {
      const agent = createDqn(context, dqnConfig.parse({ dueling, distribution, network: { hidden: [4] } }))
      const { q, value, advantage } = agent.explain(Float32Array.of(0.5, -0.5))
      q!.forEach((x, i) => expect(value![Math.floor(i / 2)]! + advantage![i]!).toBeCloseTo(x, 5))
      agent.dispose!()
    }
  },
)

test('the streams of a categorical dueling head explain q: V is the mean of the value stream alone, A what q is above it', async () => {
  const context = await contextOf()
  const settings = { dueling: 'mean', distribution: 'categorical', categorical: { min: -2, max: 2, atoms: 5 } }
  const agent = createDqn(context, dqnConfig.parse({ ...settings, network: { hidden: [4] } }))
  const { q, value, advantage } = agent.explain(Float32Array.of(0.5, -0.5))
  expect([value!.length, advantage!.length]).toEqual([2, q!.length])
  // The value stream by hand: relu(x · w₀ + b₀) · w₁ + b₁, then a softmax over the atoms.
  const weights = Object.fromEntries(
    ['0/kernel', '0/bias', 'output/kernel', 'output/bias'].map((name) => [
      name,
      Array.from(context.engine.read(agent.networks()[`online/value/${name}`]!)),
    ]),
  )
  ;[0.5, -0.5].forEach((x, row) => {
    const hidden = weights['0/kernel']!.map((w, i) => Math.max(0, x * w + weights['0/bias']![i]!))
    const logits = weights['output/bias']!.map((b, atom) =>
      hidden.reduce((sum, h, i) => sum + h * weights['output/kernel']![i * 5 + atom]!, b),
    )
    const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0)
    const mean = logits.reduce((sum, logit, atom) => sum + (Math.exp(logit) / total) * (atom - 2), 0)
    expect(value![row]).toBeCloseTo(mean, 5)
    const actions = q!.length / 2
    for (let a = 0; a < actions; a++)
      expect(value![row]! + advantage![row * actions + a]!).toBeCloseTo(q![row * actions + a]!, 5)
  })
  agent.dispose!()
})
