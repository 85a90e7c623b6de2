import { expect, test } from 'vitest'
import { createEncoder } from '../../../agents/networks/observation.ts'
import { sizeOf } from '../../../core/index.ts'
import { openEngine } from '../../../engine/index.ts'
import { spaces } from '../../../envs/index.ts'

const bytes = (...shape: number[]) => spaces.box({ low: 0, high: 255, shape, dtype: 'uint8' })

test('an image has its channels first, a picture its colours last, and a stack of pictures the colours of all', () => {
  const imageOf = (...shape: number[]) => createEncoder(bytes(...shape), 'dqn').image
  expect(imageOf(84, 84)).toEqual([1, 84, 84])
  expect(imageOf(4, 84, 84)).toEqual([4, 84, 84])
  expect(imageOf(10, 10, 6)).toEqual([10, 10, 6])
  expect(imageOf(60, 90, 3)).toEqual([3, 60, 90])
  expect(imageOf(4, 60, 90, 3)).toEqual([12, 60, 90])
  expect(imageOf(12)).toBeUndefined()
  expect(imageOf(2, 2, 2, 2)).toBeUndefined()
})

test.each(['cpu', 'onnx'] as const)('networks read pictures channel by channel, 0 to 1 (%s)', async (name) => {
  const engine = await openEngine({ engine: name })
  for (const [stack, height, width, channels] of [
    [1, 5, 6, 3],
    [2, 6, 5, 3],
  ] as const) {
    const shape = stack === 1 ? [height, width, channels] : [stack, height, width, channels]
    const encoder = createEncoder(bytes(...shape), 'dqn')
    const read = engine.compile(({ observations }) => ({ x: encoder.encode(observations!, true) }), {
      name: 'encode',
      state: {},
      inputs: { observations: encoder.spec(2) },
    })
    const observations = Uint8Array.from({ length: 2 * sizeOf(shape) }, (_, i) => (i * 89) & 255)
    const x = read({ observations })['x']!
    for (const [at, value] of x.entries()) {
      const [column, row] = [at % width, Math.floor(at / width) % height]
      const plane = Math.floor(at / (width * height))
      const [picture, channel] = [Math.floor(plane / channels), plane % channels]
      const byte = observations[((picture * height + row) * width + column) * channels + channel]!
      expect(value).toBeCloseTo(byte / 255, 6)
    }
    read.dispose()
  }
})
