import { availableParallelism } from 'node:os'
import { basename, extname, join } from 'node:path'
import { messageOf, usageError } from '../../core/errors.ts'
import { compareRuns, type Comparison } from '../report/compare.ts'
import { writeComparison } from '../report/write-comparison.ts'
import type { Manifest, TrialRecord } from '../scale/manifest.ts'
import { describe, groupedBy, planSweep, runFolderOf, runSweep } from '../scale/run-sweep.ts'
import { readSweepFile } from '../scale/sweep-file.ts'
import { stepsOf } from '../scale/trial-process.ts'
import { printComparison } from './compare.ts'
import { shown } from './train-report.ts'
import { scoreText } from '../report/score-text.ts'

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { file, dryRun, json, ...rest } = args as unknown as {
    file: string
    workers?: number
    out?: string
    dryRun: boolean
    json: boolean
  }
  if (rest.workers !== undefined && !(Number.isInteger(rest.workers) && rest.workers >= 1 && rest.workers <= 256))
    throw usageError(`--workers is a whole number from 1 to 256, got ${rest.workers}.`)
  const sweep = readSweepFile(file)
  const out = rest.out ?? join('sweeps', basename(file, extname(file)))
  const planned = await planSweep(sweep, out)
  // Threads are the runs' own (their numbers depend on them), so the cores are shared out by how many run at a time.
  const workers = rest.workers ?? Math.max(1, Math.floor(availableParallelism() / planned.threads))
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
  const table = createTable(out, json)
  let manifest: Manifest
  try {
    if (!json) print([`${planned.manifest.trials.length} runs, ${workers} at a time → ${shown(out)}`])
    manifest = await runSweep({ sweep, out, workers, signal: stop.signal, onChange: table.change })
  } finally {
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
