import { availableParallelism } from 'node:os'
import { basename, extname, join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf, usageError } from '../../core/errors.ts'
import { compareRuns, type Comparison } from '../report/compare.ts'
import { writeComparison } from '../report/write-comparison.ts'
import { assertLedElsewhere, isOver, type Manifest, type TrialRecord } from '../scale/manifest.ts'
import { openTrialQueue } from '../scale/queue.ts'
import { describe, groupedBy, planSweep, runFolderOf, runSweep } from '../scale/run-sweep.ts'
import { readSweepFile, type SweepFile } from '../scale/sweep-file.ts'
import { stepsOf } from '../scale/trial-process.ts'
import { printComparison } from './compare.ts'
import { shown } from './train-report.ts'
import { scoreText } from '../report/score-text.ts'

interface SweepArgs {
  readonly file: string
  readonly workers?: number
  readonly out?: string
  readonly queue?: string
  readonly join: boolean
  readonly dryRun: boolean
  readonly json: boolean
}

interface JoinRequest {
  readonly sweep: SweepFile
  readonly out: string
  readonly queue: string
  readonly workers: number
}

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { file, dryRun, json, queue, ...rest } = args as unknown as SweepArgs
  const least = queue === undefined ? 1 : 0
  if (rest.workers !== undefined && !(Number.isInteger(rest.workers) && rest.workers >= least && rest.workers <= 256))
    throw usageError(`--workers is a whole number from ${least} to 256, got ${rest.workers}.`)
  if (rest.join && queue === undefined) throw usageError('--join expects --queue redis://…, where the runs come from.')
  const sweep = readSweepFile(file)
  const out = rest.out ?? join('sweeps', basename(file, extname(file)))
  if (rest.join) assertLedElsewhere(out, sweep)
  const planned = await planSweep(sweep, out)
  // Threads are the runs' own (their numbers depend on them), so the cores are shared out by how many run at a time.
  const workers = rest.workers ?? Math.max(1, Math.floor(availableParallelism() / planned.threads))
  if (rest.join && !dryRun) return joinSweep({ sweep, out, queue: queue!, workers })
  if (dryRun) {
    print(json ? [JSON.stringify(planned)] : planOf(planned, out))
    return
  }

  const stop = new AbortController()
  const interrupt = (): void => {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    if (!json) print(['', 'Saving all runs…'])
    stop.abort()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  const trials = planned.manifest.trials.length
  const shared = queue === undefined ? undefined : await openTrialQueue(queue, sweep, out)
  const table = createTable(out, json)
  let manifest: Manifest
  try {
    const here = shared === undefined ? '' : ' here'
    if (!json) print([`${trials} runs, ${workers} at a time${here} → ${shown(out)}`])
    const worker = workers === 0 ? undefined : shared?.work({ count: workers, signal: stop.signal })
    const by = shared === undefined ? { workers } : { workers: trials, run: shared.run }
    manifest = await runSweep({ sweep, out, ...by, signal: stop.signal, onChange: table.change })
    await worker?.close()
  } finally {
    await shared?.close()
    table.close()
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
  const failed = manifest.trials.filter(({ status }) => status === 'failed')
  const comparison = stop.signal.aborted ? undefined : await compared(manifest, out)
  if (json) print([JSON.stringify({ sweep: out, trials: manifest.trials, comparison: comparison ?? null })])
  else {
    if (comparison !== undefined) printComparison(comparison, join(out, 'comparison'))
    for (const trial of failed)
      print(['', `${trial.id} (${describe(trial)}) failed ${trial.attempts} times: ${trial.error}`])
    if (stop.signal.aborted) print([`Stopped and saved. Go on with: npx ringside sweep ${file} --out ${shown(out)}`])
  }
  if (failed.length > 0 || stop.signal.aborted) process.exitCode = 1
}

/** How often a worker looks whether its sweep has ended. */
const lookMilliseconds = 1000

/** Works until the sweep is over, or until it is interrupted: then its runs are saved, and others go on with them. */
async function joinSweep({ sweep, out, queue, workers }: JoinRequest): Promise<void> {
  const stop = new AbortController()
  const interrupt = (): void => stop.abort()
  process.once('SIGINT', interrupt)
  process.once('SIGTERM', interrupt)
  const shared = await openTrialQueue(queue, sweep, out)
  try {
    print([`${workers} at a time for ${shown(out)}; Ctrl-C saves them and leaves`])
    const worker = shared.work({
      count: workers,
      signal: stop.signal,
      onTrial: (trial, end) => print([`${trial.id}  ${end?.kind ?? 'begins'}  ${describe(trial)}`]),
    })
    while (!stop.signal.aborted && !isOver(out)) await sleep(lookMilliseconds)
    await worker.close()
  } finally {
    await shared.leave()
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
  if (stop.signal.aborted) process.exitCode = 1
}

/** Of the runs that went the whole way. */
async function compared({ sweep, trials }: Manifest, out: string): Promise<Comparison | undefined> {
  const done = trials.filter(({ status }) => status === 'done')
  const longest = Math.max(...done.map(({ budget }) => budget))
  const whole = sweep.search.kind === 'halving' ? done.filter(({ budget }) => budget === longest) : done
  if (whole.length === 0) return undefined
  try {
    const comparison = compareRuns(
      whole.map((trial) => runFolderOf(out, trial)),
      { by: groupedBy(sweep) },
    )
    await writeComparison(join(out, 'comparison'), comparison, true)
    return comparison
  } catch (error) {
    process.stderr.write(`The runs could not be compared: ${messageOf(error)}\n`)
    return undefined
  }
}

function planOf({ manifest, rungs }: Awaited<ReturnType<typeof planSweep>>, out: string): string[] {
  const line = (trial: TrialRecord): string =>
    `${trial.id.padEnd(14)} ${describe(trial)}${trial.status === 'waiting' ? '' : `  (${trial.status})`}`
  return [
    ...manifest.trials.map(line),
    ...rungs.map(({ steps, combinations }, i) => `rung ${i + 1}: ${combinations} combinations to ${steps} steps`),
    `${manifest.trials.length} runs → ${shown(out)}`,
  ]
}

/** On a terminal the runs at work and how far they are, drawn over; elsewhere a line whenever one ends. */
function createTable(out: string, quiet: boolean) {
  const live = !quiet && process.stdout.isTTY
  let manifest: Manifest | undefined
  let drawn = 0
  const erase = (): void => {
    if (drawn > 0) process.stdout.write(`\x1b[${drawn}A\x1b[J`)
    drawn = 0
  }
  const draw = (): void => {
    if (manifest === undefined) return
    erase()
    const { trials } = manifest
    const count = (status: TrialRecord['status']): number => trials.filter((trial) => trial.status === status).length
    const running = trials.filter(({ status }) => status === 'running')
    const lines = running.map((trial) => {
      const share = Math.min(1, stepsOf(runFolderOf(out, trial)) / trial.budget)
      const bar = '█'.repeat(Math.round(share * 20)).padEnd(20, '░')
      return `${bar} ${String(Math.round(share * 100)).padStart(3)}%  ${trial.id}  ${describe(trial)}`
    })
    lines.push(
      `${count('done')} of ${trials.length} done, ${count('waiting')} waiting${count('failed') > 0 ? `, ${count('failed')} failed` : ''}${count('dropped') > 0 ? `, ${count('dropped')} dropped` : ''}`,
    )
    const width = process.stdout.columns || 80
    process.stdout.write(`${lines.map((line) => line.slice(0, width - 1)).join('\n')}\n`)
    drawn = lines.length
  }
  const timer = live ? setInterval(draw, 500) : undefined
  return {
    change(now: Manifest, trial: TrialRecord): void {
      manifest = now
      if (quiet || trial.status === 'running') return
      erase()
      const score = trial.score === null ? '' : ` score ${scoreText(trial.score)}, ${trial.seconds.toFixed(0)} s`
      const why = trial.error === null ? '' : `: ${trial.error.split('\n')[0]}`
      const again = trial.status === 'waiting' && trial.error !== null ? 'failed, is tried again' : trial.status
      print([`${trial.id}  ${again}${score}  ${describe(trial)}${why}`])
      if (live) draw()
    },
    close(): void {
      clearInterval(timer)
      if (live) erase()
    },
  }
}

function print(lines: readonly string[]): void {
  process.stdout.write(`${lines.join('\n')}\n`)
}
