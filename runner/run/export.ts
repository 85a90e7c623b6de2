import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { usageError } from '../../core/errors.ts'
import { createRng } from '../../core/rng.ts'
import { fields } from '../../core/state.ts'
import { loadNetwork } from '../../agents/networks/custom-network.ts'
import { isNetworkPath } from '../../agents/networks/kind.ts'
import { resolveAgent } from '../../agents/registry.ts'
import { exportOnnx, tf, type NetworkView } from '../../engine/index.ts'
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
  /** `best` (default; of a model `last`), `last` or a step. */
  readonly checkpoint?: string
  /** Default `RUN/<name>.onnx`. */
  readonly out?: string
  readonly force?: boolean
}

export interface Exported {
  readonly path: string
  readonly step: number
  readonly bytes: number
  readonly inputs: NetworkView['inputs']
}

/**
 * The network of a run's agent, or the generator of a model's, as an ONNX file that ONNX Runtime runs by itself. Of an agent:
 * `observations` (1 × its elements, bytes as bytes) → `q` or `policy`, and `action`, the best one of a Discrete space; a
 * recurrent one takes `state` and gives `nextState`. Of a model: `x`, a z → `images`, −1 to 1. The file's metadata say the
 * environment, its spaces and wrappers.
 */
export async function exportRun(folder: string, options: ExportOptions = {}): Promise<Exported> {
  const { config } = readRunConfig(folder)
  const { view, values, metadata, step } = isModelConfig(config)
    ? await ofModel(folder, config, options)
    : await ofAgent(folder, options)
  const out = options.out ?? join(folder, `${view.name.replaceAll(' ', '-')}.onnx`)
  if (!out.endsWith('.onnx')) throw usageError(`--out expects an .onnx file, got "${out}".`)
  if (existsSync(out) && options.force !== true)
    throw usageError(`"${out}" exists; choose another --out or replace it by --force.`)
  const bytes = exportOnnx(view, values, { ringside: ringsideVersion(), step: String(step), ...metadata })
  makeFolder(dirname(out))
  writeFileAtomic(out, bytes)
  return { path: out, step, bytes: bytes.length, inputs: view.inputs }
}

interface Found {
  readonly view: NetworkView
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
      view: start === undefined ? view! : withAction(view!, start),
      values,
      step,
      metadata: {
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
        x: { shape: [1, generator.latent], dtype: 'float32' },
        ...(told && { labels: { shape: [1, classes], dtype: 'float32' } }),
      },
      apply: (weights, { x, labels }) => ({ images: generator.apply(weights, x!, undefined, labels) }),
    },
    metadata: { model: config.model.name, image: JSON.stringify(image), range: '-1 to 1' },
  }
}
