import { z } from 'zod'
import { isNetworkPath } from '../../agents/networks/kind.ts'
import { isModulePath } from '../../core/load-path.ts'
import { usageError } from '../../core/errors.ts'
import { resolveAgent } from '../../agents/registry.ts'
import { fullId, resolveSpec } from '../../envs/registry.ts'
import type { EnvSpec } from '../../envs/types.ts'
import { framesPerStep } from '../../envs/wrappers/frames-per-step.ts'
import { findPreset } from '../presets/index.ts'
import { check, definedOnly, keysOf, merge, nameIn, parseSet, readConfigFile, type Tree } from './config-layers.ts'
import type { ConfigRequest, RunConfig } from './types.ts'

const count = z.number().int().nonnegative()
const positive = z.number().int().positive()

/** Every setting of a run beside the agent's own: type, default and documentation in one place. */
export const runSchema = z.strictObject({
  steps: positive.default(50_000).describe('environment steps of training, all lanes together'),
  lanes: positive.max(1024).default(1).describe('environments stepped together'),
  vectorMode: z
    .enum(['sync', 'workers'])
    .default('sync')
    .describe('lanes stepped in one thread, or in threads of their own; the numbers are the same'),
  workers: count.max(1024).default(0).describe('threads of vectorMode workers; 0: one a core, at most one a lane'),
  seed: z.number().int().min(0).max(Number.MAX_SAFE_INTEGER).default(0).describe('root of every random stream'),
  initFrom: z
    .strictObject({
      run: z.string().describe('the run folder'),
      // YAML reads a step as a number.
      checkpoint: z.union([z.string(), count]).default('best').describe('best, last, or the step of a kept checkpoint'),
    })
    .nullable()
    .default(null)
    .describe('the run whose weights this one begins with'),
  engine: z.enum(['auto', 'onnx', 'tensorflow', 'wasm', 'cpu']).default('auto').describe('what computes the networks'),
  device: z.string().default('cpu').describe('where the engine computes'),
  threads: positive.max(256).default(1).describe('threads of the engine; small networks are fastest on one'),
  evaluation: z
    .strictObject({
      every: count.default(0).describe('environment steps between evaluations; 0: steps / 20'),
      episodes: positive.default(10).describe('episodes of one evaluation'),
      stopOnScore: z.number().nullable().default(null).describe('stop once an evaluation reaches this mean return'),
      stopOnNoImprovement: positive
        .nullable()
        .default(null)
        .describe('stop after so many evaluations in a row without a new best'),
    })
    .prefault({}),
  budget: z
    .strictObject({
      frames: positive
        .nullable()
        .default(null)
        .describe('steps of the environment, with those that frame skip repeats; steps are made to fit'),
      updates: positive.nullable().default(null).describe('gradient steps after which training ends'),
      seconds: z.number().positive().nullable().default(null).describe('wall-clock seconds after which training ends'),
    })
    .prefault({}),
  callbacks: z
    .array(
      z.union([
        z.string(),
        z.strictObject({ path: z.string(), options: z.record(z.string(), z.unknown()).default({}) }),
      ]),
    )
    .default([])
    .describe("your own code during training: './file.ts#Export', or { path, options }"),
  score: z
    .strictObject({ episodes: positive.default(100).describe('episodes behind score and best score') })
    .prefault({}),
  checkpoint: z
    .strictObject({
      every: count.default(0).describe('environment steps between checkpoints; 0: steps / 10'),
      keep: positive.default(2).describe('newest checkpoints kept, beside the best'),
    })
    .prefault({}),
  log: z
    .strictObject({
      every: count.default(0).describe('environment steps between rows of metrics; 0: steps / 200'),
      histogramsEvery: count
        .default(0)
        .describe('environment steps between histograms of the weights in TensorBoard; 0: steps / 10'),
    })
    .prefault({}),
  film: z
    .strictObject({
      maxSteps: count.default(1000).describe('longest film of the trained agent, in steps; 0: none, and no pictures'),
      every: count.default(0).describe('environment steps between pictures of an episode in TensorBoard; 0: steps / 5'),
    })
    .prefault({}),
})

/** Layers preset < file < sets < flags, checks every value, and fills the defaults in. Throws usage errors. */
export async function resolveConfig(request: ConfigRequest): Promise<RunConfig> {
  const layers = [
    request.file === undefined ? {} : readConfigFile(request.file, [...keysOf(runSchema), 'agent', 'env']),
  ]
  const agentName = request.agent ?? nameIn(layers[0]!['agent'], 'agent', 'name')
  const asked = request.env ?? nameIn(layers[0]!['env'], 'env', 'id')
  if (agentName === undefined)
    throw usageError('Which agent? Expected a name ("ringside list agents") or ./file.ts#Export.')
  const definition = await resolveAgent(agentName)
  if (asked === undefined)
    throw usageError('Which environment? Expected an id ("ringside list envs") or ./file.ts#Export.')
  const envName = fullId(asked)
  const agentKeys = keysOf(definition.config)
  const owner = { owner: 'agent', ownKeys: agentKeys, runKeys: keysOf(runSchema), named: ['agent', 'env'] }
  for (const text of request.sets ?? []) layers.push(parseSet(text, owner))
  const { initFrom, ...flags } = request.flags ?? {}
  layers.push(definedOnly({ ...flags, initFrom: initFrom === undefined ? undefined : { run: initFrom } }))

  const preset = findPreset(agentName, envName)
  const said = layers.map((layer) => withObjects(layer, agentName, envName))
  const merged = [
    {
      agent: { ...definition.defaults, ...presetFor(preset?.agentConfig, said) },
      ...(preset?.wrappers !== undefined && { env: { wrappers: preset.wrappers } }),
      ...definedOnly({
        steps: preset?.steps,
        lanes: preset?.lanes,
        threads: preset?.threads,
        evaluation: preset?.evaluation,
      }),
    },
    ...said,
  ].reduce<Tree>((base, over) => merge(base, over, { shape: { ...runSchema.shape, agent: definition.config } }), {})

  const { agent, env, ...run } = merged as Tree & { agent: Tree; env: Tree }
  const { name: _, ...settings } = agent
  const runConfig = check(runSchema, run, '', 'Unknown setting', [...keysOf(runSchema), 'agent', 'env', ...agentKeys])
  const agentConfig = check(
    definition.config as z.ZodType<Tree>,
    settings,
    'agent.',
    `Unknown setting of the agent ${agentName}:`,
    agentKeys,
  )
  const spec = await resolveSpec({ ...env, id: envName })
  const { lanes } = runConfig
  const steps = withinFrames(runConfig, spec, !layers.some((layer) => layer['steps'] !== undefined))
  return {
    agent: { ...agentConfig, name: agentName },
    env: spec,
    ...runConfig,
    steps,
    evaluation: { ...runConfig.evaluation, every: runConfig.evaluation.every || share(steps, 20, lanes) },
    checkpoint: { ...runConfig.checkpoint, every: runConfig.checkpoint.every || share(steps, 10, lanes) },
    log: {
      every: runConfig.log.every || share(steps, 200, lanes),
      histogramsEvery: runConfig.log.histogramsEvery || share(steps, 10, lanes),
    },
    film: { ...runConfig.film, every: runConfig.film.every || share(steps, 5, lanes) },
  }
}

/** A network of the user's own is whole: layers that the preset puts on others do not belong on it. */
function presetFor(settings: Tree | undefined, said: readonly Tree[]): Tree | undefined {
  const networks = said.map((layer) => (layer['agent'] as { network?: { kind?: unknown } } | undefined)?.network)
  const kind = networks.findLast((network) => network?.kind !== undefined)?.kind
  const { network } = (settings ?? {}) as { network?: Tree }
  if (network === undefined || typeof kind !== 'string' || !isNetworkPath(kind)) return settings
  const { hidden: _, ...rest } = network
  return { ...settings, network: rest }
}

/** The steps that a budget of frames leaves: all of it where nobody asked for a number of steps. */
function withinFrames(
  { steps, budget: { frames } }: Pick<RunConfig, 'steps' | 'budget'>,
  { wrappers }: EnvSpec,
  free: boolean,
): number {
  if (frames === null) return steps
  const perStep = framesPerStep(wrappers)
  const most = Math.floor(frames / perStep)
  if (most < 1) throw usageError(`budget.frames ${frames} is less than one step, which takes ${perStep} frames.`)
  return free ? most : Math.min(steps, most)
}

/** The settings of an agent's own: `config.agent` without its name. */
export function agentSettings(config: RunConfig): Readonly<Record<string, unknown>> {
  const { name: _, ...settings } = config.agent
  return settings
}

/** `agent: dqn` is short for `agent: { name: dqn }`, and `env: ID` for `env: { id: ID }`. */
function withObjects(layer: Tree, agent: string, env: string): Tree {
  const out: Tree = { ...layer }
  if (typeof layer['agent'] === 'string') out['agent'] = { name: agent }
  if (typeof layer['env'] === 'string') out['env'] = { id: env }
  return out
}

/** A round share of the run that falls on whole steps of all lanes. */
export function share(steps: number, parts: number, lanes: number): number {
  return Math.max(1, Math.round(steps / parts / lanes)) * lanes
}

/** A short name for folders: `CartPole-v1`, or the export or file name of a module path. */
export function shortName(name: string): string {
  const plain = isModulePath(name)
    ? name
        .replace(/^.*#/, '')
        .replace(/^.*[/\\]/, '')
        .replace(/\.[cm]?[jt]s$/, '')
    : name
  return plain.replace(/[^A-Za-z0-9._-]+/g, '-')
}
