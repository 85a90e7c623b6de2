import { SingleBar } from 'cli-progress'
import { relative } from 'node:path'
import { usageError } from '../../core/errors.ts'
import { resolveConfig } from '../run/config.ts'
import { openPage } from './page-process.ts'
import { resumeRun, startRun } from '../run/session.ts'
import type { ProgressEvent, Run, Summary } from '../run/types.ts'

interface TrainArgs {
  readonly agent?: string
  readonly env?: string
  readonly set?: string[]
  readonly steps?: number
  readonly seed?: number
  readonly lanes?: number
  readonly initFrom?: string
  readonly engine?: string
  readonly device?: string
  readonly threads?: number
  readonly config?: string
  readonly out?: string
  readonly force: boolean
  readonly resume?: string
  readonly watch: boolean
  readonly quiet: boolean
  readonly json: boolean
}

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { agent, env, set, config, out, force, resume, watch, quiet, json, ...flags } = args as unknown as TrainArgs
  let training: Run
  if (resume === undefined) {
    const { steps, seed, lanes, initFrom, engine, device, threads } = flags
    const request = { steps, seed, lanes, initFrom, engine, device, threads }
    const resolved = await resolveConfig({
      ...(agent !== undefined && { agent }),
      ...(env !== undefined && { env }),
      ...(config !== undefined && { file: config }),
      ...(set !== undefined && { sets: set }),
      flags: request,
    })
    training = await startRun({ config: resolved, force, live: watch, ...(out !== undefined && { out }) })
  } else {
    if ([agent, config, set, out, flags.initFrom].some((given) => given !== undefined)) {
      throw usageError(
        '--resume goes on with a run as it is; it takes --steps for a larger budget and nothing else that changes the run.',
      )
    }
    training = await resumeRun({
      folder: resume,
      live: watch,
      ...(flags.steps !== undefined && { steps: flags.steps }),
    })
  }
  const page = watch ? await openPage(training.folder) : undefined
  let summary: Summary
  try {
    if (page !== undefined) (json ? process.stderr : process.stdout).write(`Watch it learn: ${page.address}\n`)
    summary = await follow(training, quiet || json)
  } finally {
    page?.close()
  }
  if (json) process.stdout.write(`${JSON.stringify({ run: training.folder, ...summary })}\n`)
  else report(training, summary)
  if (summary.status === 'stopped') process.exitCode = 1
}

/** Runs it to its end with a progress bar. Ctrl-C saves and stops; a second one leaves at once. */
async function follow(training: Run, quiet: boolean): Promise<Summary> {
  const say = (line: string): void => void (quiet || process.stdout.write(`${line}\n`))
  for (const note of training.notes) say(note)
  const { agent, env, steps } = training.config
  const from = training.startStep > 0 ? ` from step ${training.startStep.toLocaleString('en')}` : ''
  say(
    `${agent.name} on ${env.id}: ${steps.toLocaleString('en')} steps${from}, seed ${training.config.seed} → ${shown(training.folder)}`,
  )

  const bar = quiet ? undefined : createBar()
  const interrupt = (): void => {
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
    say('\nSaving…')
    training.stop()
  }
  process.on('SIGINT', interrupt)
  process.on('SIGTERM', interrupt)
  const events = training.events()
  try {
    for (;;) {
      const { value: event, done } = await events.next()
      if (done === true) return event
      if (event.kind === 'progress') bar?.update(event)
      if (event.kind === 'note') say(event.text)
      if (event.kind === 'phase') {
        bar?.stop()
        if (event.phase === 'scoring') say('Scoring the final and the best agent…')
      }
    }
  } finally {
    bar?.stop()
    process.off('SIGINT', interrupt)
    process.off('SIGTERM', interrupt)
  }
}

interface Bar {
  update(event: ProgressEvent): void
  stop(): void
}

function createBar(): Bar {
  const isTty = process.stdout.isTTY
  const bar = new SingleBar({
    format: '{bar} {percentage}% | {value}/{total} steps | {rate} steps/s | return {return} | ε {epsilon} | ETA {left}',
    stream: process.stdout,
    hideCursor: isTty,
    barsize: 24,
    barCompleteChar: '█',
    barIncompleteChar: '░',
    clearOnComplete: false,
    noTTYOutput: true,
    // In a pipe every drawing is a line of its own.
    notTTYSchedule: 3000,
    fps: 10,
    gracefulExit: false,
  })
  let started = false
  return {
    update({ step, steps, stepsPerSecond, meanReturn, epsilon, etaSeconds }) {
      const payload = {
        rate: Math.round(stepsPerSecond).toLocaleString('en'),
        return: meanReturn === undefined ? '–' : meanReturn.toFixed(1),
        epsilon: epsilon === undefined ? '–' : epsilon.toFixed(2),
        left: duration(etaSeconds),
      }
      if (!started) bar.start(steps, step, payload)
      else bar.update(step, payload)
      started = true
    },
    stop() {
      if (started) bar.stop()
      started = false
    },
  }
}

function report({ folder }: Run, summary: Summary): void {
  const run = shown(folder)
  const lines = [
    '',
    summary.status === 'stopped'
      ? `Stopped and saved at step ${summary.steps.toLocaleString('en')}. Go on with: npx ringside train --resume ${run}`
      : `Best score   ${score(summary.bestScore)}  (checkpoint of step ${summary.bestStep?.toLocaleString('en') ?? '–'}, 100 fresh episodes)`,
  ]
  if (summary.status === 'finished') {
    const rate = Math.round(summary.stepsPerSecond).toLocaleString('en')
    lines.push(
      `Final score  ${score(summary.score)}`,
      `Training     ${summary.seconds.toFixed(1)} s, ${rate} steps/s, ${summary.episodes.toLocaleString('en')} episodes; ${summary.engine}`,
      '',
      `Learning curve  ${run}/plots/learning-curve.png`,
      `Film            ${run}/media/episode.gif`,
      `Numbers         ${run}/summary.json, metrics.csv, episodes.csv, evaluations.json; tensorboard --logdir ${run}`,
      '',
      'Next:',
      `  npx ringside watch ${run}`,
      `  npx ringside record ${run} --episodes 3`,
      `  npx ringside evaluate ${run}`,
    )
  }
  process.stdout.write(`${lines.join('\n')}\n`)
}

function score(value: number | null): string {
  return value === null ? '–' : value.toFixed(1)
}

function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return '–'
  const s = Math.round(seconds)
  return s < 60
    ? `${s}s`
    : s < 3600
      ? `${Math.floor(s / 60)}m${String(s % 60).padStart(2, '0')}s`
      : `${Math.floor(s / 3600)}h${Math.floor((s % 3600) / 60)}m`
}

function shown(path: string): string {
  return relative(process.cwd(), path) || '.'
}
