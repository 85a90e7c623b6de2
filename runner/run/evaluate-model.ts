import { usageError } from '../../core/errors.ts'
import { createRng } from '../../core/rng.ts'
import { openEngine } from '../../engine/index.ts'
import { openDataset } from '../../generative/datasets/registry.ts'
import type { ImageSplit } from '../../generative/datasets/types.ts'
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
  const dataset = await openDataset(config.dataset.name, settingsOf(config.dataset), {
    rng: createRng(config.seed, 'data'),
  })
  const checkpoints = openCheckpoints(folder, config.checkpoint.keep)
  const step = chooseCheckpoint(checkpoints, options.checkpoint ?? 'last', folder)
  const engine = await openEngine({ engine: (options.engine ?? config.engine) as 'auto' })
  try {
    const classifier = trainClassifier(engine, dataset)
    const classes = dataset.classes!.length
    const most = Math.min(options.count ?? 1000, dataset.test.count, dataset.train.count)
    const count = Math.max(2, most)
    const rng = createRng(options.seed ?? 0, 'quality')
    const model = await buildModel(config, dataset, engine)
    const untrained = draw(model, rng.stream('z'), count, classes)
    model.restore({ sampling: checkpoints.readPolicy(step) })
    const made = draw(model, rng.stream('z'), count, classes)
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
