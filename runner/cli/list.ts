import { usageError } from '../../core/errors.ts'
import { presets } from '../presets/index.ts'
import { agents } from '../../agents/registry.ts'
import { envSpecs, wrappers } from '../../envs/index.ts'

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { what, json, pictures } = args as {
    what: 'agents' | 'envs' | 'wrappers' | 'presets'
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
  for (const { name, summary } of rows) process.stdout.write(`${name.padEnd(width)}  ${summary}\n`)
}

interface Row {
  readonly name: string
  readonly summary: string
}

const listed: Readonly<Record<'agents' | 'envs' | 'wrappers' | 'presets', () => Row[]>> = {
  agents: () => agents.names().map((name) => ({ name, summary: agents.get(name).summary })),
  envs: () =>
    envSpecs().map(({ id, maxEpisodeSteps, rewardThreshold }) => ({
      name: id,
      summary: `${maxEpisodeSteps === undefined || maxEpisodeSteps === null ? 'no limit of steps' : `${maxEpisodeSteps} steps at most`}${rewardThreshold === undefined ? '' : `, solved at ${rewardThreshold}`}`,
    })),
  wrappers: () => wrappers.names().map((name) => ({ name, summary: wrappers.get(name).summary })),
  presets: () => presets.map(({ agent, env, comment }) => ({ name: `${agent} ${env}`, summary: comment })),
}
