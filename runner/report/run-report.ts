import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { usageError } from '../../core/errors.ts'
import { envSpecs } from '../../envs/index.ts'
import { plotLearningCurve, plotLines, type Point } from '../../render/index.ts'
import { writeFileAtomic } from '../run/files.ts'
import { isModelConfig } from '../run/kinds/is-model.ts'
import { ringsideVersion } from '../run/version.ts'
import type { ModelSummary, RunConfig, Summary } from '../run/types.ts'
import { escape, pageHtml, tableHtml } from './html.ts'
import { readReport, type RunReport } from './read-report.ts'
import { scoreText } from './score-text.ts'

export interface ReportOptions {
  /** Default `RUN/report.html`, which is always written anew. */
  readonly out?: string
  readonly force?: boolean
}

/** Writes one HTML file about a run, finished or not, that opens without a network; gives its path and what it tells. */
export async function reportRun(
  folder: string,
  { out, force = false }: ReportOptions = {},
): Promise<{ path: string; report: RunReport }> {
  const report = await readReport(folder)
  const path = out ?? join(folder, 'report.html')
  if (out !== undefined && existsSync(out) && !force)
    throw usageError(`"${out}" exists; choose another --out or replace it by --force.`)
  writeFileAtomic(path, await reportHtml(report))
  return { path, report }
}

async function reportHtml(report: RunReport): Promise<string> {
  const { config, made, summary } = report
  const title = isModelConfig(config)
    ? `${config.model.name} on ${config.dataset.name}`
    : `${config.agent.name} on ${config.env.id}`
  const plots = isModelConfig(config) ? await modelPlots(report) : await agentPlots(report, config)
  return pageHtml(title, [
    `<p class="soft">${escape(statusOf(report))}</p>`,
    figures(report),
    ...report.media.map(picture),
    ...(plots.length > 0
      ? ['<h2>Curves</h2>', `<div class="curves">${plots.map((svg) => `<figure>${svg}</figure>`).join('')}</div>`]
      : []),
    ...evaluationTable(report),
    ...times(summary?.timings ?? {}),
    ...settings(report),
    '<h2>How to repeat it</h2>',
    `<pre>npx ringside train --config ${escape(join(report.folder, 'config.json'))} --out again</pre>`,
    tableHtml(
      [
        ['made with', ''],
        ['Ringside', ringsideVersion()],
        ...(['engine', 'node', 'platform', 'cpu', 'created'] as const).map((key) => [key, made[key]]),
        ['seed', String(config.seed)],
      ],
      'words',
    ),
  ])
}

function statusOf({ summary, running, config, metrics }: RunReport): string {
  const made = summary?.steps ?? metrics.get('step')?.at(-1) ?? 0
  const steps = `${made.toLocaleString('en')} of ${config.steps.toLocaleString('en')} steps`
  if (running) return `At work now, ${steps}.`
  if (summary === undefined) return `It did not end by itself, ${steps}: go on with train --resume.`
  const why = summary.endedEarly === null ? '' : ` It ended early: ${summary.endedEarly}.`
  const error = summary.error === undefined ? '' : ` ${summary.error}`
  return `${summary.status[0]!.toUpperCase()}${summary.status.slice(1)}, ${steps}.${why}${error}`
}

function figures({ summary, config }: RunReport): string {
  if (summary === undefined) return ''
  const number = (value: number | null | undefined, digits = 1): string =>
    value === null || value === undefined ? '–' : value.toLocaleString('en', { maximumFractionDigits: digits })
  const ofKind = isModelConfig(config) ? ofModel(summary as ModelSummary, number) : ofAgent(summary as Summary, number)
  const all: [string, string][] = [
    ...ofKind,
    ['steps a second', number(summary.stepsPerSecond, 0)],
    ['seconds of training', number(summary.seconds)],
  ]
  return `<dl class="figures">${all.map(([name, value]) => `<div><dt>${name}</dt><dd>${escape(value)}</dd></div>`).join('')}</dl>`
}

type Format = (value: number | null | undefined, digits?: number) => string

function ofAgent({ bestScore, bestStep, score, episodes }: Summary, number: Format): [string, string][] {
  const at = bestStep === null ? '' : ` (step ${number(bestStep, 0)})`
  return [
    [`best score${at}`, number(bestScore)],
    ['final score', number(score)],
    ['episodes', number(episodes, 0)],
  ]
}

function ofModel(summary: ModelSummary, number: Format): [string, string][] {
  return [
    ['epochs', number(summary.epochs)],
    ['discriminator loss', number(summary.discriminatorLoss, 3)],
    ['generator loss', number(summary.generatorLoss, 3)],
  ]
}

const captions: Readonly<Record<string, string>> = {
  'episode.gif': 'An episode of the best agent',
  'training.gif': 'The same z over the training',
  'progress.png': 'The same z over the training, from top to bottom',
  'nearest.png': 'Made pictures (left) and the training pictures nearest to each',
}

function picture({ name, data }: RunReport['media'][number]): string {
  const caption = captions[name] ?? name.replace(/\.[a-z]+$/, '').replaceAll('-', ' ')
  return `<figure><img src="${data}" alt="${escape(caption)}"><figcaption>${escape(caption)}</figcaption></figure>`
}

type Groups = readonly (readonly [string, readonly string[]])[]

/** What is drawn together, of the columns that are there; every other column is drawn by itself. */
const agentCurves: Groups = [
  ['loss', ['loss']],
  ['Q-values', ['meanQ', 'maxQ', 'initialQ']],
  ['max-q less the realised return', ['overestimation']],
  ['TD errors', ['tdError', 'tdErrorMedian', 'tdError90']],
  ['gradient norm', ['gradientNorm']],
  ['exploration', ['epsilon']],
]
const modelCurves: Groups = [
  ['losses', ['discriminatorLoss', 'generatorLoss']],
  ['what the discriminator says', ['realScore', 'fakeScoreBefore', 'fakeScoreAfter']],
  ["the generator's gradient", ['generatorGradient']],
]
/** Told elsewhere, or no curve that tells anything. */
const undrawn = ['step', 'epoch', 'episodes', 'meanReturn', 'meanLength', 'seconds', 'replaySize', 'updates']

async function agentPlots(report: RunReport, config: RunConfig): Promise<string[]> {
  const { episodes, evaluations } = report
  const [steps = [], returns = []] = [episodes.get('step'), episodes.get('return')]
  const plots: string[] = []
  if (steps.length > 0) {
    const threshold = envSpecs().find(({ id }) => id === config.env.id)?.rewardThreshold
    const { svg } = await plotLearningCurve({
      title: 'Returns',
      subtitle: 'dots: training episodes; line: evaluations ± 1 s.d.',
      xTitle: 'environment steps',
      yTitle: 'return',
      episodes: steps.map((x, i) => ({ x, y: returns[i]! })),
      evaluations: evaluations.map((e) => ({ x: e.step, y: e.meanReturn, deviation: e.standardDeviation })),
      ...(threshold !== undefined && { threshold }),
    })
    plots.push(svg)
  }
  return [...plots, ...(await curves(report, 'step', 'environment steps', agentCurves))]
}

function modelPlots(report: RunReport): Promise<string[]> {
  return curves(report, 'epoch', 'epoch', modelCurves)
}

async function curves({ metrics }: RunReport, xName: string, xTitle: string, groups: Groups): Promise<string[]> {
  const xs = metrics.get(xName) ?? []
  const grouped = new Set([...undrawn, ...groups.flatMap(([, names]) => names)])
  const others = [...metrics.keys()].filter((name) => !grouped.has(name)).map((name): Groups[number] => [name, [name]])
  const plots: string[] = []
  for (const [title, names] of [...groups, ...others]) {
    const series = names
      .map((name) => ({ name, points: pointsOf(xs, metrics.get(name) ?? []) }))
      .filter(({ points }) => points.length > 1)
    const isFlat = series.every(({ points }) => points.every(({ y }) => y === points[0]!.y))
    if (isFlat) continue
    plots.push((await plotLines({ title, subtitle: '', xTitle, yTitle: title, series })).svg)
  }
  return plots
}

function pointsOf(xs: readonly number[], ys: readonly number[]): Point[] {
  return ys.map((y, i) => ({ x: xs[i]!, y })).filter(({ y }) => Number.isFinite(y))
}

function evaluationTable({ evaluations }: RunReport): string[] {
  if (evaluations.length === 0) return []
  const best = Math.max(...evaluations.map(({ meanReturn }) => meanReturn))
  const rows = evaluations.map(({ step, meanReturn, standardDeviation, returns }) => [
    `${step.toLocaleString('en')}${meanReturn === best ? ' ★' : ''}`,
    scoreText(meanReturn),
    scoreText(standardDeviation),
    scoreText(Math.min(...returns)),
    scoreText(Math.max(...returns)),
  ])
  return ['<h2>Evaluations</h2>', tableHtml([['step', 'mean return', 's.d.', 'least', 'most'], ...rows])]
}

function times(timings: Readonly<Record<string, number>>): string[] {
  const parts = Object.entries(timings).sort(([, a], [, b]) => b - a)
  const total = parts.reduce((sum, [, seconds]) => sum + seconds, 0)
  if (total === 0) return []
  const rows = parts.map(([part, seconds]) => {
    const share = (100 * seconds) / total
    return `<span>${escape(part)}</span><div><div class="share" style="width:${share.toFixed(2)}%"></div></div><span>${seconds.toFixed(2)} s, ${share.toFixed(1)} %</span>`
  })
  return ['<h2>Where the time went</h2>', `<div class="times">${rows.join('')}</div>`]
}

function settings({ differing, config }: RunReport): string[] {
  return [
    '<h2>Settings</h2>',
    ...(differing.length > 0
      ? [tableHtml([['not as by default', 'here', 'by default'], ...differing], 'words')]
      : ['<p>All as by default.</p>']),
    `<details><summary>All of config.json</summary><pre>${escape(JSON.stringify(config, null, 2))}</pre></details>`,
  ]
}
