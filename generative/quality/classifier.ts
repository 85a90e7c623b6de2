import { createHash } from 'node:crypto'
import { usageError } from '../../core/errors.ts'
import { createRng } from '../../core/rng.ts'
import { activate } from '../../engine/layers/activation.ts'
import { convolution } from '../../engine/layers/convolution.ts'
import { dense } from '../../engine/layers/dense.ts'
import { createVariables } from '../../engine/layers/variables.ts'
import { adam } from '../../engine/optimizers/adam.ts'
import { gradientsOf } from '../../engine/optimizers/optimizer.ts'
import { tf } from '../../engine/tfjs.ts'
import type { Engine } from '../../engine/types.ts'
import { createBatches } from '../datasets/batches.ts'
import { signed } from '../datasets/scale.ts'
import type { Dataset, ImageSplit } from '../datasets/types.ts'
import type { Features } from './frechet.ts'

/** A small network that tells the classes of a dataset, and whose last hidden layer is where pictures are compared. */
export interface Classifier {
  /** SHA-256 of its weights: what a measurement was made with. */
  readonly hash: string
  /** Share of the test pictures that it names right. */
  readonly accuracy: number
  /** Features (count × 64) and probabilities (count × classes) of pictures as bytes. */
  read(images: Uint8Array): { features: Features; probabilities: Float32Array }
  dispose(): void
}

const width = 64
const mostInBatch = 100
const initializer = 'he-normal'

/**
 * Trains it on the dataset's training pictures, from a seed of its own: the same data give the same weights on one engine. Two
 * convolutions of stride 2, a dense layer of 64, Adam, `epochs` walks.
 */
export function trainClassifier(engine: Engine, dataset: Dataset, epochs = 4): Classifier {
  const { image, train, test, classes } = dataset
  if (classes === undefined || train.labels === undefined)
    throw usageError('Quality is measured by a classifier, and this dataset has no labels to train one on.')
  const batchSize = Math.min(mostInBatch, train.count)
  const { height, width: wide, channels } = image
  const side = (n: number): number => Math.ceil(Math.ceil(n / 2) / 2)
  const flat = side(height) * side(wide) * 32
  const common = { stride: 2, padding: 'same', activation: 'relu', initializer } as const
  const layers = {
    first: convolution('0', { ...common, inputChannels: channels, outputChannels: 16, size: 5 }),
    second: convolution('1', { ...common, inputChannels: 16, outputChannels: 32, size: 5 }),
    hidden: dense('2', { inputs: flat, outputs: width, initializer }),
    logits: dense('3', { inputs: width, outputs: classes.length, initializer }),
  }
  const rng = createRng(0, 'classifier')
  const weights = createVariables(Object.assign({}, ...Object.values(layers).map((layer) => layer.init(rng))))
  const apply = (x: tf.Tensor) => {
    const maps = layers.second.apply(weights, layers.first.apply(weights, x))
    const features = activate(layers.hidden.apply(weights, tf.reshape(maps, [-1, flat])), 'relu')
    return { features, logits: layers.logits.apply(weights, features) }
  }
  const optimizer = adam(weights)
  const shape = [batchSize, height, wide, channels]
  const update = engine.compile(
    ({ x, labels, learningRate }) => {
      const { value, gradients } = gradientsOf(() => {
        const chosen = tf.cast(tf.oneHot(labels as tf.Tensor1D, classes.length), 'float32')
        return tf.neg(tf.mean(tf.sum(tf.mul(chosen, tf.logSoftmax(apply(x!).logits)), 1)))
      }, weights)
      optimizer.apply(gradients, learningRate!)
      return { loss: value }
    },
    {
      name: 'classifier update',
      state: { ...weights, ...optimizer.state },
      inputs: {
        x: { shape, dtype: 'float32' },
        labels: { shape: [batchSize], dtype: 'int32' },
        learningRate: { shape: [], dtype: 'float32' },
      },
    },
  )
  const batches = createBatches({ split: train, size: batchSize, rng: rng.stream('batches'), dropLast: true })
  const steps = epochs * batches.perEpoch
  for (let step = 0; step < steps; step++) {
    const { images, labels } = batches.next()
    update({ x: images, labels: Int32Array.from(labels!), learningRate: 1e-3 * (1 - step / steps) })
  }
  update.dispose()

  const look = engine.compile(
    ({ x }) => {
      const { features, logits } = apply(x!)
      return { features, probabilities: tf.softmax(logits as tf.Tensor2D) }
    },
    { name: 'classifier', state: weights, inputs: { x: { shape, dtype: 'float32' } } },
  )
  const pixels = height * wide * channels
  const read: Classifier['read'] = (images) => {
    const count = images.length / pixels
    const features = new Float32Array(count * width)
    const probabilities = new Float32Array(count * classes.length)
    const x = new Float32Array(batchSize * pixels)
    for (let from = 0; from < count; from += batchSize) {
      const taken = Math.min(batchSize, count - from)
      signed(images.subarray(from * pixels, (from + taken) * pixels), x.subarray(0, taken * pixels))
      const out = look({ x }) as { features: Float32Array; probabilities: Float32Array }
      features.set(out.features.subarray(0, taken * width), from * width)
      probabilities.set(out.probabilities.subarray(0, taken * classes.length), from * classes.length)
    }
    return { features: { count, width, values: features }, probabilities }
  }
  const hash = createHash('sha256')
  for (const path of Object.keys(weights).sort()) hash.update(engine.read(weights[path]!))
  return {
    hash: hash.digest('hex'),
    accuracy: accuracyOf(test, classes.length, read),
    read,
    dispose() {
      look.dispose()
      for (const variable of [...Object.values(weights), ...Object.values(optimizer.state)]) variable.dispose()
    },
  }
}

function accuracyOf({ count, images, labels }: ImageSplit, classes: number, read: Classifier['read']): number {
  if (count === 0 || labels === undefined) return NaN
  const { probabilities } = read(images)
  let right = 0
  for (let i = 0; i < count; i++) {
    const own = probabilities.subarray(i * classes, (i + 1) * classes)
    if (own.indexOf(Math.max(...own)) === labels[i]) right++
  }
  return right / count
}
