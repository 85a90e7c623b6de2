import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { usageError } from '../../core/errors.ts'
import { parseSet } from '../run/config-layers.ts'
import { resolveDataset } from '../../generative/datasets/registry.ts'
import { keysOf } from '../run/config-layers.ts'
import { sampleDataset, sampleRun, type SampleOptions } from '../run/sample.ts'

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
    const sampled = await sampleRun(what, options)
    const { path, count, step } = sampled
    const told = `${path}: ${count} pictures, checkpoint of step ${step.toLocaleString('en')}`
    process.stdout.write(`${json ? JSON.stringify(sampled) : told}\n`)
    return
  }
  const definition = await resolveDataset(what)
  const ownKeys = keysOf(definition.config)
  const settings = Object.assign(
    {},
    ...(set ?? []).map((text) => {
      const parsed = parseSet(text, { owner: 'dataset', ownKeys, runKeys: [], named: [] })
      return (parsed['dataset'] ?? parsed) as object
    }),
  ) as Record<string, unknown>
  const note = (line: string): void => void (json ? process.stderr : process.stdout).write(`${line}\n`)
  const sampled = await sampleDataset(what, settings, options, note)
  process.stdout.write(`${json ? JSON.stringify(sampled) : `${sampled.path}: ${sampled.count} pictures of ${what}`}\n`)
}
