import { usageError } from '../../core/errors.ts'
import { createRng } from '../../core/rng.ts'
import { openEngine } from '../../engine/index.ts'
import { openDataset } from '../../generative/datasets/registry.ts'
import { bytesBehind, resolveScale } from '../../generative/datasets/scale.ts'
import type { DatasetContext, ImageSplit } from '../../generative/datasets/types.ts'
import { trainClassifier } from '../../generative/quality/classifier.ts'
import { measureQuality, type Quality } from '../../generative/quality/measure.ts'
import { openCheckpoints } from './checkpoint.ts'
import './env-frames.ts'
import { isModelConfig } from './kinds/is-model.ts'
import { buildModel } from './kinds/model-run.ts'
import { settingsOf } from './model-config.ts'
import { draw } from './model-samples.ts'
import { chooseCheckpoint, readRunConfig } from './open.ts'
import type { EvaluateOptions } from './types.ts'

export interface ModelEvaluateOptions extends Pick<EvaluateOptions, 'seed' | 'checkpoint' | 'engine'> {
  /** Pictures of each set; default 1000, or as many as the test split has. */
  readonly count?: number
  /** Told how far a download or a drawing of the data has come. */
  readonly progress?: DatasetContext['progress']
}

/**
 * The quality of a model's pictures against test pictures, in the features of a classifier trained on the same data; beside
 * it what training pictures get, and what the generator got before it learned.
 */
export async function evaluateModelRun(
  folder: string,
  options: ModelEvaluateOptions = {},
): Promise<Quality & { readonly step: number }> {
  const { config } = readRunConfig(folder)
  if (!isModelConfig(config)) throw usageError(`"${folder}" is a run of the agent ${config.agent.name}.`)
  const { count: asked = 1000 } = options
  if (!Number.isInteger(asked) || asked < 2)
    throw usageError(`--count expects a whole number of at least 2, got ${asked}.`)
  const dataset = await openDataset(config.dataset.name, settingsOf(config.dataset), {
    rng: createRng(config.seed, 'data'),
    ...(options.progress !== undefined && { progress: options.progress }),
  })
  const most = Math.min(dataset.test.count, dataset.train.count)
  if (most < 2)
    throw usageError(
      `Quality is measured against pictures of the test, and ${config.dataset.name} holds ${most} for it.`,
    )
  const count = Math.min(asked, most)
  const checkpoints = openCheckpoints(folder, config.checkpoint.keep)
  const step = chooseCheckpoint(checkpoints, options.checkpoint ?? 'last', folder)
  const engine = await openEngine({ engine: (options.engine ?? config.engine) as 'auto' })
  try {
    const classifier = trainClassifier(engine, dataset)
    const classes = dataset.classes!.length
    const rng = createRng(options.seed ?? 0, 'quality')
    const model = await buildModel(config, dataset, engine)
    const drawing = { model, toBytes: bytesBehind(await resolveScale(config.scale)), classes }
    const untrained = draw(drawing, rng.stream('z'), count)
    model.restore({ sampling: checkpoints.readPolicy(step) })
    const made = draw(drawing, rng.stream('z'), count)
    const real = some(dataset.test, count, rng.stream('test'))
    const otherReal = some(dataset.train, count, rng.stream('train'))
    const quality = measureQuality(classifier, { made, untrained, real, otherReal }, classes)
    model.dispose()
    classifier.dispose()
    return { step, ...quality }
  } finally {
    engine.dispose()
  }
}

/** `count` different pictures of a split. */
function some({ count: all, images }: ImageSplit, count: number, rng: ReturnType<typeof createRng>): Uint8Array {
  const pixels = images.length / all
  const order = Array.from({ length: all }, (_, i) => i)
  const out = new Uint8Array(count * pixels)
  for (let i = 0; i < count; i++) {
    const k = i + rng.int(all - i)
    ;[order[i], order[k]] = [order[k]!, order[i]!]
    out.set(images.subarray(order[i]! * pixels, (order[i]! + 1) * pixels), i * pixels)
  }
  return out
}
