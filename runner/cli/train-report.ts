import { existsSync } from 'node:fs'
import { join, relative } from 'node:path'
import { isModelConfig } from '../run/kinds/is-model.ts'
import type { AnyRunConfig, AnySummary, ModelSummary, Run, RunConfig, Summary } from '../run/types.ts'
import { scoreText } from '../report/score-text.ts'

/** `dqn on CartPole-v1`. */
export function titleOf(config: AnyRunConfig): string {
  return isModelConfig(config)
    ? `${config.model.name} on ${config.dataset.name}`
    : `${config.agent.name} on ${config.env.id}`
}

/** What a person is told at the end of a run: its numbers, what lies where, what to type next. */
export function reportOf({ folder, config }: Run<AnyRunConfig>, summary: AnySummary): string[] {
  const run = shown(folder)
  if (summary.status === 'stopped')
    return [
      '',
      `Stopped and saved at step ${summary.steps.toLocaleString('en')}. Go on with: npx ringside train --resume ${run}`,
    ]
  const files = (lines: readonly (readonly [string, string])[]): string[] =>
    lines.filter(([, path]) => existsSync(join(folder, path))).map(([what, path]) => `${what.padEnd(16)}${run}/${path}`)
  return isModelConfig(config)
    ? [
        ...ofModel(summary as ModelSummary),
        '',
        ...files(modelFiles),
        ...numbers(run, 'metrics.csv'),
        '',
        'Next:',
        ...nextOfModel(run),
      ]
    : [
        ...ofAgent(config, summary as Summary),
        '',
        ...files(agentFiles),
        ...numbers(run, 'metrics.csv, episodes.csv, evaluations.json'),
        '',
        'Next:',
        ...nextOfAgent(run),
      ]
}

const agentFiles = [
  ['Learning curve', 'plots/learning-curve.png'],
  ['Film', 'media/episode.gif'],
] as const
const modelFiles = [
  ['Losses', 'plots/losses.png'],
  ['Samples', 'media/samples-6x12.png'],
  ['Over training', 'media/progress.png'],
  ['Film', 'media/training.gif'],
] as const

function ofAgent(config: RunConfig, summary: Summary): string[] {
  const rate = Math.round(summary.stepsPerSecond).toLocaleString('en')
  const chosen = `checkpoint of step ${summary.bestStep?.toLocaleString('en') ?? '–'}, ${config.score.episodes} fresh episodes`
  return [
    '',
    `Best score   ${score(summary.bestScore)}  (${chosen})`,
    `Final score  ${score(summary.score)}`,
    `Training     ${summary.seconds.toFixed(1)} s, ${rate} steps/s, ${summary.episodes.toLocaleString('en')} episodes; ${summary.engine}`,
    ...early(summary),
  ]
}

function ofModel(summary: ModelSummary): string[] {
  const loss = (value: number | null): string => value?.toFixed(3) ?? '–'
  const rate = Math.round(summary.images / Math.max(1e-9, summary.seconds)).toLocaleString('en')
  return [
    '',
    `Losses       discriminator ${loss(summary.discriminatorLoss)}, generator ${loss(summary.generatorLoss)} (the last batch)`,
    `Training     ${summary.seconds.toFixed(1)} s, ${rate} images/s, ${summary.epochs.toFixed(1)} epochs; ${summary.engine}`,
    ...early(summary),
  ]
}

function early({ steps, endedEarly }: AnySummary): string[] {
  return endedEarly === null ? [] : [`Ended        at step ${steps.toLocaleString('en')}: ${endedEarly}`]
}

function numbers(run: string, files: string): string[] {
  return [`${'Numbers'.padEnd(16)}${run}/summary.json, ${files}; tensorboard --logdir ${run}`]
}

function nextOfAgent(run: string): string[] {
  return [`  npx ringside watch ${run}`, `  npx ringside record ${run} --episodes 3`, `  npx ringside evaluate ${run}`]
}

function nextOfModel(run: string): string[] {
  return [`  npx ringside sample ${run} --count 16 --seed 1 --out samples.png`]
}

function score(value: number | null): string {
  return value === null ? '–' : scoreText(value)
}

export function shown(path: string): string {
  return relative(process.cwd(), path) || '.'
}
