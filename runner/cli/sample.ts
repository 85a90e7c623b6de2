import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { usageError } from '../../core/errors.ts'
import { parseSet } from '../run/config-layers.ts'
import { resolveDataset } from '../../generative/datasets/registry.ts'
import { keysOf } from '../run/config-layers.ts'
import { sampleDataset, sampleRun, type SampleOptions } from '../run/sample.ts'

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { what, real, set, ...options } = args as unknown as {
    what: string
    real: boolean
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
    const { path, count, step } = await sampleRun(what, options)
    process.stdout.write(`${path}: ${count} pictures, checkpoint of step ${step.toLocaleString('en')}\n`)
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
  const { path, count } = await sampleDataset(what, settings, options, (line) => void process.stdout.write(`${line}\n`))
  process.stdout.write(`${path}: ${count} pictures of ${what}\n`)
}
