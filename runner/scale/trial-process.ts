import { spawn } from 'node:child_process'
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isRunFolder, isRunning } from '../run/folder.ts'
import type { Summary } from '../run/types.ts'
import type { Trial } from './sweep-file.ts'

export type TrialEnd =
  | { readonly kind: 'done'; readonly summary: Summary }
  | { readonly kind: 'failed'; readonly error: string }
  | { readonly kind: 'stopped' }

/** The lines of a failure that are kept. */
const keptCharacters = 2_000

/**
 * Trains one trial in a process of its own until it has made `steps`: a new run, or one that is there and goes on. `signal`
 * asks it to save and stop.
 */
export async function runTrial(trial: Trial, folder: string, steps: number, signal: AbortSignal): Promise<TrialEnd> {
  // A sweep that was killed leaves its processes at work: they are waited for.
  while (isRunning(folder) && !signal.aborted) await sleep(500)
  if (signal.aborted) return { kind: 'stopped' }
  const there = isRunFolder(folder)
  const before = there ? finished(folder) : undefined
  if (before !== undefined && (before.steps >= steps || before.endedEarly !== null))
    return { kind: 'done', summary: before }
  const args = there ? ['--resume', folder] : newRun(trial, folder)
  const script = process.argv[1] ?? fileURLToPath(new URL('../cli/main.js', import.meta.url))
  // In a group of its own: Ctrl-C reaches it through us, once.
  const child = spawn(process.execPath, [script, 'train', ...args, '--steps', String(steps), '--json'], {
    stdio: ['ignore', 'ignore', 'pipe'],
    detached: true,
  })
  let said = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-keptCharacters)))
  const interrupt = (): void => void child.kill('SIGINT')
  signal.addEventListener('abort', interrupt)
  const status = await new Promise<number | null>((resolve) => {
    child.once('error', (error) => {
      said = error.message
      resolve(1)
    })
    child.once('close', resolve)
  })
  signal.removeEventListener('abort', interrupt)
  const summary = status === 0 ? finished(folder) : undefined
  if (summary !== undefined) return { kind: 'done', summary }
  if (signal.aborted) return { kind: 'stopped' }
  return { kind: 'failed', error: said.trim() || `it ended with ${status === null ? 'a signal' : `status ${status}`}` }
}

/** The steps a run has made, as its newest row of metrics tells. */
export function stepsOf(folder: string): number {
  const path = join(folder, 'metrics.csv')
  if (!existsSync(path)) return 0
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const tail = Buffer.alloc(Math.min(size, 4096))
    readSync(file, tail, 0, tail.length, size - tail.length)
    const lines = tail.toString('utf8').trimEnd().split('\n')
    return Number.parseInt(lines.at(-1) ?? '', 10) || 0
  } finally {
    closeSync(file)
  }
}

function newRun({ agent, env, settings, seed }: Trial, folder: string): string[] {
  return [agent, env, '--out', folder, '--seed', String(seed), ...setsOf(settings).flatMap((set) => ['--set', set])]
}

/** Settings as `--set` takes them; JSON is YAML. */
export function setsOf(settings: Trial['settings']): string[] {
  return Object.entries(settings)
    .filter(([key]) => key !== 'steps')
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
}

function finished(folder: string): Summary | undefined {
  try {
    const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as Summary
    return summary.status === 'finished' ? summary : undefined
  } catch {
    return undefined
  }
}
