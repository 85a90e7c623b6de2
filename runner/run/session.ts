import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { StateTree } from '../../core/state.ts'
import { messageOf, RingsideError, usageError } from '../../core/errors.ts'
import { describeMachine, differences, type Made } from './build.ts'
import { heard } from './callbacks/heard.ts'
import { openCallbacks, type Callbacks } from './callbacks/open.ts'
import { openCheckpoints, type Checkpoints } from './checkpoint.ts'
import type { Experiment } from './experiment.ts'
import { writeFileAtomic } from './files.ts'
import { assertFree, assertRunFolder, createRunFolder, lockRun, nextRunFolder } from './folder.ts'
import { kindOf } from './kinds/index.ts'
import { isModelConfig } from './kinds/is-model.ts'
import type { RunParts, RunRecord } from './kinds/types.ts'
import { noLivePolicy, openLivePolicy } from './live-policy.ts'
import { openRunLog } from './loggers/run-log.ts'
import { runLoop, type Duty, type LoopPlan } from './loop.ts'
import { readRunConfig } from './open.ts'
import { emptyLogState, newRecord, restoreAll, stateOf } from './run-state.ts'
import { createRateTracker } from './trackers.ts'
import type {
  AnyRunConfig,
  AnySummary,
  ResumeRequest,
  Run,
  RunConfig,
  RunEvent,
  StartRequest,
  Summary,
} from './types.ts'
import { changedCode, describeOwnCode } from './own-code.ts'
import { ringsideVersion } from './version.ts'

/** Builds everything that can be refused, then makes the run folder (config and a checkpoint of step 0) at once. */
export async function startRun<Config extends AnyRunConfig = RunConfig>({
  config: asked,
  out,
  force = false,
  live = false,
  progress,
}: StartRequest<Config>): Promise<Run<Config>> {
  const kind = kindOf(asked)
  const folder = out ?? nextRunFolder(kind.folderName(asked))
  assertFree(folder, force)
  const notes: string[] = []
  const parts = await kind.assemble(asked, notes, progress)
  try {
    const config = ((await kind.begin?.(asked, parts, notes)) ?? asked) as Config
    const made = describeMachine(parts.engine, describeOwnCode(config))
    const record = newRecord()
    const callbacks = await callbacksOf(folder, config, parts, record)
    await createRunFolder(folder, force, async (staging) => {
      writeConfig(staging, config, made)
      const checkpoints = openCheckpoints(staging, config.checkpoint.keep)
      await checkpoints.save(0, stateOf(parts, record, callbacks, emptyLogState), undefined)
      await checkpoints.settle()
    })
    const checkpoints = openCheckpoints(folder, config.checkpoint.keep)
    return openSession({ folder, config, parts, notes, record, callbacks, checkpoints, live })
  } catch (error) {
    parts.close()
    throw error
  }
}

/** Takes a run up again from its newest good checkpoint. */
export async function resumeRun({ folder, steps, live = false, progress }: ResumeRequest): Promise<Run<AnyRunConfig>> {
  assertRunFolder(folder)
  const { config: saved, made, code } = readRunConfig(folder)
  if (steps !== undefined && steps < saved.steps) {
    throw usageError(`--steps ${steps} is less than the run's ${saved.steps}: a resumed run can only go further.`)
  }
  const config: AnyRunConfig = { ...saved, steps: steps ?? saved.steps }
  const release = lockRun(folder)
  const notes: string[] = []
  let parts: RunParts | undefined
  try {
    const checkpoints = openCheckpoints(folder, config.checkpoint.keep)
    const { step, state } = checkpoints.readNewest((text) => notes.push(text))
    const backend = made.backend as RunConfig['engine']
    parts = await kindOf(config).assemble({ ...config, engine: backend }, notes, progress)
    for (const difference of differences(made, describeMachine(parts.engine))) {
      notes.push(`Not the machine that began this run, so the end may differ in the last digits: ${difference}.`)
    }
    notes.push(...changedCode(config, code))
    if (config.steps !== saved.steps) {
      notes.push(
        `The budget is now ${config.steps} steps instead of ${saved.steps}: schedules given as a share of the run stretch with it.`,
      )
      writeConfig(folder, config, made)
    }
    const record = newRecord()
    const callbacks = await callbacksOf(folder, config, parts, record)
    const logState = restoreAll(parts, record, callbacks, state, notes)
    checkpoints.discardAfter(step)
    const resumedFrom = { step, logState }
    return openSession({ folder, config, parts, notes, record, callbacks, checkpoints, live, release, resumedFrom })
  } catch (error) {
    parts?.close()
    release()
    throw error
  }
}

function callbacksOf(folder: string, config: AnyRunConfig, parts: RunParts, record: RunRecord): Promise<Callbacks> {
  const { agent, model } = parts
  return openCallbacks({
    ...{ folder, config },
    ...(agent !== undefined && { agent }),
    ...(model !== undefined && { model }),
    stop: (reason) => void (record.ended ??= reason),
  })
}

interface SessionParts<Config extends AnyRunConfig> {
  readonly folder: string
  readonly config: Config
  readonly parts: RunParts
  readonly notes: readonly string[]
  readonly record: RunRecord
  readonly callbacks: Callbacks
  readonly checkpoints: Checkpoints
  readonly live: boolean
  readonly release?: () => void
  readonly resumedFrom?: { readonly step: number; readonly logState: StateTree }
}

function openSession<Config extends AnyRunConfig>({
  folder,
  config,
  parts,
  notes,
  record,
  callbacks,
  checkpoints,
  live,
  release = lockRun(folder),
  resumedFrom,
}: SessionParts<Config>): Run<Config> {
  const { experiment, timings } = parts
  let stopping = false
  const stopRequested = (): boolean => stopping

  const run = async function* (): AsyncGenerator<RunEvent, AnySummary> {
    const log = openRunLog(
      folder,
      resumedFrom && { step: resumedFrom.step, dutiesStep: record.dutiesStep, state: resumedFrom.logState },
    )
    // Of a model, those who watch look at its samples.
    const shown = live && !isModelConfig(config) ? openLivePolicy(folder) : noLivePolicy
    const before = record.seconds
    const began = performance.now()
    const seconds = (): number => before + (performance.now() - began) / 1000
    const rate = createRateTracker()

    const save = async (step: number): Promise<RunEvent> => {
      const at = performance.now()
      log.flush()
      record.seconds = seconds()
      await checkpoints.save(step, stateOf(parts, record, callbacks, log.state()), record.bestStep)
      timings.lap('checkpoint', at)
      return { kind: 'checkpoint', step, best: record.bestStep === step, milliseconds: performance.now() - at }
    }
    const flushLog = atLeisure(() => {
      const at = performance.now()
      log.flush()
      timings.lap('log', at)
    })
    const writeAhead = atLeisure(() => {
      const at = performance.now()
      checkpoints.writeAhead(experiment.segments?.() ?? [])
      timings.lap('checkpoint', at)
    })
    const row: Duty = {
      every: config.log.every,
      async *run(step) {
        const at = performance.now()
        const own = parts.row()
        const metrics = { ...own, ...callbacks.row(own) }
        log.metrics(step, metrics, seconds())
        timings.lap('log', at)
        yield { kind: 'metrics', step, metrics }
      },
    }
    const own = parts.duties({ config, folder, record, log, stopRequested })
    const checkpoint: Duty = {
      // Asked whenever another duty may have found the best so far: that one is always kept.
      every: own.map(({ every }) => every).reduce(gcd, config.checkpoint.every),
      async *run(step) {
        checkpoints.check()
        const due = step % config.checkpoint.every === 0 || step >= config.steps || record.ended !== null
        if (!due && record.bestStep !== step) return
        record.dutiesStep = step
        yield await save(step)
      },
    }
    const plan: LoopPlan = {
      experiment,
      steps: config.steps,
      updates: ('updates' in config.budget && config.budget.updates) || undefined,
      dutiesStep: record.dutiesStep,
      rate,
      // What is saved knows of all that came before.
      duties: [...callbacks.duties, ...own, row, checkpoint],
      follower: parts.follower(log),
      ended() {
        record.ended ??= spent(config.budget, experiment, seconds())
        return record.ended !== null
      },
      stopRequested,
      progress() {
        checkpoints.check()
        flushLog()
        writeAhead()
        shown.offer(experiment.step, () => experiment.state().policy)
        const stepsPerSecond = rate.stepsPerSecond()
        return {
          kind: 'progress',
          step: experiment.step,
          steps: config.steps,
          stepsPerSecond,
          etaSeconds: stepsPerSecond > 0 ? (config.steps - experiment.step) / stepsPerSecond : Infinity,
          ...parts.progress(),
        }
      },
    }
    const summary = (status: Summary['status'], more: Partial<AnySummary> = {}): AnySummary => {
      const all = timings.seconds()
      const training = parts.training.reduce((sum, part) => sum + (all[part] ?? 0), 0)
      const made = {
        status,
        steps: experiment.step,
        ...parts.summary(),
        bestStep: record.bestStep ?? null,
        endedEarly: record.ended,
        seconds: record.seconds,
        stepsPerSecond: training > 0 ? experiment.step / training : 0,
        timings: all,
        engine: parts.engine.description,
        ...more,
      } as AnySummary
      writeFileAtomic(join(folder, 'summary.json'), `${JSON.stringify(made, null, 2)}\n`)
      return made
    }

    const endedWith = async function* (ended: AnySummary): AsyncGenerator<RunEvent, AnySummary> {
      await callbacks.end(ended)
      yield* callbacks.notes()
      return ended
    }

    try {
      const earlier = finishedSummary(folder)
      if (earlier !== undefined && (record.ended !== null || experiment.step >= config.steps)) return earlier
      await callbacks.start(experiment.step)
      yield* callbacks.notes()
      yield* heard(runLoop(plan), callbacks)
      record.dutiesStep = plan.dutiesStep
      record.seconds = seconds()
      await checkpoints.settle()
      if (stopping) {
        // In the middle of a step's duties, they are done again by the run that resumes.
        if (!checkpoints.steps({ resumable: true }).includes(experiment.step)) yield await save(experiment.step)
        await checkpoints.settle()
        return yield* endedWith(summary('stopped'))
      }
      if (checkpoints.steps({ resumable: true }).at(-1) !== experiment.step) yield await save(experiment.step)
      await checkpoints.settle()
      const results = yield* heard(parts.finish({ config, folder, checkpoints, log, stopRequested }), callbacks)
      return yield* endedWith(results === undefined ? summary('stopped') : summary('finished', results))
    } catch (error) {
      log.flush()
      summary('failed', { error: messageOf(error) })
      throw new RingsideError(failure(error, experiment.step, folder), {
        cause: error,
        ...(error instanceof RingsideError && { exitStatus: error.exitStatus }),
      })
    } finally {
      // Nothing is written any more when the run is let go; what went wrong has been told.
      await checkpoints.settle().catch(() => undefined)
      log.close()
      shown.close()
      callbacks.close()
      parts.close()
      release()
    }
  }

  return {
    folder,
    config,
    startStep: resumedFrom?.step ?? 0,
    notes,
    events: run as Run<Config>['events'],
    stop() {
      stopping = true
    },
  }
}

const leisureMilliseconds = 250
/** Work at leisure may take a two-hundredth of the time. */
const leisureShare = 200

/** Does the work when it is called, but seldom enough. */
function atLeisure(work: () => void): () => void {
  let nextAt = performance.now() + leisureMilliseconds
  return () => {
    const began = performance.now()
    if (began < nextAt) return
    work()
    const now = performance.now()
    nextAt = now + Math.max(leisureMilliseconds, leisureShare * (now - began))
  }
}

/** Which budget is used up, in words; null for none. Asked every few milliseconds. */
function spent(budget: AnyRunConfig['budget'], experiment: Experiment, seconds: number): string | null {
  if ('updates' in budget && budget.updates !== null && (experiment.updates ?? 0) >= budget.updates)
    return `the budget of ${budget.updates} updates is used up`
  if (budget.seconds !== null && seconds >= budget.seconds) return `the budget of ${budget.seconds} seconds is used up`
  return null
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}

function finishedSummary(folder: string): AnySummary | undefined {
  const path = join(folder, 'summary.json')
  if (!existsSync(path)) return undefined
  try {
    const summary = JSON.parse(readFileSync(path, 'utf8')) as AnySummary
    return summary.status === 'finished' ? summary : undefined
  } catch {
    return undefined
  }
}

function writeConfig(folder: string, config: AnyRunConfig, made: Made): void {
  writeFileAtomic(
    join(folder, 'config.json'),
    `${JSON.stringify({ ringside: ringsideVersion(), ...config, made }, null, 2)}\n`,
  )
}

function failure(error: unknown, step: number, folder: string): string {
  const message = messageOf(error).trim()
  // What is ours says already what happened and when.
  const what = error instanceof RingsideError ? message : `Training failed at step ${step}: ${message}`
  return `${what}${/[.!?]$/.test(message) ? '' : '.'} The run's last checkpoint is kept in ${folder}.`
}
