import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { usageError } from '../../core/errors.ts'
import { isNetworkPath } from '../../agents/networks/kind.ts'
import { loadNetwork } from '../../agents/networks/custom-network.ts'
import { resolveAgent } from '../../agents/registry.ts'
import { createRng, type Rng } from '../../core/rng.ts'
import type { TypedArray } from '../../core/dtype.ts'
import { checkGradients, openEngine, tf, type GradientFinding } from '../../engine/index.ts'
import { inspectNetwork, type NetworkReport, type NetworkView } from '../../engine/inspect.ts'
import { createVariables } from '../../engine/layers/variables.ts'
import { makeVector } from '../../envs/index.ts'
import { openDataset } from '../../generative/datasets/registry.ts'
import { models, resolveModel } from '../../generative/registry.ts'
import type { Network } from '../../generative/types.ts'
import type { Space } from '../../envs/spaces/index.ts'
import { agentSettings, resolveConfig } from './config.ts'
import { isModelConfig } from './kinds/is-model.ts'
import { resolveModelConfig, settingsOf } from './model-config.ts'
import { readAgentConfig, readRunConfig } from './open.ts'
import type { ModelRunConfig, RunConfig } from './types.ts'

export interface InspectRequest {
  /** An agent's name or path, or a run folder. */
  readonly what: string
  readonly env?: string
  readonly sets?: readonly string[]
  readonly engine?: string
  readonly checkGradients?: boolean
}

export interface Inspection extends NetworkReport {
  /** One a variable, where it was asked for. */
  readonly gradients?: readonly GradientFinding[]
}

/** The networks of an agent in an environment, or of a run: layers, sizes, work; and their gradients by finite differences. */
export async function inspect(request: InspectRequest): Promise<readonly Inspection[]> {
  const ofModel = await modelViews(request)
  if (ofModel !== undefined) return inspectAll(ofModel, undefined, createRng(0, 'inspect'), request)
  const config = await configOf(request)
  const definition = await resolveAgent(config.agent.name)
  const factory = await definition.load()
  if (factory.networks === undefined)
    throw usageError(
      `The agent "${config.agent.name}" shows no networks${config.agent.name === 'random' ? ': it has none' : ''}.`,
    )
  const settings = definition.config.parse(agentSettings(config))
  const env = await makeVector(config.env, { lanes: 1 })
  const { observationSpace, actionSpace } = env
  env.close()
  const kind = (settings as { network?: { kind?: unknown } }).network?.kind
  const network = typeof kind === 'string' && isNetworkPath(kind) ? await loadNetwork(kind) : undefined
  const rng = createRng(config.seed, 'agent')
  const views = factory.networks({ observationSpace, actionSpace, rng, ...(network && { network }) }, settings)
  return inspectAll(views, observationSpace, rng, request)
}

function inspectAll(
  views: readonly NetworkView[],
  space: Space | undefined,
  rng: Rng,
  { checkGradients: asked, engine = 'auto' }: InspectRequest,
): Promise<readonly Inspection[]> {
  return Promise.all(
    views.map(async (view) => ({
      ...inspectNetwork(view),
      ...(asked === true && {
        gradients: await gradientsOf(view, space, rng.stream(`gradients of ${view.name}`), engine),
      }),
    })),
  )
}

/** Generator and discriminator, where a model is asked for by its name or its run. */
async function modelViews(request: InspectRequest): Promise<NetworkView[] | undefined> {
  const { what, env: dataset } = request
  let config: ModelRunConfig
  if (existsSync(join(what, 'config.json'))) {
    const { config: found } = readRunConfig(what)
    if (!isModelConfig(found)) return undefined
    config = found
  } else {
    if (models.find(what) === undefined) return undefined
    if (dataset === undefined) throw usageError(`Which dataset? As in: ringside inspect ${what} mnist`)
    const sets = request.sets ?? []
    config = await resolveModelConfig({ model: what, dataset, sets })
    const { image, classes } = await openDataset(dataset, settingsOf(config.dataset), { rng: createRng(0, 'data') })
    config = { ...config, image, classes: classes?.length ?? 0 }
  }
  const definition = await resolveModel(config.model.name)
  const { networks } = await definition.load()
  if (networks === undefined) throw usageError(`The model "${config.model.name}" shows no networks.`)
  const { image, classes = 0 } = config
  if (image === undefined) throw usageError(`"${what}" does not say the size of its pictures.`)
  const settings = definition.config.parse(settingsOf(config.model))
  const { generator, discriminator } = networks(image, classes, settings)
  const told = (settings as { conditional?: unknown }).conditional === true && classes > 0
  const labels = told ? { labels: { shape: [1, classes], dtype: 'float32' as const } } : {}
  const shape = [1, image.height, image.width, image.channels]
  // Batch normalisation of a batch of one has no gradient to speak of: as in use, by the moving averages.
  const view = (name: string, network: Network, input: readonly number[]): NetworkView => ({
    name,
    parameters: network.init(createRng(config.seed, 'model').stream(name)),
    inputs: { x: { shape: input, dtype: 'float32' }, ...labels },
    apply: (weights, inputs) => ({ y: network.apply(weights, inputs['x']!, undefined, inputs['labels']) }),
  })
  return [view('generator', generator, [1, generator.latent]), view('discriminator', discriminator, shape)]
}

async function configOf({ what, env, sets }: InspectRequest): Promise<RunConfig> {
  if (existsSync(join(what, 'config.json'))) {
    if (env !== undefined || (sets?.length ?? 0) > 0)
      throw usageError('A run is inspected as it is; an environment or --set belong to an agent by its name.')
    return readAgentConfig(what)
  }
  return resolveConfig({ agent: what, ...(env !== undefined && { env }), ...(sets !== undefined && { sets }) })
}

/** On one observation drawn from the space; every output counts, weighted by its place so that nothing cancels. */
async function gradientsOf(
  view: NetworkView,
  space: Space | undefined,
  rng: Rng,
  engineName: string,
): Promise<GradientFinding[]> {
  const engine = await openEngine({ engine: engineName as 'auto' })
  const own = Object.entries(view.parameters)
  const trained = Object.fromEntries(own.filter(([, { trainable = true }]) => trainable))
  const fixed = Object.fromEntries(own.filter(([, { trainable = true }]) => !trainable))
  const [variables, constants] = [createVariables(trained), createVariables(fixed, false)]
  try {
    const inputs = Object.fromEntries(
      Object.entries(view.inputs).map(([name, { shape, dtype }]) => {
        const length = shape.reduce((a, b) => a * b, 1)
        return [
          name,
          space !== undefined && name === 'observations' ? drawn(space, rng, length, dtype) : normals(rng, length),
        ]
      }),
    )
    return checkGradients({
      ...{ engine, variables, constants, rng, inputs, specs: view.inputs },
      loss: (tensors) => {
        const terms = Object.values(view.apply({ ...variables, ...constants }, tensors)).map((y) => {
          const weights = tf.sin(tf.range(1, y.size + 1))
          return tf.mean(tf.mul(weights, tf.tanh(tf.reshape(y, [-1]))))
        })
        return tf.addN(terms)
      },
    })
  } finally {
    for (const variable of Object.values({ ...variables, ...constants })) variable.dispose()
    engine.dispose()
  }
}

/** Boxes without bounds sample widely; nothing of the check needs that. */
function drawn(space: Space, rng: Rng, length: number, dtype: string): TypedArray {
  const sample = space.sample(rng)
  if (typeof sample === 'number') return Int32Array.of(sample)
  if (dtype === 'uint8') return Uint8Array.from(sample as TypedArray)
  return Float32Array.from({ length }, (_, i) => Math.max(-3, Math.min(3, (sample as TypedArray)[i]!)))
}

function normals(rng: Rng, length: number): Float32Array {
  return Float32Array.from({ length }, () => rng.normal())
}
