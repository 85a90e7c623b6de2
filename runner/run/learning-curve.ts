import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { plotLearningCurve as plot, type Point } from '../../render/index.ts'
import { resolveSpec } from '../../envs/index.ts'
import { makeFolder, writeFileAtomic } from './files.ts'
import type { EvaluationRecord } from './loggers/run-log.ts'
import type { RunConfig } from './types.ts'

/** `plots/learning-curve.png` and `.svg` of a run, from its episodes.csv and its evaluations. */
export async function plotLearningCurve(
  folder: string,
  config: RunConfig,
  evaluations: readonly EvaluationRecord[],
): Promise<void> {
  const { rewardThreshold } = await resolveSpec(config.env)
  const { svg, png } = await plot({
    title: `${config.agent.name} on ${config.env.id}`,
    subtitle: 'dots: training episodes; line: evaluations ± 1 s.d.',
    xTitle: 'environment steps',
    yTitle: 'return',
    episodes: readEpisodes(join(folder, 'episodes.csv')),
    evaluations: evaluations.map((e) => ({ x: e.step, y: e.meanReturn, deviation: e.standardDeviation })),
    ...(rewardThreshold !== undefined && { threshold: rewardThreshold }),
  })
  makeFolder(join(folder, 'plots'))
  writeFileAtomic(join(folder, 'plots', 'learning-curve.svg'), svg)
  writeFileAtomic(join(folder, 'plots', 'learning-curve.png'), png)
}

function readEpisodes(path: string): Point[] {
  const [header = '', ...rows] = readFileSync(path, 'utf8').trimEnd().split('\n')
  const columns = header.split(',')
  const [x, y] = [columns.indexOf('step'), columns.indexOf('return')]
  return rows.map((row) => row.split(',')).map((cells) => ({ x: Number(cells[x]), y: Number(cells[y]) }))
}
