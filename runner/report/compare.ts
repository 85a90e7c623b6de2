import { createRng } from '../../core/rng.ts'
import { usageError } from '../../core/errors.ts'
import { isModelConfig } from '../run/kinds/is-model.ts'
import { anchors } from './anchors.ts'
import { readRuns, valueOf, type RunResult } from './read-runs.ts'
import {
  bootstrap,
  interquartileMean,
  mean,
  median,
  performanceProfile,
  probabilityOfImprovement,
  quantile,
  type Interval,
  type Scores,
} from './statistics.ts'

export interface CompareOptions {
  /** What groups the runs: a key of their configs; default the agent's or the model's name. */
  readonly by?: string
  /** `best` (default): of the checkpoint that the evaluations chose; `final`: of the last one. */
  readonly score?: 'best' | 'final'
  /** Put scores between a random policy (0) and a reference (1); default: where there are several environments. */
  readonly normalize?: boolean
  readonly seed?: number
}

export interface GroupResult {
  readonly name: string
  readonly runs: number
  /** Over all environments. */
  readonly mean: Interval
  readonly median: Interval
  readonly iqm: Interval
  readonly seconds: number
  readonly stepsPerSecond: number
  /** Per environment: raw scores of its runs. */
  readonly scores: Readonly<Record<string, readonly number[]>>
}

export interface Curve {
  readonly env: string
  readonly group: string
  readonly points: readonly {
    readonly step: number
    readonly mean: number
    readonly low: number
    readonly high: number
  }[]
}

export interface Comparison {
  readonly by: string
  readonly score: 'best' | 'final'
  readonly normalized: boolean
  readonly envs: readonly string[]
  readonly groups: readonly GroupResult[]
  /** P(row scores higher than column), of groups that share all environments. */
  readonly improvement: readonly { readonly x: string; readonly y: string; readonly probability: Interval }[]
  readonly profiles: readonly {
    readonly group: string
    readonly points: readonly { readonly threshold: number; readonly share: number }[]
  }[]
  readonly curves: readonly Curve[]
  readonly notes: readonly string[]
}

const profileSteps = 60

/** Compares finished runs by the statistics of Agarwal et al. 2021 ("Deep reinforcement learning at the edge of the statistical precipice"). */
export function compareRuns(paths: readonly string[], options: CompareOptions = {}): Comparison {
  const { score = 'best', seed = 0 } = options
  const { runs, notes: read } = readRuns(paths)
  const ofModels = runs.some(({ config }) => isModelConfig(config))
  const by = options.by ?? (ofModels ? 'model.name' : 'agent.name')
  const notes = [...read]
  const envs = [...new Set(runs.map(({ task }) => task))].sort()
  const normalized = options.normalize ?? (envs.length > 1 && !ofModels)
  const lacking = normalized ? envs.filter((env) => anchors[env] === undefined) : []
  if (lacking.length > 0)
    throw usageError(
      `Scores of ${lacking.join(', ')} cannot be put between random and reference: no anchors are known (runner/report/anchors.ts). ` +
        'Compare one environment at a time, or say --no-normalize.',
    )
  const scoreOf = (run: RunResult): number => (score === 'best' ? run.bestScore : run.score)
  const shown = (env: string, raw: number): number => {
    if (!normalized) return raw
    const { random, reference } = anchors[env]!
    return (raw - random) / (reference - random)
  }
  const names = [...new Set(runs.map(({ config }) => valueOf(config, by)))].sort()
  const ofGroup = (name: string): RunResult[] => runs.filter(({ config }) => valueOf(config, by) === name)
  /** Tasks in the order of `tasks`. */
  const matrix = (name: string, tasks: readonly string[]): Scores =>
    tasks.map((env) =>
      ofGroup(name)
        .filter(({ task }) => task === env)
        .map((run) => shown(env, scoreOf(run))),
    )
  const tasksOf = (name: string): string[] => envs.filter((env) => matrix(name, [env])[0]!.length > 0)
  const rng = (purpose: string) => createRng(seed, 'bootstrap', purpose)

  const groups = names.map((name): GroupResult => {
    const own = ofGroup(name)
    const tasks = tasksOf(name)
    const scores = matrix(name, tasks)
    if (scores.some((task) => task.length === 1))
      notes.push(`${name} has one run in some environment: its intervals say nothing.`)
    if (tasks.length < envs.length)
      notes.push(`${name} has no run in ${envs.filter((env) => !tasks.includes(env)).join(', ')}.`)
    const budgets = new Set(own.map(({ task, config }) => `${task} ${config.steps}`))
    if (budgets.size > tasks.length) notes.push(`${name} has runs of different lengths in one environment.`)
    const of = (what: string, statistic: (scores: Scores) => number): Interval =>
      bootstrap([scores], ([only]) => statistic(only!), rng(`${name} ${what}`))
    return {
      name,
      runs: own.length,
      ...{ mean: of('mean', mean), median: of('median', median), iqm: of('iqm', interquartileMean) },
      seconds: middle(own.map((run) => run.seconds)),
      stepsPerSecond: middle(own.map((run) => run.stepsPerSecond)),
      scores: Object.fromEntries(tasks.map((env) => [env, own.filter(({ task }) => task === env).map(scoreOf)])),
    }
  })

  const improvement = names.flatMap((x) =>
    names
      .filter((y) => y !== x && tasksOf(x).join() === tasksOf(y).join())
      .map((y) => ({
        ...{ x, y },
        probability: bootstrap(
          [matrix(x, tasksOf(x)), matrix(y, tasksOf(y))],
          ([own, other]) => probabilityOfImprovement(own!, other!),
          rng(`${x} over ${y}`),
        ),
      })),
  )
  const all = names.flatMap((name) => matrix(name, tasksOf(name)).flat())
  const [low, high] = [Math.min(...all), Math.max(...all)]
  const thresholds = Array.from({ length: profileSteps + 1 }, (_, i) => low + ((high - low) * i) / profileSteps)
  const profiles = names.map((group) => {
    const shares = performanceProfile(matrix(group, tasksOf(group)), thresholds)
    return { group, points: thresholds.map((threshold, i) => ({ threshold, share: shares[i]! })) }
  })
  const curves = envs.flatMap((env) =>
    names.flatMap((group) => {
      const own = ofGroup(group).filter(({ task }) => task === env)
      return own.length === 0 ? [] : [{ env, group, points: curveOf(own, rng(`curve ${env} ${group}`)) }]
    }),
  )
  return { by, score, normalized, envs, groups, improvement, profiles, curves, notes }
}

/** Mean evaluation return at each step that all of the runs were evaluated at, with its interval over runs. */
function curveOf(runs: readonly RunResult[], rng: ReturnType<typeof createRng>): Curve['points'] {
  const steps = runs[0]!.evaluations.map(({ step }) => step)
  const byRun = runs.map(({ evaluations }) => new Map(evaluations.map(({ step, meanReturn }) => [step, meanReturn])))
  return steps
    .filter((step) => byRun.every((run) => run.has(step)))
    .map((step) => {
      const values = byRun.map((run) => run.get(step)!)
      const { value, low, high } = bootstrap([[values]], ([only]) => mean(only!), rng, { draws: 300 })
      return { step, mean: value, low, high }
    })
}

function middle(values: readonly number[]): number {
  return quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  )
}
