import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import yargs from 'yargs'
import { commands } from '../../../runner/cli/commands.ts'
import { main, ringside, temporaryFolder } from './run-cli.ts'

const folder = temporaryFolder()

/** What bash offers for a line by the script that `completion` prints. */
function offered(line: string): string[] {
  const { stdout: script } = ringside(['completion'])
  const words = line.split(' ')
  const program = `
    ringside() { ${process.execPath} ${main} "$@"; }
    ${script}
    COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}) COMP_CWORD=${words.length - 1}
    _ringside_yargs_completions
    printf '%s\\n' "\${COMPREPLY[@]}"`
  const { stdout } = spawnSync('bash', ['-c', program], { cwd: folder, encoding: 'utf8' })
  return stdout.trim().split('\n')
}

test('bash completes commands, agents, environments, settings, options and runs', () => {
  mkdirSync(join(folder, 'runs', 'dqn-CartPole-v1-1'), { recursive: true })
  writeFileSync(join(folder, 'runs', 'dqn-CartPole-v1-1', 'config.json'), '{"ringside": "0"}')
  expect(offered('ringside tr')).toEqual(['train'])
  expect(offered('ringside train dueling')).toEqual(['dueling-dqn'])
  expect(offered('ringside train dqn CartPole-v1')).toEqual(['CartPole-v1'])
  expect(offered('ringside train dqn CartPole-v1 --set replay')).toEqual(['replayCapacity='])
  expect(offered('ringside record x --ep')).toEqual(['--episodes'])
  expect(offered('ringside evaluate r')).toEqual(['runs/dqn-CartPole-v1-1'])
}, 30_000)

test.each(commands.map((command) => [command.command.split(' ')[0]!, command] as const))(
  '%s shows examples that it would take',
  async (name, { command, build }) => {
    const help = await build(yargs([])).wrap(null).getHelp()
    const examples = Array.from(help.matchAll(/^ +ringside (.+?)(?: {2,}.*)?$/gm), ([, line]) => line!)
    expect(examples.length).toBeGreaterThan(0)
    for (const example of examples) {
      const words = example.match(/'[^']*'|\S+/g)!.map((word) => word.replaceAll("'", ''))
      expect(words[0]).toBe(name)
      let ran = false
      await yargs(words)
        .command(
          command,
          '',
          (options) => build(options),
          () => void (ran = true),
        )
        .strict()
        .exitProcess(false)
        .fail((message: string | null) => {
          throw new Error(`ringside ${example}: ${message}`)
        })
        .parseAsync()
      expect(ran, example).toBe(true)
    }
  },
)
