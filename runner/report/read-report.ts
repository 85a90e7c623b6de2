import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { extname, join } from 'node:path'
import { resolveAgent } from '../../agents/registry.ts'
import { resolveModel } from '../../generative/registry.ts'
import type { Made } from '../run/build.ts'
import { runSchema } from '../run/config.ts'
import type { Tree } from '../run/config-layers.ts'
import { isRunning } from '../run/folder.ts'
import { isModelConfig } from '../run/kinds/is-model.ts'
import { modelRunSchema } from '../run/model-config.ts'
import { readRunConfig } from '../run/open.ts'
import type { EvaluationRecord } from '../run/loggers/run-log.ts'
import type { AnyRunConfig, AnySummary } from '../run/types.ts'

/** All that a report tells of a run. */
export interface RunReport {
  readonly folder: string
  readonly config: AnyRunConfig
  readonly made: Made
  /** Undefined while it has not ended or stopped yet. */
  readonly summary: AnySummary | undefined
  readonly running: boolean
  readonly evaluations: readonly EvaluationRecord[]
  /** Columns of metrics.csv and of episodes.csv; NaN where a row has none. */
  readonly metrics: Columns
  readonly episodes: Columns
  /** Settings that are not what they are by default: name, value, default. */
  readonly differing: readonly (readonly [string, string, string])[]
  /** Films and grids that lie in media/, as data. */
  readonly media: readonly { readonly name: string; readonly data: string }[]
}

export type Columns = ReadonlyMap<string, readonly number[]>

/** Pictures larger than this are left where they are. */
const mostBytes = 8 << 20
const types: Readonly<Record<string, string>> = { '.gif': 'image/gif', '.png': 'image/png' }

/** Reads what a run has left so far. Throws a usage error where there is no run. */
export async function readReport(folder: string): Promise<RunReport> {
  const { config, made } = readRunConfig(folder)
  const text = (name: string): string | undefined =>
    existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : undefined
  return {
    folder,
    config,
    made,
    summary: JSON.parse(text('summary.json') ?? 'null') as AnySummary | undefined,
    running: isRunning(folder),
    evaluations: JSON.parse(text('evaluations.json') ?? '[]') as EvaluationRecord[],
    metrics: columnsOf(text('metrics.csv')),
    episodes: columnsOf(text('episodes.csv')),
    differing: await differingFrom(config),
    media: mediaIn(join(folder, 'media')),
  }
}

function columnsOf(csv: string | undefined): Columns {
  const [header, ...rows] = (csv ?? '').trimEnd().split('\n')
  const cells = rows.map((row) => row.split(','))
  return new Map(
    (header ?? '').split(',').map((name, i) => [
      name,
      cells.map((row) => {
        const cell = row[i] ?? ''
        return cell === '' ? NaN : Number(cell)
      }),
    ]),
  )
}

function mediaIn(folder: string): RunReport['media'] {
  if (!existsSync(folder)) return []
  return readdirSync(folder)
    .filter((name) => types[extname(name)] !== undefined)
    .sort()
    .flatMap((name) => {
      const bytes = readFileSync(join(folder, name))
      if (bytes.length > mostBytes) return []
      return [{ name, data: `data:${types[extname(name)]};base64,${bytes.toString('base64')}` }]
    })
}

async function differingFrom(config: AnyRunConfig): Promise<[string, string, string][]> {
  const isModel = isModelConfig(config)
  const own = isModel ? config.model : config.agent
  const definition = isModel ? await resolveModel(own.name) : await resolveAgent(own.name)
  const defaults = new Map([
    ...flat(isModel ? modelRunSchema.parse({}) : runSchema.parse({})),
    ...flat(definition.config.safeParse({}).data ?? {}, isModel ? 'model.' : 'agent.'),
  ])
  // What a run tells rather than asks.
  const told = /^(env|dataset)\.|\.name$|^(image|classes)\b/
  return flat(config)
    .filter(([key, value]) => !told.test(key) && defaults.get(key) !== value)
    .map(([key, value]) => [key, value, defaults.get(key) ?? '–'])
}

function flat(value: unknown, prefix = ''): [string, string][] {
  return Object.entries(value as Tree).flatMap(([key, item]): [string, string][] =>
    typeof item === 'object' && item !== null && !Array.isArray(item)
      ? flat(item, `${prefix}${key}.`)
      : [[prefix + key, typeof item === 'string' ? item : JSON.stringify(item)]],
  )
}
