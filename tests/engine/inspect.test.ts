import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createRng } from '../../core/rng.ts'
import { inspectNetwork } from '../../engine/inspect.ts'
import { batchNorm } from '../../engine/layers/batch-norm.ts'
import { convolution, transposedConvolution } from '../../engine/layers/convolution.ts'
import { lstm } from '../../engine/layers/lstm.ts'
import { tf } from '../../engine/tfjs.ts'

const initializer = 'uniform'

describe('layers are read off what they compute', () => {
  test('convolutions of any size, stride and padding have the sizes and the work of the formulas', () => {
    const number = (max: number) => fc.integer({ min: 1, max })
    fc.assert(
      fc.property(
        number(12),
        number(12),
        number(4),
        number(4),
        number(5),
        number(3),
        fc.constantFrom('same' as const, 'valid' as const),
        (height, width, inputChannels, outputChannels, size, stride, padding) => {
          if (padding === 'valid' && Math.min(height, width) < size) return
          const layer = convolution('a/b', { inputChannels, outputChannels, size, stride, padding, initializer })
          const side = (n: number): number => Math.ceil((padding === 'same' ? n : n - size + 1) / stride)
          const { layers, parameters, multiplyAdds } = inspectNetwork({
            name: 'one convolution',
            parameters: layer.init(createRng(0)),
            inputs: { x: { shape: [1, height, width, inputChannels], dtype: 'float32' } },
            apply: (weights, { x }) => ({ y: layer.apply(weights, x!) }),
          })
          const work = side(height) * side(width) * outputChannels * size * size * inputChannels
          expect(layers).toEqual([
            {
              ...{ path: 'a/b', kind: `convolution ${size}×${size}/${stride} ${padding}`, parameters },
              ...{ output: [1, side(height), side(width), outputChannels], multiplyAdds: work },
            },
          ])
          expect([parameters, multiplyAdds]).toEqual([outputChannels * (size * size * inputChannels + 1), work])
        },
      ),
      { numRuns: 40 },
    )
  })

  test('an LSTM has four gates; weights of no product stand by themselves; nothing stays behind', () => {
    const { numTensors } = tf.memory()
    const [inputs, units] = [5, 7]
    const cell = lstm('core', { inputs, units, initializer })
    const norm = batchNorm('norm', { channels: units })
    const report = inspectNetwork({
      name: 'recurrent',
      parameters: { ...cell.init(createRng(0)), ...norm.init(createRng(0)) },
      kinds: { core: 'LSTM of 7 units' },
      inputs: {
        x: { shape: [1, inputs], dtype: 'float32' },
        hidden: { shape: [1, units], dtype: 'float32' },
        cell: { shape: [1, units], dtype: 'float32' },
      },
      apply(weights, { x, hidden, cell: kept }) {
        const next = cell.step(weights, x!, { hidden: hidden!, cell: kept! })
        return { y: norm.apply(weights, next.hidden) }
      },
    })
    expect(report.layers[0]).toMatchObject({ path: 'core', kind: 'LSTM of 7 units', parameters: 4 * 7 * (5 + 7 + 1) })
    expect(report.layers[1]).toMatchObject({ path: 'norm', parameters: 4 * units, multiplyAdds: 0 })
    expect(report.multiplyAdds).toBe((inputs + units) * 4 * units)
    expect(tf.memory().numTensors).toBe(numTensors)
  })

  test('a transposed convolution does the work of the convolution that it turns round', () => {
    const layer = transposedConvolution('up', { inputChannels: 8, outputChannels: 3, size: 5, stride: 2, initializer })
    const { layers } = inspectNetwork({
      name: 'up',
      parameters: layer.init(createRng(0)),
      inputs: { x: { shape: [1, 4, 6, 8], dtype: 'float32' } },
      apply: (weights, { x }) => ({ y: layer.apply(weights, x!) }),
    })
    expect(layers[0]).toMatchObject({
      ...{ path: 'up', kind: 'transposed convolution 5×5/2 same', output: [1, 8, 12, 3] },
      ...{ parameters: 5 * 5 * 8 * 3 + 3, multiplyAdds: 4 * 6 * 8 * 5 * 5 * 3 },
    })
  })
})
