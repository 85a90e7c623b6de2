import { spawn } from 'node:child_process'
import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { isRunFolder, isRunning } from '../run/folder.ts'
import { qualityFile, qualityOf } from '../report/model-quality.ts'
import { writeFileAtomic } from '../run/files.ts'
import type { AnySummary, Summary } from '../run/types.ts'
import type { Trial } from './sweep-file.ts'

export type TrialEnd =
  /** `score`: higher is better; null where the run has none, and `why`. */
  | { readonly kind: 'done'; readonly summary: AnySummary; readonly score: number | null; readonly why?: string }
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
    return scored(trial, folder, before, signal)
  const args = there ? ['--resume', folder] : newRun(trial, folder)
  const { status, said } = await command(['train', ...args, '--steps', String(steps), '--json'], signal)
  const summary = status === 0 ? finished(folder) : undefined
  if (summary !== undefined) return scored(trial, folder, summary, signal)
  if (signal.aborted) return { kind: 'stopped' }
  return { kind: 'failed', error: said.trim() || `it ended with ${status === null ? 'a signal' : `status ${status}`}` }
}

/** An agent's run has a score; a model's pictures are measured, once, and lie in its quality.json. */
async function scored({ ofModel }: Trial, folder: string, summary: AnySummary, signal: AbortSignal): Promise<TrialEnd> {
  if (ofModel === undefined) {
    const { score, bestScore } = summary as Summary
    return { kind: 'done', summary, score: bestScore ?? score }
  }
  const path = join(folder, qualityFile)
  if (qualityOf(folder)?.step !== summary.steps) {
    const { status, said, printed } = await command(['evaluate', folder, '--json', '--checkpoint', 'last'], signal)
    if (signal.aborted) return { kind: 'stopped' }
    if (status !== 0) return { kind: 'done', summary, score: null, why: said.trim() }
    writeFileAtomic(path, printed)
  }
  return { kind: 'done', summary, score: qualityOf(folder)?.score ?? null }
}

/** Runs the command line in a process of its own; `signal` interrupts it. */
async function command(
  args: readonly string[],
  signal: AbortSignal,
): Promise<{ status: number | null; said: string; printed: string }> {
  const script = process.argv[1] ?? fileURLToPath(new URL('../cli/main.js', import.meta.url))
  // In a group of its own: Ctrl-C reaches it through us, once.
  const child = spawn(process.execPath, [script, ...args], { stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  let [said, printed] = ['', '']
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = (said + text).slice(-keptCharacters)))
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text))
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
  return { status, said, printed }
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

function newRun({ agent, env, ofModel, settings, seed }: Trial, folder: string): string[] {
  const what = ofModel === undefined ? [agent, env] : ['--model', agent, '--dataset', env]
  return [...what, '--out', folder, '--seed', String(seed), ...setsOf(settings).flatMap((set) => ['--set', set])]
}

/** Settings as `--set` takes them; JSON is YAML. */
export function setsOf(settings: Trial['settings']): string[] {
  return Object.entries(settings)
    .filter(([key]) => key !== 'steps')
    .map(([key, value]) => `${key}=${JSON.stringify(value)}`)
}

function finished(folder: string): AnySummary | undefined {
  try {
    const summary = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as AnySummary
    return summary.status === 'finished' ? summary : undefined
  } catch {
    return undefined
  }
}
