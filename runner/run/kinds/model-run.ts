import { RingsideError } from '../../../core/errors.ts'
import { createRng } from '../../../core/rng.ts'
import { fields } from '../../../core/state.ts'
import { openEngine } from '../../../engine/index.ts'
import { createBatches } from '../../../generative/datasets/batches.ts'
import { fingerprintOf } from '../../../generative/datasets/fingerprint.ts'
import { openDataset } from '../../../generative/datasets/registry.ts'
import { bytesBehind, resolveScale } from '../../../generative/datasets/scale.ts'
import type { DataProgress, Dataset } from '../../../generative/datasets/types.ts'
import { resolveModel } from '../../../generative/registry.ts'
import type { GenerativeModel, ImageShape } from '../../../generative/types.ts'
import { shortName } from '../config.ts'
import '../env-frames.ts'
import { finishModelRun } from '../finish-model.ts'
import type { RunLog } from '../loggers/run-log.ts'
import type { Duty } from '../loop.ts'
import { settingsOf } from '../model-config.ts'
import { createModelExperiment, type ModelExperiment } from '../model-experiment.ts'
import { diversity, draw, writeSamples, type Drawing } from '../model-samples.ts'
import { weightsDuty } from '../tensorboard-duties.ts'
import { createTimings } from '../trackers.ts'
import type { ModelRunConfig, RunEvent } from '../types.ts'
import type { RunKind, RunParts } from './types.ts'

/** A generative model that learns from a dataset. */
export const modelRun: RunKind<ModelRunConfig> = {
  folderName: ({ model, dataset }) => `${shortName(model.name)}-${shortName(dataset.name)}`,
  assemble,
  begin(config, parts) {
    const { perEpoch, image, classes } = parts as ModelParts
    const steps = config.steps > 0 ? config.steps : config.epochs * perEpoch
    const share = (parts: number): number => Math.max(1, Math.round(steps / parts))
    return Promise.resolve({
      ...config,
      image,
      classes,
      steps,
      samples: { ...config.samples, every: config.samples.every || Math.min(perEpoch, steps) },
      checkpoint: { ...config.checkpoint, every: config.checkpoint.every || share(10) },
      log: { every: config.log.every || share(200), histogramsEvery: config.log.histogramsEvery || share(10) },
    })
  },
}

interface ModelParts extends RunParts<ModelRunConfig> {
  /** Batches of one walk through the data. */
  readonly perEpoch: number
  readonly image: ImageShape
  readonly classes: number
}

async function assemble(config: ModelRunConfig, notes: string[], progress?: DataProgress): Promise<ModelParts> {
  const { seed } = config
  const dataset = await openDataset(config.dataset.name, settingsOf(config.dataset), {
    rng: createRng(seed, 'data'),
    note: (line) => notes.push(line),
    ...(progress !== undefined && { progress }),
  })
  if (!notes.includes(dataset.description)) notes.push(dataset.description)
  const engine = await openEngine({ engine: config.engine, device: config.device, threads: config.threads })
  if (engine.notice !== undefined) notes.unshift(engine.notice)
  let model: GenerativeModel | undefined
  try {
    model = await buildModel(config, dataset, engine, (line) => notes.push(line))
    const scale = await resolveScale(config.scale)
    const { batchSize } = config.model as { batchSize?: unknown }
    const batches = createBatches({
      split: dataset.train,
      size: typeof batchSize === 'number' ? batchSize : 64,
      rng: createRng(seed, 'batches'),
      scale,
    })
    const timings = createTimings()
    const experiment = createModelExperiment({ model, batches, timings })
    const fingerprint = fingerprintOf(dataset)
    const opened = model
    const drawing = { model, toBytes: bytesBehind(scale), classes: dataset.classes?.length ?? 0 }
    const said = (name: string): number | undefined => last[name]
    let last: Readonly<Record<string, number>> = {}
    return {
      engine,
      experiment,
      model: opened,
      timings,
      perEpoch: batches.perEpoch,
      image: dataset.image,
      classes: dataset.classes?.length ?? 0,
      training: ['data', 'learn'],
      follower: () => ({ update: (metrics) => void (last = metrics) }),
      state: () => ({ dataset: fingerprint }),
      restore(saved) {
        const before = fields(saved, 'the run').string('dataset')
        if (before !== fingerprint)
          throw new RingsideError(
            `The dataset ${config.dataset.name} holds other pictures than when this run began (${dataset.description}); ` +
              'put the files back, or begin a new run.',
          )
      },
      duties: ({ config: begun, folder, log }) => [
        samplesDuty(begun, { dataset, drawing, experiment, folder, log }),
        weightsDuty(begun, { engine, log, timings, networks: () => opened.networks() }),
      ],
      row: () => ({ epoch: experiment.epoch, ...experiment.metrics() }),
      progress: () => ({
        model: {
          epoch: experiment.epoch,
          imagesPerSecond: experiment.images / Math.max(1e-9, sum(timings.seconds(), ['data', 'learn'])),
          discriminatorLoss: said('discriminatorLoss'),
          generatorLoss: said('generatorLoss'),
          realScore: said('realScore'),
          fakeScoreBefore: said('fakeScoreBefore'),
          fakeScoreAfter: said('fakeScoreAfter'),
        },
      }),
      summary: () => ({
        epochs: experiment.epoch,
        images: experiment.images,
        discriminatorLoss: said('discriminatorLoss') ?? null,
        generatorLoss: said('generatorLoss') ?? null,
      }),
      finish: ({ config: begun, folder, stopRequested }) =>
        finishModelRun({ folder, config: begun, dataset, drawing, stopRequested }),
      close() {
        opened.dispose()
        engine.dispose()
      },
    }
  } catch (error) {
    model?.dispose()
    engine.dispose()
    throw error
  }
}

/** Builds the model of a config for these pictures. Throws usage errors for combinations that cannot work. */
export async function buildModel(
  config: ModelRunConfig,
  { image, classes }: Pick<Dataset, 'image' | 'classes'>,
  engine: Awaited<ReturnType<typeof openEngine>>,
  note?: (line: string) => void,
): Promise<GenerativeModel> {
  const definition = await resolveModel(config.model.name)
  const factory = await definition.load()
  const settings = definition.config.parse(settingsOf(config.model))
  const rng = createRng(config.seed, 'model')
  return factory.create(
    { image, classes: classes?.length ?? 0, engine, rng, ...(note !== undefined && { note }) },
    settings,
  )
}

/** Of what real pictures differ by: less than this, and the samples have become one. */
const leastDiversity = 0.1
const leastGradient = 1e-7

/** Pictures of one z over the whole training, and alarms. */
function samplesDuty(
  config: ModelRunConfig,
  parts: { dataset: Dataset; drawing: Drawing; experiment: ModelExperiment; folder: string; log: RunLog },
): Duty {
  const { dataset, drawing, experiment, folder, log } = parts
  const { count } = config.samples
  const { train, image } = dataset
  const pixels = train.images.length / train.count
  const some = Math.min(train.count, 256)
  const ofReal = diversity(train.images.subarray(0, some * pixels), some)
  let wereAlike = false
  return {
    every: config.samples.every,
    async *run(step): AsyncGenerator<RunEvent> {
      const images = draw(drawing, createRng(config.seed, 'samples'), count)
      const { path, picture } = writeSamples(folder, image, { step, epoch: experiment.epoch, images })
      log.image('samples', picture, step)
      yield { kind: 'sample', step, path }
      const alike = count > 1 && diversity(images, count) < leastDiversity * ofReal
      // Blurs at the beginning look alike as well: it is said once, until they differ again.
      if (alike && !wereAlike)
        yield { kind: 'note', text: `Step ${step}: the pictures look alike (the generator may have collapsed).` }
      wereAlike = alike
      const { generatorGradient } = experiment.metrics()
      if (generatorGradient !== undefined && generatorGradient < leastGradient)
        yield { kind: 'note', text: `Step ${step}: the generator's gradient has vanished (${generatorGradient}).` }
    },
  }
}

function sum(timings: Readonly<Record<string, number>>, parts: readonly string[]): number {
  return parts.reduce((total, part) => total + (timings[part] ?? 0), 0)
}
