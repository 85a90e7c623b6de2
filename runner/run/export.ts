import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { usageError } from '../../core/errors.ts'
import { createRng } from '../../core/rng.ts'
import { fields } from '../../core/state.ts'
import { loadNetwork } from '../../agents/networks/custom-network.ts'
import { isNetworkPath } from '../../agents/networks/kind.ts'
import { resolveAgent } from '../../agents/registry.ts'
import { exportLayersModel, exportOnnx, tf, type NetworkView } from '../../engine/index.ts'
import { makeVector } from '../../envs/index.ts'
import { resolveModel } from '../../generative/registry.ts'
import { openCheckpoints } from './checkpoint.ts'
import { agentSettings } from './config.ts'
import { makeFolder, writeFileAtomic } from './files.ts'
import { isModelConfig } from './kinds/is-model.ts'
import { settingsOf } from './model-config.ts'
import { chooseCheckpoint, openRun, readRunConfig } from './open.ts'
import type { ModelRunConfig } from './types.ts'
import { ringsideVersion } from './version.ts'

export interface ExportOptions {
  /** `onnx` (default): one file; `tfjs`: a folder of model.json and weights.bin, which `tf.loadLayersModel` reads. */
  readonly format?: 'onnx' | 'tfjs'
  /** `best` (default; of a model `last`), `last` or a step. */
  readonly checkpoint?: string
  /** Default `RUN/<name>.onnx`, or the folder `RUN/<name>-tfjs`. */
  readonly out?: string
  readonly force?: boolean
  /** Pictures that one call of a model's ONNX file makes; 1 unless asked otherwise. */
  readonly batch?: number
}

export interface Exported {
  /** The file, or model.json. */
  readonly path: string
  readonly step: number
  readonly bytes: number
  readonly inputs: NetworkView['inputs']
}

/**
 * The network of a run's agent, or the generator of a model's, for programs that know nothing of Ringside. Of an agent:
 * `observations` (1 × its elements, bytes as bytes) → `q` or `policy`, and `action`, the best one of a Discrete space; a
 * recurrent one takes `state` and gives `nextState`. Of a model: `x`, a z → `images`, −1 to 1. Metadata say the environment, its
 * spaces and wrappers. As stock tf.layers a model has one output, `q`, `policy` or `images`, and any batch; throws a usage
 * error where a network does what no layer does.
 */
export async function exportRun(folder: string, options: ExportOptions = {}): Promise<Exported> {
  const { format = 'onnx' } = options
  if (!['onnx', 'tfjs'].includes(format)) throw usageError(`--format expects onnx or tfjs, got "${format}".`)
  const { config } = readRunConfig(folder)
  if (options.batch !== undefined && (format !== 'onnx' || !isModelConfig(config)))
    throw usageError('--batch is for models as ONNX files: agents act on one observation, tf.layers take any batch.')
  if (options.batch !== undefined && !(Number.isInteger(options.batch) && options.batch >= 1))
    throw usageError(`--batch expects a whole number of at least 1, got ${options.batch}.`)
  const found = isModelConfig(config) ? await ofModel(folder, config, options) : await ofAgent(folder, options)
  const name = found.view.name.replaceAll(' ', '-')
  const out = options.out ?? join(folder, format === 'onnx' ? `${name}.onnx` : `${name}-tfjs`)
  if (format === 'onnx' && !out.endsWith('.onnx')) throw usageError(`--out expects an .onnx file, got "${out}".`)
  if (format === 'tfjs' && /\.(json|onnx|bin)$/.test(out))
    throw usageError(`--out expects a folder for model.json and weights.bin, got "${out}".`)
  if (existsSync(out) && options.force !== true)
    throw usageError(`"${out}" exists; choose another --out or replace it by --force.`)
  return format === 'onnx' ? writeOnnx(found, out) : writeLayersModel(found, out)
}

function writeOnnx({ view, selecting = view, values, metadata, step }: Found, path: string): Exported {
  const bytes = exportOnnx(selecting, values, metadata)
  makeFolder(dirname(path))
  writeFileAtomic(path, bytes)
  return { path, step, bytes: bytes.length, inputs: view.inputs }
}

async function writeLayersModel({ view, values, metadata, step, outputs }: Found, folder: string): Promise<Exported> {
  const { topology, weights, inputs } = await exportLayersModel(view, outputs, values, metadata)
  makeFolder(folder)
  writeFileAtomic(join(folder, 'weights.bin'), weights)
  const path = join(folder, 'model.json')
  writeFileAtomic(path, topology)
  const shapes = Object.entries(inputs).map(
    ([name, shape]) => [name, { shape: [1, ...shape], dtype: 'float32' }] as const,
  )
  return { path, step, bytes: topology.length + weights.length, inputs: Object.fromEntries(shapes) }
}

interface Found {
  readonly view: NetworkView
  /** With the best action beside what the network says. */
  readonly selecting?: NetworkView
  /** What a LayersModel gives: the first of these that there is. */
  readonly outputs: readonly string[]
  readonly values: Record<string, Float32Array>
  readonly metadata: Record<string, string>
  readonly step: number
}

async function ofAgent(folder: string, { checkpoint }: ExportOptions): Promise<Found> {
  const opened = await openRun(folder, checkpoint === undefined ? {} : { checkpoint })
  try {
    const { config, agent, engine, env: spec, step } = opened
    const definition = await resolveAgent(config.agent.name)
    const { networks, weightsUnder = '' } = await definition.load()
    if (networks === undefined) throw usageError(`The agent "${config.agent.name}" has no network to export.`)
    const env = await makeVector(spec, { lanes: 1 })
    const { observationSpace, actionSpace } = env
    env.close()
    const settings = definition.config.parse(agentSettings(config))
    const kind = (settings as { network?: { kind?: unknown } }).network?.kind
    const network = typeof kind === 'string' && isNetworkPath(kind) ? await loadNetwork(kind) : undefined
    const context = { observationSpace, actionSpace, rng: createRng(0), ...(network && { network }) }
    const [view] = networks(context, settings, true)
    const own = agent.networks()
    const values = Object.fromEntries(
      Object.keys(view!.parameters).map((path) => [
        path,
        Float32Array.from(engine.read(own[`${weightsUnder}${path}`]!)),
      ]),
    )
    const start = actionSpace.kind === 'discrete' ? ((actionSpace as { start?: number }).start ?? 0) : undefined
    return {
      view: view!,
      ...(start !== undefined && { selecting: withAction(view!, start) }),
      outputs: actsBy,
      values,
      step,
      metadata: {
        ...described(step),
        agent: config.agent.name,
        env: JSON.stringify(spec),
        observationSpace: JSON.stringify(observationSpace.toJSON()),
        actionSpace: JSON.stringify(actionSpace.toJSON()),
      },
    }
  } finally {
    opened.close()
  }
}

function described(step: number): Record<string, string> {
  return { ringside: ringsideVersion(), step: String(step) }
}

/** What an agent acts by, whichever it has. */
const actsBy = ['q', 'policy']

/** The best action of a Discrete space beside what the network says. */
function withAction(view: NetworkView, start: number): NetworkView {
  return {
    ...view,
    apply(weights, inputs) {
      const said = view.apply(weights, inputs)
      const best = tf.argMax((said['q'] ?? said['policy'])!, 1)
      return { ...said, action: tf.add(best, tf.scalar(start, 'int32')) }
    },
  }
}

async function ofModel(folder: string, config: ModelRunConfig, options: ExportOptions): Promise<Found> {
  const checkpoints = openCheckpoints(folder, config.checkpoint.keep)
  const step = chooseCheckpoint(checkpoints, options.checkpoint ?? 'last', folder)
  const { batch = 1 } = options
  const definition = await resolveModel(config.model.name)
  const { networks } = await definition.load()
  const { image, classes = 0 } = config
  if (networks === undefined || image === undefined)
    throw usageError(`The model "${config.model.name}" has no network to export.`)
  const settings = definition.config.parse(settingsOf(config.model))
  const { generator } = networks(image, classes, settings)
  const parameters = generator.init(createRng(0))
  const saved = fields(fields(checkpoints.readPolicy(step), 'the model').tree('generator'), 'the generator')
  const values = Object.fromEntries(
    Object.entries(parameters).map(([path, { shape }]) => [path, saved.array(path, 'float32', shape) as Float32Array]),
  )
  const told = (settings as { conditional?: unknown }).conditional === true && classes > 0
  return {
    step,
    values,
    view: {
      name: 'generator',
      parameters,
      inputs: {
        x: { shape: [batch, generator.latent], dtype: 'float32' },
        ...(told && { labels: { shape: [batch, classes], dtype: 'float32' } }),
      },
      apply: (weights, { x, labels }) => ({ images: generator.apply(weights, x!, undefined, labels) }),
    },
    outputs: ['images'],
    metadata: {
      ...described(step),
      model: config.model.name,
      image: JSON.stringify(image),
      range: '-1 to 1',
      scale: config.scale,
    },
  }
}
