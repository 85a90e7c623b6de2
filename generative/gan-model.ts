import { usageError, RingsideError } from '../core/errors.ts'
import { restoreRng, saveRng } from '../core/rng-state.ts'
import { fields } from '../core/state.ts'
import { restoreVariables, saveVariables, underName } from '../engine/layers/variables.ts'
import type { Compiled } from '../engine/types.ts'
import { createAdversary } from './adversary.ts'
import type { GanConfig } from './config.ts'
import type { Metrics } from './metrics.ts'
import { spectrallyNormalised } from './spectral-norm.ts'
import type { GanNetworks, GenerativeModel, ModelContext } from './types.ts'

type Settings = Omit<GanConfig, 'hidden' | 'slope'>

/** Pictures made by one call of the compiled generator. */
const made = 64

/** Refuses what cannot work together; gives the penalty's weight and the classes that the networks are told. */
export function checkSettings(
  settings: Settings,
  { classes }: Pick<ModelContext, 'classes'>,
  judgesByBatch: boolean,
): { penalty: number; classes: number } {
  const { loss, gradientPenalty = loss === 'wasserstein' ? 10 : 0, spectralNorm, conditional, smoothing } = settings
  if (conditional && classes === 0)
    throw usageError('conditional expects pictures with labels, and this dataset has none.')
  if (gradientPenalty > 0 && judgesByBatch)
    throw usageError(
      'A gradient penalty is of each picture by itself, and batch normalisation mixes them: set batchNorm to false.',
    )
  if (loss === 'wasserstein' && gradientPenalty === 0 && !spectralNorm)
    throw usageError('wasserstein needs a bounded discriminator: a gradientPenalty above 0, or spectralNorm.')
  if (smoothing > 0 && loss !== 'non-saturating' && loss !== 'minimax')
    throw usageError(`smoothing belongs to the sigmoid losses; set smoothing to 0 for ${loss}.`)
  return { penalty: gradientPenalty, classes: conditional ? classes : 0 }
}

/** Two networks that play against each other, as a model that learns batch by batch. */
export function createGanModel(
  { image, engine, rng, classes }: ModelContext,
  settings: Settings,
  networks: GanNetworks,
  penalty: number,
): GenerativeModel {
  const { latent, batchSize, learningRate, discriminatorSteps, conditional } = settings
  const adversary = createAdversary({
    ...{ engine, rng, penalty, beta1: settings.beta1, smoothing: settings.smoothing, loss: settings.loss },
    ...{ classes: conditional ? classes : 0, averaging: settings.averaging },
    networks: settings.spectralNorm
      ? { ...networks, discriminator: spectrallyNormalised(networks.discriminator) }
      : networks,
  })
  const noise = rng.stream('noise')
  const pixels = image.height * image.width * image.channels
  const compiled = new Map<string, Compiled>()
  const compile = (kind: 'update' | 'discriminate' | 'losses' | 'generate', batch: number): Compiled => {
    const key = `${kind} ${batch}`
    let found = compiled.get(key)
    if (found === undefined) compiled.set(key, (found = adversary[kind](batch)))
    return found
  }
  const z = new Float32Array(batchSize * latent)
  const mix = new Float32Array(batchSize)
  let batches = 0
  let last: Metrics = {}
  /** The last batch, to measure the losses that it leaves. */
  let kept: Record<string, Float32Array | Int32Array> | undefined

  const draw = (count: number) => {
    for (let i = 0; i < count * latent; i++) z[i] = noise.uniform(-1, 1)
    if (penalty > 0) for (let i = 0; i < count; i++) mix[i] = noise.float()
    return { z: z.subarray(0, count * latent), ...(penalty > 0 && { mix: mix.subarray(0, count) }) }
  }
  const toldLabels = (labels: Uint8Array | undefined) => conditional && { labels: Int32Array.from(labels ?? []) }
  const ofNetworks = {
    ...underName('generator', adversary.generator),
    ...underName('discriminator', adversary.discriminator),
  }
  const ofTraining = {
    ...underName('discriminator', adversary.discriminator),
    ...underName('optimizers', adversary.optimizers),
    ...(adversary.sampler !== adversary.generator && underName('generator', adversary.generator)),
  }

  return {
    latent,
    conditional,
    learn({ count, images, labels }) {
      batches++
      const { z: drawn, ...more } = draw(count)
      const inputs = { real: images, z: drawn, ...toldLabels(labels) }
      const moves = batches % discriminatorSteps === 0
      const out = compile(moves ? 'update' : 'discriminate', count)({ ...inputs, ...more, learningRate })
      const told = Object.fromEntries(Object.entries(out).map(([name, values]) => [name, values[0]!]))
      const broken = Object.entries(told).find(([, value]) => !Number.isFinite(value))
      if (broken !== undefined)
        throw new RingsideError(
          `Learning diverged at batch ${batches}: ${broken[0]} is ${broken[1]}. Try a smaller learningRate (now ${learningRate}).`,
        )
      kept = Object.fromEntries(Object.entries(inputs).map(([name, array]) => [name, array.slice()]))
      return (last = { ...last, ...told })
    },
    metrics() {
      if (kept === undefined) return last
      const after = compile('losses', kept['real']!.length / pixels)(kept)
      return {
        ...last,
        discriminatorLossAfter: after['discriminatorLoss']![0]!,
        generatorLossAfter: after['generatorLoss']![0]!,
      }
    },
    generate(zs, labels) {
      const count = zs.length / latent
      if (!Number.isInteger(count)) throw new RangeError(`z: ${zs.length} numbers are no rows of ${latent}`)
      if (conditional && labels?.length !== count)
        throw usageError(`A conditional model expects a label a picture: ${count}, got ${labels?.length ?? 'none'}.`)
      const out = new Float32Array(count * pixels)
      const rows = new Float32Array(made * latent)
      const told = new Int32Array(made)
      for (let from = 0; from < count; from += made) {
        const taken = Math.min(made, count - from)
        rows.set(zs.subarray(from * latent, (from + taken) * latent))
        if (conditional) told.set(labels!.subarray(from, from + taken))
        const { images } = compile('generate', made)({ z: rows, ...(conditional && { labels: told }) }) as {
          images: Float32Array
        }
        out.set(images.subarray(0, taken * pixels), from * pixels)
      }
      return out
    },
    networks: () => ofNetworks,
    state: () => ({
      sampling: { generator: saveVariables(engine, adversary.sampler) },
      training: {
        variables: saveVariables(engine, ofTraining),
        batches,
        last,
        noise: saveRng(noise),
        kept: kept ?? null,
      },
    }),
    restore({ sampling, training }) {
      restoreVariables(
        engine,
        adversary.sampler,
        fields(sampling, 'the model').tree('generator'),
        "the model's generator",
      )
      if (training === undefined) return
      const saved = fields(training, "the model's training")
      restoreVariables(engine, ofTraining, saved.tree('variables'), "the model's training")
      batches = saved.number('batches')
      last = saved.tree('last') as Metrics
      restoreRng(noise, saved.get('noise'), "the model's noise")
      kept = saved.get('kept') === null ? undefined : (saved.tree('kept') as typeof kept)
    },
    dispose() {
      for (const each of compiled.values()) each.dispose()
      const sampler = adversary.sampler === adversary.generator ? {} : adversary.sampler
      for (const set of [adversary.generator, adversary.discriminator, adversary.optimizers, sampler])
        for (const variable of Object.values(set)) variable.dispose()
    },
  }
}
