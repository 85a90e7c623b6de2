import { expect, test } from 'vitest'
import { openEngine, tf } from '../../engine/index.ts'

type Inputs = Record<string, tf.Tensor>

const ones = (...shape: number[]): { data: Float32Array; shape: number[] } => ({
  data: new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(1),
  shape,
})
const a23b45 = { a: ones(2, 3), b: ones(4, 5) }
const image = ones(1, 5, 5, 3)

/** A mistake, and what must be said of it besides the function's name and this file. */
const mistakes: [string, Record<string, ReturnType<typeof ones>>, (inputs: Inputs) => tf.Tensor, RegExp][] = [
  ['matMul', a23b45, ({ a, b }) => tf.matMul(a!, b!), /BatchMatMul.*\[2,3\] × \[4,5\].*3 and 4/],
  [
    'matMul, transposed',
    { a: ones(3, 2), b: ones(3, 5) },
    ({ a, b }) => tf.matMul(a!, b!, false, true),
    /BatchMatMul.*2 and 5/,
  ],
  [
    'matMul in batches',
    { a: ones(2, 2, 3), b: ones(2, 4, 5) },
    ({ a, b }) => tf.matMul(a!, b!),
    /BatchMatMul.*3 and 4/,
  ],
  ['batches', { a: ones(2, 2, 3), b: ones(3, 3, 5) }, ({ a, b }) => tf.matMul(a!, b!), /BatchMatMul.*\[2\] and \[3\]/],
  ['einsum', a23b45, ({ a, b }) => tf.einsum('ij,jk->ik', a!, b!), /Einsum.*"j".*3 and 4/],
  ['add', a23b45, ({ a, b }) => tf.add(a!, b!), /Add.*\[2,3\] and \[4,5\]/],
  ['reshape', { a: ones(2, 3) }, ({ a }) => tf.reshape(a!, [4, 2]), /Reshape.*6.*4,2/],
  ['concat', a23b45, ({ a, b }) => tf.concat([a!, b!], 0), /Concat.*4,5.*2,3/],
  ['stack', a23b45, ({ a, b }) => tf.stack([a!, b!]), /Pack.*4,5.*2,3/],
  ['slice', { a: ones(2, 3) }, ({ a }) => tf.slice(a!, [1, 1], [4, 1]), /Slice.*begin\[0\].*overflow/],
  ['split', { a: ones(3) }, ({ a }) => tf.split(a!, [1, 1])[0]!, /SplitV.*sum/],
  ['pad', { a: ones(2, 3) }, ({ a }) => tf.pad(a!, [[1, 1]]), /PadV2.*1 paddings.*\[2,3\]/],
  [
    'batchNorm',
    { a: image, b: ones(4) },
    ({ a, b }) => tf.batchNorm(a as tf.Tensor4D, b as tf.Tensor1D, b as tf.Tensor1D),
    /FusedBatchNorm.*\[4\].*3 channels/,
  ],
  // tfjs itself refuses these.
  [
    'conv2d',
    { a: image, b: ones(3, 3, 4, 2) },
    ({ a, b }) => tf.conv2d(a as tf.Tensor4D, b as tf.Tensor4D, 1, 'same'),
    /conv2d.*3.*4/,
  ],
  ['topk', { a: ones(3) }, ({ a }) => tf.topk(a!, 5).values, /topk.*5/],
  // Known only when it runs.
  ['gather', { a: ones(3, 2) }, ({ a }) => tf.gather(a!, tf.cast(tf.mul(tf.sum(a!), 2), 'int32')), /GatherV2.*12/],
]

test.each(mistakes)('%s: a wrong shape is told with the kernel and the line', async (_, inputs, fn, says) => {
  const engine = await openEngine({ engine: 'onnx' })
  const compiled = engine.compile((given) => ({ y: fn(given) }), { name: 'loss', state: {} })
  for (let i = 0; i < 2; i++) {
    const wrong = (): unknown => compiled(inputs)
    expect(wrong).toThrow(says)
    expect(wrong).toThrow(/^"loss" (cannot be compiled|failed): /)
    expect(wrong).toThrow(/shape-errors\.test\.ts:\d+:\d+/)
  }
})

test('an index that goes wrong after many good calls is still told with its line', async () => {
  const engine = await openEngine({ engine: 'onnx' })
  const pick = engine.compile(({ x, at }) => ({ y: tf.gather(x!, tf.cast(at!, 'int32')) }), { name: 'pick', state: {} })
  for (let i = 0; i < 3; i++) expect(pick({ x: Float32Array.of(5, 6, 7), at: i })['y']![0]).toBe(5 + i)
  expect(() => pick({ x: Float32Array.of(5, 6, 7), at: 3 })).toThrow(
    /"pick" failed: GatherV2 \(\S*shape-errors\.test\.ts:\d+:\d+\): .*idx=3/,
  )
})

test("an error of the user's own code stays as it is", async () => {
  class Mine extends Error {}
  const engine = await openEngine({ engine: 'onnx' })
  const compiled = engine.compile(() => {
    throw new Mine('own')
  })
  expect(() => compiled()).toThrow(Mine)
  expect(() => compiled()).toThrow(/^own$/)
})
