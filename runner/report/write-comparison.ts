import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { usageError } from '../../core/errors.ts'
import { plotBands, plotIntervals, plotLines, type Plot } from '../../render/index.ts'
import { makeFolder, writeFileAtomic } from '../run/files.ts'
import type { Comparison } from './compare.ts'
import { escape, pageHtml, tableHtml } from './html.ts'
import type { Interval } from './statistics.ts'
import { scoreText } from './score-text.ts'

/** Writes comparison.md, .html, .csv and .json, and the plots as PNG and SVG; gives the names. An existing folder is kept unless `force`. */
export async function writeComparison(out: string, comparison: Comparison, force = false): Promise<string[]> {
  if (existsSync(join(out, 'comparison.json')) && !force)
    throw usageError(`"${out}" holds a comparison; choose another --out or replace it by --force.`)
  const plots = await drawPlots(comparison)
  makeFolder(out)
  const files: string[] = []
  const write = (name: string, data: string | Uint8Array): void => {
    writeFileAtomic(join(out, name), data)
    files.push(name)
  }
  for (const [name, { svg, png }] of plots) {
    write(`${name}.svg`, svg)
    write(`${name}.png`, png)
  }
  write('comparison.json', `${JSON.stringify(comparison, null, 2)}\n`)
  write('comparison.csv', csvOf(comparison))
  write(
    'comparison.md',
    markdownOf(
      comparison,
      plots.map(([name]) => name),
    ),
  )
  write('comparison.html', htmlOf(comparison, plots))
  return files
}

/** The main table as lines, for a terminal and for Markdown. */
export function tableOf({ groups, by, score, normalized }: Comparison): string[][] {
  const number = (value: number): string => (normalized ? value.toFixed(3) : scoreText(value))
  const interval = ({ value, low, high }: Interval): string => `${number(value)} [${number(low)}, ${number(high)}]`
  const what = `${score} score${normalized ? ', normalised' : ''}`
  return [
    [by, 'runs', `IQM of ${what}`, 'mean', 'median', 'seconds', 'steps/s'],
    ...[...groups]
      .sort((a, b) => b.iqm.value - a.iqm.value)
      .map((group) => [
        ...[group.name, String(group.runs), interval(group.iqm), interval(group.mean), interval(group.median)],
        ...[group.seconds.toFixed(1), Math.round(group.stepsPerSecond).toLocaleString('en')],
      ]),
  ]
}

async function drawPlots({
  groups,
  curves,
  envs,
  improvement,
  profiles,
  by,
  normalized,
  score,
}: Comparison): Promise<[string, Plot][]> {
  const scoreTitle = `${score} score${normalized ? ' (0: random, 1: reference)' : ''}`
  const plots: [string, Plot][] = []
  const rows = groups.map(({ name, iqm }) => ({ name, ...iqm }))
  plots.push([
    'scores',
    await plotIntervals({
      title: `Interquartile mean by ${by}`,
      subtitle: 'with 95 % stratified bootstrap intervals',
      xTitle: scoreTitle,
      rows,
    }),
  ])
  // Seven colours can be told apart.
  const few = groups.length <= 7
  for (const env of few ? envs : []) {
    const own = curves.filter((curve) => curve.env === env && curve.points.length > 0)
    if (own.length === 0) continue
    const band = (xTitle: string, x: (group: string, step: number) => number) => ({
      ...{ title: env, subtitle: 'mean of evaluations over runs, 95 % bootstrap bands', xTitle, yTitle: 'return' },
      series: own.map(({ group, points }) => ({
        name: group,
        points: points.map(({ step, mean, low, high }) => ({ x: x(group, step), y: mean, low, high })),
      })),
    })
    const file = env.replaceAll(/\W+/g, '-')
    plots.push([`curves-${file}`, await plotBands(band('environment steps', (_, step) => step))])
    const rate = new Map(groups.map(({ name, seconds, stepsPerSecond }) => [name, seconds > 0 ? stepsPerSecond : NaN]))
    plots.push([
      `curves-${file}-seconds`,
      await plotBands(band('seconds of training', (group, step) => step / (rate.get(group) ?? NaN))),
    ])
  }
  if (few)
    plots.push([
      'profiles',
      await plotLines({
        title: 'Performance profiles',
        subtitle: 'share of runs with a score above τ',
        xTitle: scoreTitle,
        yTitle: 'share of runs',
        series: profiles.map(({ group, points }) => ({
          name: group,
          points: points.map(({ threshold, share }) => ({ x: threshold, y: share })),
        })),
      }),
    ])
  if (improvement.length > 0 && improvement.length <= 30)
    plots.push([
      'improvement',
      await plotIntervals({
        title: 'Probability of improvement',
        subtitle: 'that a run of the first scores higher than one of the second',
        xTitle: 'P(X > Y)',
        rows: improvement.map(({ x, y, probability }) => ({ name: `${x} > ${y}`, ...probability })),
        reference: 0.5,
      }),
    ])
  return plots
}

function csvOf({ groups }: Comparison): string {
  const cell = (text: string): string => (/[",\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text)
  const rows = groups.flatMap(({ name, scores }) =>
    Object.entries(scores).flatMap(([env, all]) => all.map((score, i) => [cell(name), cell(env), i, score].join(','))),
  )
  return `group,env,run,score\n${rows.join('\n')}\n`
}

function markdownOf(comparison: Comparison, plots: readonly string[]): string {
  const [header = [], ...rows] = tableOf(comparison)
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`
  return [
    '# Comparison',
    '',
    line(header),
    line(header.map(() => '---')),
    ...rows.map(line),
    '',
    ...footnotes(comparison),
    '',
    ...plots.map((name) => `![${name}](${name}.png)\n`),
  ].join('\n')
}

function footnotes({ envs, normalized, notes }: Comparison): string[] {
  return [
    `Environments: ${envs.join(', ')}. Intervals: 95 %, percentiles of 2,000 stratified bootstrap draws (Agarwal et al. 2021).`,
    ...(normalized ? ['Normalised: 0 is a random policy, 1 what counts as solved.'] : []),
    ...notes.map((note) => `Note: ${note}`),
  ]
}

function htmlOf(comparison: Comparison, plots: readonly [string, Plot][]): string {
  return pageHtml('Comparison', [
    tableHtml(tableOf(comparison)),
    ...footnotes(comparison).map((text) => `<p>${escape(text)}</p>`),
    ...plots.map(([, { svg }]) => `<figure>${svg}</figure>`),
  ])
}
