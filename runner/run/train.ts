import type { EnvSpec } from '../../envs/types.ts'
import { resolveConfig } from './config.ts'
import { resolveModelConfig } from './model-config.ts'
import { resumeRun, startRun } from './session.ts'
import type {
  AnyRunConfig,
  AnySummary,
  ModelRunConfig,
  ModelSummary,
  Run,
  RunConfig,
  RunEvent,
  Summary,
} from './types.ts'

type Partly<T> = T extends readonly unknown[] ? T : T extends object ? { readonly [K in keyof T]?: Partly<T[K]> } : T

type Named = string | ({ readonly name: string } & Readonly<Record<string, unknown>>)

/** What a run's config.json says, as far as it is to differ from the preset: `{ agent: 'dqn', env: 'CartPole-v1', steps: 9000 }`. */
export interface TrainConfig extends Partly<Omit<RunConfig, 'agent' | 'env'>> {
  /** A name or a path, or that as `name` with settings of the agent. */
  readonly agent: Named
  readonly env: string | EnvSpec
}

/** The same of a model on a dataset. */
export interface TrainModelConfig extends Partly<Omit<ModelRunConfig, 'model' | 'dataset'>> {
  readonly model: Named
  readonly dataset: Named
}

export interface TrainOptions {
  /** The run folder; default `runs/<agent>-<env>-<n>`. */
  readonly out?: string
  readonly force?: boolean
  readonly onEvent?: (event: RunEvent) => void
  /** Saves and ends the run; its summary says `stopped`. */
  readonly signal?: AbortSignal
}

/** Trains to the end, as `ringside train` does, and gives the summary with the run's folder. Throws usage errors. */
export function train(config: TrainConfig, options?: TrainOptions): Promise<Summary & { readonly run: string }>
export function train(
  config: TrainModelConfig,
  options?: TrainOptions,
): Promise<ModelSummary & { readonly run: string }>
export async function train(
  config: TrainConfig | TrainModelConfig,
  { out, force = false, ...follow }: TrainOptions = {},
): Promise<AnySummary & { readonly run: string }> {
  const where = { force, ...(out !== undefined && { out }) }
  if ('model' in config) {
    const [model, dataset] = [nameOf(config.model), nameOf(config.dataset)]
    const resolved = await resolveModelConfig({ model, dataset, sets: setsOf(config) })
    return finish(await startRun<AnyRunConfig>({ config: resolved, ...where }), follow)
  }
  const env = typeof config.env === 'string' ? config.env : config.env.id
  const resolved = await resolveConfig({ agent: nameOf(config.agent), env, sets: setsOf(config) })
  return finish(await startRun<AnyRunConfig>({ config: resolved, ...where }), follow)
}

/** Goes on with a run from its newest good checkpoint; `steps` is a larger budget. */
export async function resume(
  folder: string,
  { steps, ...follow }: Pick<TrainOptions, 'onEvent' | 'signal'> & { readonly steps?: number } = {},
): Promise<AnySummary & { readonly run: string }> {
  return finish(await resumeRun({ folder, ...(steps !== undefined && { steps }) }), follow)
}

async function finish(
  run: Run<AnyRunConfig>,
  { onEvent, signal }: Pick<TrainOptions, 'onEvent' | 'signal'>,
): Promise<AnySummary & { readonly run: string }> {
  const stop = (): void => run.stop()
  signal?.addEventListener('abort', stop)
  if (signal?.aborted === true) stop()
  const events = run.events()
  try {
    for (;;) {
      const { value, done } = await events.next()
      if (done === true) return { ...value, run: run.folder }
      onEvent?.(value)
    }
  } finally {
    signal?.removeEventListener('abort', stop)
  }
}

function nameOf(named: Named): string {
  return typeof named === 'string' ? named : named.name
}

/** As `--set` takes them; JSON is YAML. Names alone are said elsewhere. */
function setsOf(config: object): string[] {
  return Object.entries(config).flatMap(([key, value]) => {
    const isName = ['agent', 'env', 'model', 'dataset'].includes(key)
    return value === undefined || (isName && typeof value === 'string') ? [] : [`${key}=${JSON.stringify(value)}`]
  })
}
