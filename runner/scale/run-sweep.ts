import { join } from 'node:path'
import { inContext, usageError } from '../../core/errors.ts'
import { resolveConfig, runSchema } from '../run/config.ts'
import { keysOf } from '../run/config-layers.ts'
import { modelRunSchema, resolveModelConfig } from '../run/model-config.ts'
import { checkModel, createTrialChecker } from './check-trials.ts'
import { lockSweep, openManifest, saveManifest, type Manifest, type TrialRecord } from './manifest.ts'
import { rungsOf, type SweepFile, type Trial } from './sweep-file.ts'
import { runTrial, setsOf, stepsOf, type TrialEnd } from './trial-process.ts'

export interface SweepRequest {
  readonly sweep: SweepFile
  /** The sweep's folder: sweep.json and runs/. */
  readonly out: string
  /** Trials at a time. */
  readonly workers: number
  /** Default: in a process of its own, here. */
  readonly run?: TrialRunner
  /** Asks all runs to save and stop. */
  readonly signal: AbortSignal
  /** Told whenever a trial begins or ends. */
  readonly onChange?: (manifest: Manifest, changed: TrialRecord) => void
}

/** Has a trial trained until it has made `steps`: here, or by whoever takes it off a queue. Calls `begun` when that begins. */
export type TrialRunner = (trial: Trial, steps: number, signal: AbortSignal, begun: () => void) => Promise<TrialEnd>

export interface PlannedSweep {
  readonly manifest: Manifest
  /** Environment steps of a trial, and with a halving those of its rungs. */
  readonly rungs: readonly { readonly steps: number; readonly combinations: number }[]
  /** The engine's threads of a run, of those with the most. */
  readonly threads: number
}

/** Checks every combination of a sweep before anything runs. Throws usage errors that name the combination. */
export async function planSweep(sweep: SweepFile, out: string): Promise<PlannedSweep> {
  const manifest = openManifest(out, sweep)
  /** Of each combination. */
  const stepsOf = new Map<number, number>()
  const checker = createTrialChecker()
  // Of a halving, agents are built for the steps of its first rung.
  const first = sweep.search.kind === 'halving' ? sweep.search.start : undefined
  let threads = 1
  try {
    for (const each of manifest.trials) {
      const { combination, agent, env, ofModel, settings } = each
      if (stepsOf.has(combination)) continue
      try {
        const steps = settings['steps'] as number | undefined
        if (ofModel) {
          const request = { model: agent, dataset: env, sets: setsOf(settings), flags: { steps } }
          const begun = await checkModel(await resolveModelConfig(request), first !== undefined)
          stepsOf.set(combination, begun.steps)
          threads = Math.max(threads, begun.threads)
          continue
        }
        const configOf = (steps?: number) => resolveConfig({ agent, env, sets: setsOf(settings), flags: { steps } })
        const config = await configOf(steps)
        await checker.check(first === undefined || first >= config.steps ? config : await configOf(first))
        stepsOf.set(combination, config.steps)
        threads = Math.max(threads, config.threads)
      } catch (error) {
        throw inContext(describe(each), error)
      }
    }
  } finally {
    checker.close()
  }
  const rungs = rungsIn(sweep, [...new Set(stepsOf.values())])
  // Those that have begun keep the budget they began with.
  for (const trial of manifest.trials)
    if (trial.budget === 0) trial.budget = rungs[0]?.steps ?? stepsOf.get(trial.combination)!
  return { manifest, rungs, threads }
}

function rungsIn({ search }: SweepFile, budgets: readonly number[]): PlannedSweep['rungs'] {
  if (search.kind !== 'halving') return []
  const [steps = 0] = budgets
  if (budgets.length > 1)
    throw usageError(`A halving wants the same steps for all runs, got ${[...budgets].join(', ')}.`)
  if (search.start >= steps)
    throw usageError(`search.start of a halving is less than the runs' ${steps} steps, got ${search.start}.`)
  return rungsOf(search, steps)
}

/**
 * Runs what is left of a sweep, several processes at a time; sweep.json knows at every moment how far it is. Resolves when
 * all is done, has failed for good, or was stopped.
 */
export async function runSweep(request: SweepRequest): Promise<Manifest> {
  const { sweep, out, signal } = request
  const release = lockSweep(out)
  try {
    const { manifest, rungs } = await planSweep(sweep, out)
    saveManifest(out, manifest)
    if (rungs.length === 0) await runAll(request, manifest, manifest.trials, (trial) => trial.budget)
    for (const [i, rung] of rungs.entries()) {
      if (signal.aborted) break
      const inIt = manifest.trials.filter(({ status }) => status !== 'dropped')
      // A sweep that was cut on a later rung has left this one behind.
      if (inIt.some(({ budget }) => budget > rung.steps)) continue
      for (const trial of inIt) if (trial.status === 'done' && trial.steps < rung.steps) trial.status = 'waiting'
      await runAll(request, manifest, inIt, () => rung.steps)
      const next = rungs[i + 1]
      if (next === undefined || inIt.some(({ status }) => status === 'waiting')) break
      for (const trial of losers(inIt, next.combinations)) {
        // A failure stays one.
        if (trial.status !== 'done') continue
        trial.status = 'dropped'
        request.onChange?.(manifest, trial)
      }
      saveManifest(out, manifest)
    }
    return manifest
  } finally {
    release()
  }
}

function here(out: string): TrialRunner {
  return (trial, steps, signal, begun) => {
    begun()
    return runTrial(trial, runFolderOf(out, trial), steps, signal)
  }
}

/** The folder of a trial's run. */
export function runFolderOf(out: string, { id }: Pick<TrialRecord, 'id'>): string {
  return join(out, 'runs', id)
}

/** What `compare` groups the runs of a sweep by. */
export function groupedBy({ agent, ofModels, over }: SweepFile): string {
  const owner = ofModels ? 'model' : 'agent'
  const owned = ofModels ? [...keysOf(modelRunSchema), 'model', 'dataset'] : [...keysOf(runSchema), 'agent', 'env']
  const keys = Object.keys(over).map((key) => (owned.includes(key.split('.')[0]!) ? key : `${owner}.${key}`))
  const several = Array.isArray(agent) && agent.length > 1
  return keys.length === 0 ? `${owner}.name` : [...(several ? [`${owner}.name`] : []), ...keys].join(',')
}

/** `dqn CartPole-v1, learningRate 0.001`: what a trial is, but for its seed. */
export function describe({ agent, env, chosen }: Pick<TrialRecord, 'agent' | 'env' | 'chosen'>): string {
  const settings = Object.entries(chosen).map(
    ([key, value]) =>
      `${key.replace(/^(agent|model)\./, '')} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  )
  return [`${agent} ${env}`, ...settings].join(', ')
}

async function runAll(
  { sweep, out, workers, run = here(out), signal, onChange }: SweepRequest,
  manifest: Manifest,
  trials: readonly TrialRecord[],
  budgetOf: (trial: TrialRecord) => number,
): Promise<void> {
  const queue = trials.filter(({ status }) => status === 'waiting')
  for (const trial of queue) Object.assign(trial, { budget: budgetOf(trial), attempts: 0 })
  // Where the sweep itself fails (a full disk), the runs at work save as if they were asked to stop.
  const failure = new AbortController()
  const stop = AbortSignal.any([signal, failure.signal])
  const tell = (trial: TrialRecord): void => {
    saveManifest(out, manifest)
    onChange?.(manifest, trial)
  }
  const work = async (): Promise<void> => {
    for (let trial = queue.shift(); trial !== undefined && !stop.aborted; trial = queue.shift()) {
      const current = trial
      current.attempts++
      const end = await run(trial, trial.budget, stop, () => {
        current.status = 'running'
        tell(current)
      })
      trial.steps = stepsOf(runFolderOf(out, trial))
      if (end.kind === 'done') {
        const { seconds, steps } = end.summary
        Object.assign(trial, { status: 'done', score: end.score, seconds, steps, error: end.why ?? null })
      } else if (end.kind === 'failed') {
        trial.error = end.error
        trial.status = trial.attempts > sweep.retries ? 'failed' : 'waiting'
        if (trial.status === 'waiting') queue.push(trial)
      } else trial.status = 'waiting'
      tell(trial)
    }
  }
  const guarded = (): Promise<void> =>
    work().catch((error: unknown) => {
      failure.abort()
      throw error
    })
  const ends = await Promise.allSettled(Array.from({ length: workers }, guarded))
  const failed = ends.find(({ status }) => status === 'rejected') as PromiseRejectedResult | undefined
  if (failed !== undefined) throw failed.reason
}

/** In each agent and environment, the trials of all combinations but the best so many, by the mean score over seeds. */
function losers(trials: readonly TrialRecord[], combinations: number): TrialRecord[] {
  return groups(trials, ({ agent, env }) => `${agent} ${env}`).flatMap((task) => {
    const mean = (of: readonly TrialRecord[]): number =>
      of.reduce((sum, { score }) => sum + (score ?? -Infinity), 0) / of.length
    const ranked = groups(task, ({ combination }) => String(combination)).sort((a, b) => mean(b) - mean(a))
    return ranked.slice(combinations).flat()
  })
}

function groups<T>(items: readonly T[], keyOf: (item: T) => string): T[][] {
  const all = new Map<string, T[]>()
  for (const item of items) all.set(keyOf(item), [...(all.get(keyOf(item)) ?? []), item])
  return [...all.values()]
}
