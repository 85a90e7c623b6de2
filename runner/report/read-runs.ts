import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf, usageError } from '../../core/errors.ts'
import { isModelConfig } from '../run/kinds/is-model.ts'
import { readRunConfig } from '../run/open.ts'
import type { AnyRunConfig, ModelRunConfig, Summary } from '../run/types.ts'
import { qualityFile, qualityOf } from './model-quality.ts'

/** A finished run, as far as comparing needs it. */
export interface RunResult {
  readonly folder: string
  readonly config: AnyRunConfig
  /** The environment or the dataset. */
  readonly task: string
  readonly score: number
  /** Of the checkpoint that its evaluations chose; the final score where there were none. */
  readonly bestScore: number
  readonly seconds: number
  readonly stepsPerSecond: number
  readonly evaluations: readonly { readonly step: number; readonly meanReturn: number }[]
}

export interface ReadRuns {
  readonly runs: readonly RunResult[]
  /** Runs that were left out, and why. */
  readonly notes: readonly string[]
}

/** Run folders, or folders of run folders. Throws a usage error where there is none; what is not finished is told. */
export function readRuns(paths: readonly string[]): ReadRuns {
  const folders = [...new Set(paths.flatMap(runsIn))]
  const notes: string[] = []
  const runs = folders.flatMap((folder): RunResult[] => {
    try {
      const { config } = readRunConfig(folder)
      const path = join(folder, 'summary.json')
      if (!existsSync(path)) throw new Error('it is not finished')
      const summary = JSON.parse(readFileSync(path, 'utf8')) as Summary
      if (isModelConfig(config)) return [modelResult(folder, config, summary)]
      if (summary.status !== 'finished' || summary.score === null) throw new Error(`it is ${summary.status}`)
      const evaluations = JSON.parse(readFileSync(join(folder, 'evaluations.json'), 'utf8')) as RunResult['evaluations']
      const { score, bestScore, seconds, stepsPerSecond } = summary
      const task = config.env.id
      return [{ folder, config, task, score, bestScore: bestScore ?? score, seconds, stepsPerSecond, evaluations }]
    } catch (error) {
      notes.push(`${folder} is left out: ${messageOf(error)}.`)
      return []
    }
  })
  const ofModels = runs.filter(({ config }) => isModelConfig(config)).length
  if (ofModels > 0 && ofModels < runs.length)
    throw usageError('Runs of agents and of models have nothing to be compared by: name those of one kind.')
  if (ofModels > 0) notes.push("A model's score is minus the Fréchet distance of its pictures from those of the test.")
  if (runs.length === 0) throw usageError(['There is no finished run to compare.', ...notes].join('\n'))
  return { runs, notes }
}

/** A model's run that was evaluated. It has no curve. */
function modelResult(
  folder: string,
  config: ModelRunConfig,
  summary: Pick<Summary, 'status' | 'seconds' | 'stepsPerSecond'>,
): RunResult {
  if (summary.status !== 'finished') throw new Error(`it is ${summary.status}`)
  const score = qualityOf(folder)?.score
  if (score === undefined)
    throw new Error(`its pictures were not measured: ringside evaluate ${folder} --json > ${join(folder, qualityFile)}`)
  const { seconds, stepsPerSecond } = summary
  return {
    folder,
    config,
    task: config.dataset.name,
    score,
    bestScore: score,
    seconds,
    stepsPerSecond,
    evaluations: [],
  }
}

function runsIn(path: string): string[] {
  if (!existsSync(path)) throw usageError(`There is no run folder "${path}".`)
  if (existsSync(join(path, 'config.json'))) return [path]
  const inside = statSync(path).isDirectory()
    ? readdirSync(path)
        .map((name) => join(path, name))
        .filter((folder) => existsSync(join(folder, 'config.json')))
    : []
  if (inside.length === 0) throw usageError(`"${path}" is no run folder, and holds none.`)
  return inside.sort()
}

/** The value of a dotted key of a config (`agent.learningRate`), as text; of several, joined by commas, each with its name. */
export function valueOf(config: AnyRunConfig, by: string): string {
  const keys = by.split(',')
  if (keys.length === 1) return valueOfKey(config, by)
  const said = (key: string): string => (/^(agent|model)\.name$/.test(key) ? '' : `${key.split('.').at(-1)} `)
  return keys.map((key) => said(key) + valueOfKey(config, key)).join(', ')
}

function valueOfKey(config: AnyRunConfig, key: string): string {
  let at: unknown = config
  for (const part of key.split('.')) at = (at as Record<string, unknown> | null | undefined)?.[part]
  if (at === undefined) throw usageError(`--by ${key}: the config of a run has no such setting.`)
  return typeof at === 'string' ? at : JSON.stringify(at)
}
