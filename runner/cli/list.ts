import { usageError } from '../../core/errors.ts'
import { presets } from '../presets/index.ts'
import { agents } from '../../agents/registry.ts'
import { envSpecs, wrappers } from '../../envs/index.ts'
import type { EnvSpec } from '../../envs/types.ts'
import { datasets } from '../../generative/datasets/registry.ts'
import { models } from '../../generative/registry.ts'
import { modelPresets } from '../presets/generative.ts'

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { what, json, pictures } = args as {
    what: Listed
    json: boolean
    pictures?: string
  }
  if (pictures !== undefined) {
    if (what !== 'envs') throw usageError(`--pictures shows envs; it has nothing to show of ${what}.`)
    await (await import('./env-pictures.ts')).writeEnvPictures(pictures)
  }
  const rows = listed[what]()
  if (json) {
    process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
    return
  }
  const width = Math.max(...rows.map(({ name }) => name.length))
  for (const { name, summary, source } of rows) {
    process.stdout.write(`${name.padEnd(width)}  ${summary}\n`)
    if (source !== undefined) process.stdout.write(`${' '.repeat(width)}    from: ${source}\n`)
  }
}

type Listed = 'agents' | 'models' | 'datasets' | 'envs' | 'wrappers' | 'presets'

interface Row {
  readonly name: string
  readonly summary: string
  /** Where it comes from. */
  readonly source?: string
  /** More of it, for programs. */
  readonly [more: string]: unknown
}

const listed: Readonly<Record<Listed, () => Row[]>> = {
  agents: () => agents.names().map((name) => ({ name, summary: agents.get(name).summary })),
  datasets: () => [
    ...datasets.names().map((name) => {
      const { summary, source } = datasets.get(name)
      return { name, summary, ...(source !== undefined && { source }) }
    }),
    { name: 'env:ID', summary: 'frames of an environment', source: 'drawn while a random or a trained agent plays' },
    { name: './FILE#EXPORT', summary: 'a dataset of your own', source: 'your module' },
  ],
  envs: () => envSpecs().map((spec) => ({ name: spec.id, summary: limits(spec), ...spec })),
  wrappers: () => wrappers.names().map((name) => ({ name, summary: wrappers.get(name).summary })),
  models: () => models.names().map((name) => ({ name, summary: models.get(name).summary })),
  presets: () => [
    ...presets.map(({ comment, ...preset }) => ({
      ...{ name: `${preset.agent} ${preset.env}`, summary: comment },
      ...preset,
    })),
    ...modelPresets.map(({ comment, ...preset }) => ({
      ...{ name: `${preset.model} ${preset.dataset}`, summary: comment },
      ...preset,
    })),
  ],
}

function limits({ maxEpisodeSteps, rewardThreshold }: EnvSpec): string {
  const steps =
    maxEpisodeSteps === undefined || maxEpisodeSteps === null ? 'no limit of steps' : `${maxEpisodeSteps} steps at most`
  return rewardThreshold === undefined ? steps : `${steps}, solved at ${rewardThreshold}`
}
