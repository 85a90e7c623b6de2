import { expect, test } from 'vitest'
import { createRng } from '../../core/rng.ts'
import { openEngine } from '../../engine/index.ts'
import { createBatches } from '../../generative/datasets/batches.ts'
import type { ImageShape } from '../../generative/types.ts'
import { resolveModel } from '../../generative/registry.ts'

const classes = ['a', 'b', 'c']
const shapes: ImageShape[] = [
  { height: 28, width: 28, channels: 1 },
  { height: 32, width: 32, channels: 3 },
  { height: 64, width: 64, channels: 3 },
]
const small = { gan: { hidden: 8 }, dcgan: { channels: 16 } }

/** Two steps of five pictures and, as an epoch ends, one of three; gives the pictures that it then makes. */
async function trained(name: 'gan' | 'dcgan', image: ImageShape, settings: object): Promise<Float32Array> {
  const definition = await resolveModel(name)
  const config = definition.config.parse({ ...small[name], latent: 6, batchSize: 5, ...settings })
  const engine = await openEngine({ engine: 'auto' })
  try {
    const factory = await definition.load()
    const model = factory.create({ image, classes: classes.length, engine, rng: createRng(1) }, config)
    const data = createRng(2)
    const images = Uint8Array.from({ length: 13 * image.height * image.width * image.channels }, () => data.int(256))
    const labels = Uint8Array.from({ length: 13 }, (_, i) => i % classes.length)
    const batches = createBatches({ split: { count: 13, images, labels }, size: 5, rng: data })
    for (let step = 0; step < 3; step++) model.learn(batches.next())
    for (const [metric, value] of Object.entries(model.metrics())) expect(value, metric).toSatisfy(Number.isFinite)
    return model.generate(new Float32Array(2 * 6).fill(0.3), Uint8Array.of(0, 2))
  } finally {
    engine.dispose()
  }
}

test.each(shapes)('both models learn pictures of $height × $width × $channels', async (image) => {
  for (const name of ['gan', 'dcgan'] as const) {
    const images = await trained(name, image, {})
    expect(images).toHaveLength(2 * image.height * image.width * image.channels)
    expect(images.every((x) => x >= -1 && x <= 1)).toBe(true)
  }
})

const everything = { spectralNorm: true, averaging: 0.9, conditional: true, gradientPenalty: 5 }
const losses = ['non-saturating', 'minimax', 'least-squares', 'hinge', 'wasserstein'] as const
test.each(losses)('%s learns with each of what can be joined to it', async (loss) => {
  const image = { height: 8, width: 8, channels: 1 }
  // A penalty, which wasserstein has by itself, asks for no batch normalisation.
  const batchNorm = loss !== 'wasserstein'
  for (const [name, more] of [
    ['gan', { spectralNorm: true, averaging: 0.9 }],
    ['gan', everything],
    ['dcgan', { conditional: true, discriminatorSteps: 2, batchNorm }],
    ...(batchNorm ? [] : [['dcgan', { ...everything, batchNorm }] as const]),
  ] as const) {
    const images = await trained(name, image, { loss, smoothing: 0, ...more })
    expect(images.every(Number.isFinite), JSON.stringify({ name, more })).toBe(true)
    const [one, other] = [images.slice(0, 64), images.slice(64)]
    // The same z under two labels: two pictures where the model is told them, one where not.
    expect(one.some((x, i) => x !== other[i])).toBe('conditional' in more)
  }
})
