import { setImmediate as nextTick } from 'node:timers/promises'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { createRng } from '../../core/rng.ts'
import { fields, type StateTree } from '../../core/state.ts'
import { messageOf, RingsideError, usageError } from '../../core/errors.ts'
import type { Agent } from '../../agents/types.ts'
import { openEngine } from '../../engine/index.ts'
import type { Engine } from '../../engine/types.ts'
import { makeVector, withStatistics } from '../../envs/index.ts'
import type { VectorEnv } from '../../envs/types.ts'
import { createAgentExperiment } from './agent-experiment.ts'
import { buildAgent, describeMachine, differences, type Made } from './build.ts'
import { openCheckpoints, type Checkpoints } from './checkpoint.ts'
import { shortName } from './config.ts'
import { evaluate } from './evaluation.ts'
import type { Experiment } from './experiment.ts'
import { writeFileAtomic } from './files.ts'
import { finishRun } from './finish.ts'
import { assertFree, assertRunFolder, createRunFolder, lockRun, nextRunFolder } from './folder.ts'
import { initFrom } from './init-from.ts'
import { openRunLog, type RunLog } from './loggers/run-log.ts'
import { noLivePolicy, openLivePolicy } from './live-policy.ts'
import { runLoop, type Duty, type LoopPlan } from './loop.ts'
import { readRunConfig } from './open.ts'
import {
  createEpisodeTracker,
  createRateTracker,
  createTimings,
  type EpisodeTracker,
  type Timings,
} from './trackers.ts'
import type { ResumeRequest, Run, RunConfig, RunEvent, StartRequest, Summary } from './types.ts'
import { ringsideVersion } from './version.ts'

/** Builds everything that can be refused, then makes the run folder (config and a checkpoint of step 0) at once. */
export async function startRun({ config: asked, out, force = false, live = false }: StartRequest): Promise<Run> {
  const folder = out ?? nextRunFolder(`${shortName(asked.agent.name)}-${shortName(asked.env.id)}`)
  assertFree(folder, force)
  const notes: string[] = []
  const parts = await assemble(asked, notes)
  try {
    const from = asked.initFrom === null ? null : await initFrom(parts.agent, parts.engine, asked.initFrom)
    if (from !== null) notes.push(`Begins with the weights of ${from.run}, step ${from.checkpoint}.`)
    const config: RunConfig = { ...asked, initFrom: from }
    const made = describeMachine(parts.engine)
    createRunFolder(folder, force, (staging) => {
      writeConfig(staging, config, made)
      openCheckpoints(staging, config.checkpoint.keep).save(0, stateOf(parts, newRecord(), emptyLogState), undefined)
    })
    return openSession({ folder, config, parts, notes, record: newRecord(), made, live })
  } catch (error) {
    parts.close()
    throw error
  }
}

/** Takes a run up again from its newest good checkpoint. */
export async function resumeRun({ folder, steps, live = false }: ResumeRequest): Promise<Run> {
  assertRunFolder(folder)
  const { config: saved, made } = readRunConfig(folder)
  if (steps !== undefined && steps < saved.steps) {
    throw usageError(`--steps ${steps} is less than the run's ${saved.steps}: a resumed run can only go further.`)
  }
  const config: RunConfig = { ...saved, steps: steps ?? saved.steps }
  const release = lockRun(folder)
  const notes: string[] = []
  let parts: Parts | undefined
  try {
    const checkpoints = openCheckpoints(folder, config.checkpoint.keep)
    const { step, state } = checkpoints.readNewest((text) => notes.push(text))
    const backend = made.backend as RunConfig['engine']
    parts = await assemble({ ...config, engine: backend }, notes)
    for (const difference of differences(made, describeMachine(parts.engine))) {
      notes.push(`Not the machine that began this run, so the end may differ in the last digits: ${difference}.`)
    }
    if (config.steps !== saved.steps) {
      notes.push(
        `The budget is now ${config.steps} steps instead of ${saved.steps}: schedules given as a share of the run stretch with it.`,
      )
      writeConfig(folder, config, made)
    }
    const { record, logState } = restoreAll(parts, state.policy, state.training, notes)
    checkpoints.discardAfter(step)
    return openSession({ folder, config, parts, notes, record, made, live, release, resumedFrom: { step, logState } })
  } catch (error) {
    parts?.close()
    release()
    throw error
  }
}

/** The live pieces of a run. */
interface Parts {
  readonly engine: Engine
  readonly env: VectorEnv
  readonly agent: Agent
  readonly experiment: Experiment
  readonly episodes: EpisodeTracker
  readonly timings: Timings
  close(): void
}

/** What the run itself remembers, beside its experiment and logs. */
interface RunRecord {
  /** Duties (evaluation, log row, checkpoint) are done up to this step. */
  dutiesStep: number
  bestStep: number | undefined
  bestReturn: number
  /** An evaluation reached `stopOnScore`. */
  ended: boolean
  /** Wall-clock seconds of training in earlier sessions. */
  seconds: number
}

const emptyLogState: StateTree = { tensorBoardBytes: 0 }

function newRecord(): RunRecord {
  return { dutiesStep: 0, bestStep: undefined, bestReturn: -Infinity, ended: false, seconds: 0 }
}

async function assemble(config: RunConfig, notes: string[]): Promise<Parts> {
  const engine = await openEngine({ engine: config.engine, device: config.device, threads: config.threads })
  if (engine.notice !== undefined) notes.unshift(engine.notice)
  let env: VectorEnv | undefined
  try {
    const { lanes, vectorMode: mode, workers } = config
    env = await makeVector(config.env, { lanes, mode, autoreset: 'same-step', ...(workers > 0 && { workers }) })
    const agent = await buildAgent(config, engine, env, (line) => notes.push(line))
    const timings = createTimings()
    const rng = createRng(config.seed, 'exploration')
    const experiment = createAgentExperiment({ agent, env, rng, seed: createRng(config.seed, 'env').uint32(), timings })
    const opened = env
    return {
      engine,
      env,
      agent,
      experiment,
      episodes: createEpisodeTracker(),
      timings,
      close() {
        agent.dispose?.()
        opened.close()
        engine.dispose()
      },
    }
  } catch (error) {
    env?.close()
    engine.dispose()
    throw error
  }
}

function stateOf({ experiment, episodes, timings }: Parts, record: RunRecord, logState: StateTree) {
  const { policy, training } = experiment.state()
  const run = {
    ...record,
    bestStep: record.bestStep ?? null,
    timings: timings.seconds(),
    episodes: episodes.state(),
    log: logState,
  }
  return { policy, training: { ...training, run } }
}

function restoreAll(
  parts: Parts,
  policy: StateTree,
  training: StateTree,
  notes: string[],
): { record: RunRecord; logState: StateTree } {
  const run = fields(training['run'], 'the run')
  parts.experiment.restore({ policy, training }, (text) => notes.push(text))
  parts.episodes.restore(run.tree('episodes'))
  parts.timings.restore(run.tree('timings') as Record<string, number>)
  const best = run.get('bestStep')
  const record: RunRecord = {
    dutiesStep: run.number('dutiesStep'),
    bestStep: typeof best === 'number' ? best : undefined,
    bestReturn: run.number('bestReturn'),
    ended: run.boolean('ended'),
    seconds: run.number('seconds'),
  }
  return { record, logState: run.tree('log') }
}

interface SessionParts {
  readonly folder: string
  readonly config: RunConfig
  readonly parts: Parts
  readonly notes: readonly string[]
  readonly record: RunRecord
  readonly made: Made
  readonly live: boolean
  readonly release?: () => void
  readonly resumedFrom?: { readonly step: number; readonly logState: StateTree }
}

function openSession({
  folder,
  config,
  parts,
  notes,
  record,
  live,
  release = lockRun(folder),
  resumedFrom,
}: SessionParts): Run {
  const { experiment, episodes, timings } = parts
  let stopping = false

  const run = async function* (): AsyncGenerator<RunEvent, Summary> {
    const log = openRunLog(
      folder,
      resumedFrom && { step: resumedFrom.step, dutiesStep: record.dutiesStep, state: resumedFrom.logState },
    )
    const checkpoints = openCheckpoints(folder, config.checkpoint.keep)
    const shown = live ? openLivePolicy(folder) : noLivePolicy
    const before = record.seconds
    const began = performance.now()
    const seconds = (): number => before + (performance.now() - began) / 1000
    const rate = createRateTracker()

    const save = (step: number): RunEvent => {
      const at = performance.now()
      log.flush()
      record.seconds = seconds()
      checkpoints.save(step, stateOf(parts, record, log.state()), record.bestStep)
      timings.lap('checkpoint', at)
      return { kind: 'checkpoint', step, best: record.bestStep === step, milliseconds: performance.now() - at }
    }
    const plan: LoopPlan = {
      experiment,
      steps: config.steps,
      dutiesStep: record.dutiesStep,
      rate,
      duties: dutiesOf({ config, parts, record, log, checkpoints, seconds, save, stopRequested: () => stopping }),
      follower: {
        episode(episode, step) {
          episodes.add(episode)
          log.episode(episode, episodes.episodes, step)
        },
      },
      ended: () => record.ended,
      stopRequested: () => stopping,
      progress() {
        log.flush()
        shown.offer(experiment.step, () => experiment.state().policy)
        const stepsPerSecond = rate.stepsPerSecond()
        const { epsilon } = experiment.metrics()
        return {
          kind: 'progress',
          step: experiment.step,
          steps: config.steps,
          stepsPerSecond,
          episodes: episodes.episodes,
          meanReturn: episodes.meanReturn(),
          epsilon,
          etaSeconds: stepsPerSecond > 0 ? (config.steps - experiment.step) / stepsPerSecond : Infinity,
        }
      },
    }
    const summary = (status: Summary['status'], more: Partial<Summary> = {}): Summary => {
      const all = timings.seconds()
      const training = ['act', 'envStep', 'observe', 'learn'].reduce((sum, part) => sum + (all[part] ?? 0), 0)
      const made: Summary = {
        status,
        steps: experiment.step,
        episodes: episodes.episodes,
        score: null,
        bestScore: null,
        bestStep: record.bestStep ?? null,
        seconds: record.seconds,
        stepsPerSecond: training > 0 ? experiment.step / training : 0,
        timings: all,
        engine: parts.engine.description,
        ...more,
      }
      writeFileAtomic(join(folder, 'summary.json'), `${JSON.stringify(made, null, 2)}\n`)
      return made
    }

    try {
      const earlier = finishedSummary(folder)
      if (earlier !== undefined && (record.ended || experiment.step >= config.steps)) return earlier
      yield* runLoop(plan)
      record.dutiesStep = plan.dutiesStep
      if (stopping) {
        // In the middle of a step's duties, they are done again by the run that resumes.
        if (!checkpoints.steps({ resumable: true }).includes(experiment.step)) yield save(experiment.step)
        return summary('stopped')
      }
      if (checkpoints.steps({ resumable: true }).at(-1) !== experiment.step) yield save(experiment.step)
      const results = yield* finishRun({ folder, config, parts, checkpoints, log, stopRequested: () => stopping })
      return results === undefined ? summary('stopped') : summary('finished', results)
    } catch (error) {
      log.flush()
      summary('failed', { error: messageOf(error) })
      throw new RingsideError(failure(error, experiment.step, folder), {
        cause: error,
        ...(error instanceof RingsideError && { exitStatus: error.exitStatus }),
      })
    } finally {
      log.close()
      shown.close()
      parts.close()
      release()
    }
  }

  return {
    folder,
    config,
    startStep: resumedFrom?.step ?? 0,
    notes,
    events: run,
    stop() {
      stopping = true
    },
  }
}

interface DutyParts {
  readonly config: RunConfig
  readonly parts: Parts
  readonly record: RunRecord
  readonly log: RunLog
  readonly checkpoints: Checkpoints
  seconds(): number
  save(step: number): RunEvent
  stopRequested(): boolean
}

/** Evaluation, then the row of metrics, then the checkpoint: what is saved knows of all that came before. */
function dutiesOf({ config, parts, record, log, seconds, save, stopRequested }: DutyParts): Duty[] {
  const { agent, env, experiment, episodes, timings } = parts
  let bestIsNew = false
  const evaluation: Duty = {
    every: config.evaluation.every,
    async *run(step) {
      const at = performance.now()
      const result = await evaluate({
        agent,
        env: withStatistics(config.env, env.statistics()),
        episodes: config.evaluation.episodes,
        seed: config.seed,
        purpose: `step ${step}`,
        breathe: nextTick,
        stopRequested,
      })
      timings.lap('evaluate', at)
      if (result === undefined) return
      // Of equals the later one: it has learned more.
      bestIsNew = result.meanReturn >= record.bestReturn
      if (bestIsNew) {
        record.bestReturn = result.meanReturn
        record.bestStep = step
      }
      const { stopOnScore } = config.evaluation
      if (stopOnScore !== null && result.meanReturn >= stopOnScore) record.ended = true
      log.evaluation({ step, ...result })
      yield { kind: 'evaluation', step, best: bestIsNew, ...result }
    },
  }
  const row: Duty = {
    every: config.log.every,
    async *run(step) {
      const at = performance.now()
      const metrics = {
        episodes: episodes.episodes,
        meanReturn: episodes.meanReturn() ?? NaN,
        meanLength: episodes.meanLength() ?? NaN,
        ...experiment.metrics(),
      }
      log.metrics(step, metrics, seconds())
      timings.lap('log', at)
      yield { kind: 'metrics', step, metrics }
    },
  }
  const checkpoint: Duty = {
    // Asked at every evaluation as well: the best one is always kept.
    every: gcd(config.checkpoint.every, config.evaluation.every),
    async *run(step) {
      const due = step % config.checkpoint.every === 0 || step >= config.steps || record.ended
      if (!due && !bestIsNew) return
      bestIsNew = false
      record.dutiesStep = step
      yield save(step)
    },
  }
  return [evaluation, row, checkpoint]
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b)
}

function finishedSummary(folder: string): Summary | undefined {
  const path = join(folder, 'summary.json')
  if (!existsSync(path)) return undefined
  try {
    const summary = JSON.parse(readFileSync(path, 'utf8')) as Summary
    return summary.status === 'finished' ? summary : undefined
  } catch {
    return undefined
  }
}

function writeConfig(folder: string, config: RunConfig, made: Made): void {
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
