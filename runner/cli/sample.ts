import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { usageError } from '../../core/errors.ts'
import { resolveDataset } from '../../generative/datasets/registry.ts'
import { check, keysOf, parseSet, type Tree } from '../run/config-layers.ts'
import { sampleDataset, sampleRun } from '../run/sample.ts'
import type { SampleOptions } from '../run/sample-options.ts'
import { dataBar } from './data-bar.ts'

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { what, real, set, json, ...options } = args as unknown as {
    what: string
    real: boolean
    json: boolean
    set?: string[]
  } & SampleOptions
  if (!real) {
    if (!existsSync(join(what, 'config.json')) && !what.includes('/')) {
      const isData = await resolveDataset(what).then(
        () => true,
        () => false,
      )
      if (isData) throw usageError(`"${what}" is a dataset: add --real for its pictures, or name a run of a model.`)
    }
    if (set !== undefined) throw usageError('--set is of a dataset: add --real, or leave it out for a run.')
    const sampled = await sampleRun(what, options)
    const { path, count, step } = sampled
    const told = `${path}: ${count} pictures, checkpoint of step ${step.toLocaleString('en')}`
    process.stdout.write(`${json ? JSON.stringify(sampled) : told}\n`)
    return
  }
  const settings = await datasetSettings(what, set ?? [])
  const sampled = await sampleDataset(what, settings, options, {
    note: (line) => void (json ? process.stderr : process.stdout).write(`${line}\n`),
    ...(!json && { progress: dataBar() }),
  })
  process.stdout.write(`${json ? JSON.stringify(sampled) : `${sampled.path}: ${sampled.count} pictures of ${what}`}\n`)
}

/** `key=value` or `dataset.key=value`, as training takes them. */
async function datasetSettings(name: string, sets: readonly string[]): Promise<Tree> {
  const { config } = await resolveDataset(name)
  const ownKeys = keysOf(config)
  const layers = sets.map((text) => {
    const parsed = parseSet(text, { owner: 'dataset', ownKeys, runKeys: [], named: [] })
    return (parsed['dataset'] ?? parsed) as Tree
  })
  const what = `Unknown setting of the dataset ${name}:`
  return check(config, Object.assign({}, ...layers), 'dataset.', what, ownKeys) as Tree
}
