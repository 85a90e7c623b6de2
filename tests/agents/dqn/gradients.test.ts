import { describe, expect, test } from 'vitest'
import { dqnConfig } from '../../../agents/dqn/config.ts'
import { buildNetwork } from '../../../agents/dqn/network.ts'
import { createObjective } from '../../../agents/dqn/objective.ts'
import { sequenceRows, sequenceSpecs, type SequenceTensors } from '../../../agents/dqn/sequence-rows.ts'
import { transitionRows, transitionSpecs, type TransitionTensors } from '../../../agents/dqn/transition-rows.ts'
import { createRng } from '../../../core/rng.ts'
import type { TypedArray } from '../../../core/dtype.ts'
import { checkGradients, openEngine, type tf } from '../../../engine/index.ts'
import { createVariables, underName } from '../../../engine/layers/variables.ts'
import type { TensorSpec } from '../../../engine/types.ts'
import { spaces } from '../../../envs/index.ts'

const batchSize = 5
const space = { observationSpace: spaces.box({ low: -1, high: 1, shape: [4] }), actionSpace: spaces.discrete(3) }

const objectives: Record<string, Record<string, unknown>> = {
  Huber: { errorClip: 0.7 },
  'squared, double': { loss: 'mse', double: true },
  'Huber, weighted by priority': { prioritized: true },
  'Huber, its weighted error clipped': { prioritized: true, priority: { clip: 'weighted' }, errorClip: 0.5 },
  'rescaled values': { valueRescaling: true, loss: 'mse' },
  'dueling by the mean': { dueling: 'mean' },
  'dueling by the maximum': { dueling: 'max', loss: 'mse' },
  'noisy, prioritized, categorical, dueling, double': {
    ...{ noisy: true, prioritized: true, distribution: 'categorical', dueling: 'mean', double: true },
  },
  categorical: { distribution: 'categorical' },
  'quantile Huber': { distribution: 'quantile' },
  'implicit quantiles': { distribution: 'implicit', errorClip: 2 },
  Munchausen: { munchausen: true, loss: 'mse' },
  'Munchausen on implicit quantiles': { munchausen: true, distribution: 'implicit' },
  'LSTM, squared': { recurrent: 'lstm', loss: 'mse' },
  'GRU, dueling, prioritized': { recurrent: 'gru', dueling: 'mean', prioritized: true },
}

describe.each(['onnx', 'cpu'] as const)(
  'on %s the gradient of the whole loss is that of finite differences:',
  (backend) => {
    test.each(Object.entries(objectives))('%s', async (_, switches) => {
      const config = dqnConfig.parse({
        ...{
          batchSize,
          network: { hidden: [5, 4], activation: 'tanh' },
          quantiles: 3,
          sequences: { units: 3, length: 3, burnIn: 0, overlap: 1 },
        },
        ...{
          categorical: { atoms: 5, min: -3, max: 3 },
          implicit: { samples: 3, cosines: 4 },
          munchausenTerms: { temperature: 0.3 },
        },
        ...switches,
      })
      const engine = await openEngine({ engine: backend })
      const rng = createRng(11)
      const { network, encoder } = buildNetwork(space, config)
      const online = createVariables(network.init(rng.stream('online')))
      const target = createVariables(network.init(rng.stream('target')), false)
      const specs: Record<string, TensorSpec> = {
        ...(network.core === undefined
          ? transitionSpecs(config, encoder, 3, false)
          : sequenceSpecs(config, encoder, 3, network.core.width)),
        ...Object.fromEntries(
          (network.noise > 0 ? ['noise', 'nextNoise', 'targetNoise'] : []).map((name) => [
            name,
            { shape: [network.noise], dtype: 'float32' as const },
          ]),
        ),
        ...Object.fromEntries(
          (network.samples > 0 ? ['taus', 'targetTaus'] : []).map((name) => [
            name,
            { shape: [batchSize, network.samples], dtype: 'float32' as const },
          ]),
        ),
      }
      const inputs = Object.fromEntries(
        Object.entries(specs).map(([name, { shape, dtype }]) => {
          const length = shape.reduce<number>((size, side) => size * (side ?? 1), 1)
          const draw: Record<string, () => number> = {
            ...{ action: () => rng.int(3), hop: () => 1, valid: () => 1, first: () => 0, mask: () => 1 },
            ...{
              discount: () => 0.9,
              weights: () => rng.uniform(0.3, 1),
              taus: () => rng.float(),
              targetTaus: () => rng.float(),
            },
          }
          const value = draw[name] ?? (() => rng.normal())
          const values = Array.from({ length }, value)
          const array: TypedArray =
            dtype === 'int32'
              ? Int32Array.from(values)
              : dtype === 'uint8'
                ? Uint8Array.from(values)
                : Float32Array.from(values)
          return [name, array] as const
        }),
      )
      const objective = createObjective(config)
      const rowsOf = (tensors: Record<string, tf.Tensor>) =>
        network.core === undefined
          ? transitionRows(network, online, target, tensors as unknown as TransitionTensors)
          : sequenceRows(config, network, online, target, tensors as unknown as SequenceTensors)

      // Without a burn-in, through which no gradient goes. What is aimed at stands still while the online network moves.
      const state = { ...underName('online', online), ...underName('target', target) }
      const aimed = engine.compile(
        (tensors) => {
          const { views, columns } = rowsOf(tensors)
          return { ...objective.aim(views, columns) }
        },
        { state, inputs: specs },
      )
      const { values, mean } = aimed(inputs) as { values: Float32Array; mean: Float32Array }
      const width = values.length / mean.length
      const aimSpecs: Record<string, TensorSpec> = {
        aimValues: { shape: width === 1 ? [mean.length] : [mean.length, width], dtype: 'float32' },
        aimMean: { shape: [mean.length], dtype: 'float32' },
      }
      const findings = checkGradients({
        ...{ engine, rng, variables: online, constants: target },
        inputs: { ...inputs, aimValues: values.slice(), aimMean: mean.slice() },
        specs: { ...specs, ...aimSpecs },
        loss: ({ aimValues, aimMean, ...tensors }) => {
          const { columns, now } = rowsOf(tensors)
          return objective.judge(now(), columns, { values: aimValues!, mean: aimMean! }).loss
        },
      })
      for (const finding of findings) expect(finding, JSON.stringify(finding)).toMatchObject({ passed: true })
      expect(findings.reduce((sum, { checked }) => sum + checked, 0)).toBeGreaterThan(20)
      expect(Math.max(...findings.map(({ analytic }) => Math.abs(analytic)))).toBeGreaterThan(1e-3)
      engine.dispose()
    })
  },
)
