#!/usr/bin/env node
import yargs, { type Argv } from 'yargs'
import { messageOf, placeOf, RingsideError, usageError } from '../../core/errors.ts'
import { asOutOfMemory } from '../../core/memory.ts'
import { ringsideVersion } from '../run/version.ts'
import { commands } from './commands.ts'

/** What the script that `completion` prints calls, with our own name and the words so far. */
const askForCompletions = '--get-yargs-completions'

/** Parses the command line and runs one command. Exit status: 0 fine, 1 failed, 2 wrong use. */
async function main(argv: readonly string[]): Promise<void> {
  if (argv[0] === askForCompletions) {
    const { completions } = await import('./completion.ts')
    process.stdout.write((await completions(argv.slice(2))).map((word) => `${word}\n`).join(''))
    return
  }
  const parser = yargs([...argv])
    .scriptName('ringside')
    .usage('ringside <command>\n\nTrain agents in environments, and watch them.')
    .version(ringsideVersion())
    .help()
    .alias('help', 'h')
    .strict()
    .recommendCommands()
    .demandCommand(1, 'Which command? "ringside --help" lists them.')
    .wrap(Math.min(110, process.stdout.columns ?? 110))
    .exitProcess(false)
    .completion('completion', 'print what makes bash or zsh complete these lines')
    .fail((message: string | null, error: Error | undefined) => {
      throw error ?? usageError(message ?? 'The command line could not be read.')
    })
  for (const { command, describe, build, load } of commands) {
    parser.command(
      command,
      describe,
      (options: Argv) => build(options),
      async (args) => {
        checkNumbers(args)
        const { run } = await load()
        await run(args as Record<string, unknown>)
      },
    )
  }
  await parser.parseAsync()
}

/** What is no number comes as NaN; seeds are whole. */
function checkNumbers(args: Readonly<Record<string, unknown>>): void {
  for (const [key, value] of Object.entries(args)) {
    if (typeof value !== 'number') continue
    const name = key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)
    if (Number.isNaN(value)) throw usageError(`--${name} expects a number.`)
    if (name === 'seed' && !(Number.isSafeInteger(value) && value >= 0))
      throw usageError(`--seed expects a whole number of at least 0, got ${value}.`)
  }
}

// Ours are told as notes are; others as Node tells them.
const usual = process.listeners('warning')
process.removeAllListeners('warning')
process.on('warning', (warning) => {
  if (warning.name === 'RingsideWarning') process.stderr.write(`ringside: ${warning.message}\n`)
  else for (const tell of usual) tell(warning)
})

// A reader that has seen enough (`ringside list envs | head`) closes the pipe: that is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error
  process.exit()
})

try {
  await main(process.argv.slice(2))
} catch (thrown) {
  const error = asOutOfMemory(thrown, 'this command') ?? thrown
  // What was not thrown on purpose says where: it may be in a user's own file.
  const place = error instanceof RingsideError ? '' : placeOf(error)
  process.stderr.write(`ringside: ${messageOf(error)}${place === '' ? '' : ` (thrown${place})`}\n`)
  if (process.env['RINGSIDE_DEBUG'] === '1' && error instanceof Error) process.stderr.write(`${error.stack}\n`)
  process.exitCode = error instanceof RingsideError ? error.exitStatus : 1
}
