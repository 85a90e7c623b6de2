import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import yargs from 'yargs'
import { agents, resolveAgent } from '../../agents/registry.ts'
import { envSpecs } from '../../envs/index.ts'
import { datasets } from '../../generative/datasets/registry.ts'
import { models } from '../../generative/registry.ts'
import { runSchema } from '../run/config.ts'
import { keysOf } from '../run/config-layers.ts'
import { isRunFolder } from '../run/folder.ts'
import { commands } from './commands.ts'

/** What may stand in the place of the last word of a line; `words`: all of it without our own name. */
export async function completions(words: readonly string[]): Promise<string[]> {
  const current = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const found =
    before.length === 0
      ? [...commands.map(({ command }) => nameOf(command)), 'completion']
      : current.startsWith('-')
        ? await optionsOf(before[0]!)
        : await names(before)
  return found.filter((word) => word.startsWith(current))
}

async function optionsOf(name: string): Promise<string[]> {
  const command = commands.find((one) => nameOf(one.command) === name)
  if (command === undefined) return []
  const help = await command.build(yargs([])).wrap(null).getHelp()
  return [...new Set(Array.from(help.matchAll(/^ +(?:-\w, )?(--[a-z][a-z-]*)/gm), ([, option]) => option!))]
}

function nameOf(command: string): string {
  return command.split(' ')[0]!
}

async function names(words: readonly string[]): Promise<string[]> {
  const [command, ...rest] = words
  if (rest.at(-1) === '--set') return settings(rest[0])
  const place = rest.filter((word) => !word.startsWith('-')).length
  switch (command) {
    case 'train':
    case 'inspect': {
      const own = command === 'inspect' && place === 0 ? runs() : []
      if (place === 0) return [...agents.names(), ...models.names(), ...own]
      if (place > 1) return []
      return models.find(rest[0]!) === undefined ? envs() : [...datasets.names()]
    }
    case 'evaluate':
    case 'record':
    case 'sample':
    case 'export':
    case 'report':
      return place === 0 ? runs() : []
    case 'watch':
    case 'compare':
      return runs()
    case 'play':
    case 'check':
      return place === 0 ? envs() : []
    case 'list':
      return place === 0 ? ['agents', 'datasets', 'envs', 'models', 'presets', 'wrappers'] : []
    default:
      return []
  }
}

function envs(): string[] {
  return envSpecs().map(({ id }) => id)
}

function runs(): string[] {
  if (!existsSync('runs')) return []
  return readdirSync('runs')
    .map((name) => join('runs', name))
    .filter(isRunFolder)
}

/** Names of settings with their `=`: the run's, and those of the agent that the line begins with. */
async function settings(agent: string | undefined): Promise<string[]> {
  const own = agent !== undefined && agents.find(agent) !== undefined ? keysOf((await resolveAgent(agent)).config) : []
  return [...own, ...keysOf(runSchema)].map((key) => `${key}=`)
}
