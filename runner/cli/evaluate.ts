import { evaluateModelRun } from '../run/evaluate-model.ts'
import { isModelConfig } from '../run/kinds/is-model.ts'
import { evaluateRun, readRunConfig } from '../run/open.ts'
import type { EvaluateOptions } from '../run/types.ts'
import { dataBar } from './data-bar.ts'
import type { Comparison } from '../../generative/quality/measure.ts'
import { scoreText } from '../report/score-text.ts'

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const {
    run: folder,
    json,
    count,
    ...options
  } = args as unknown as {
    run: string
    json: boolean
    count?: number
  } & EvaluateOptions
  if (isModelConfig(readRunConfig(folder).config)) return evaluateModel(folder, json, count, options)
  const { meanReturn, standardDeviation, returns, lengths, step } = await evaluateRun(folder, options)
  if (json) {
    process.stdout.write(`${JSON.stringify({ meanReturn, standardDeviation, returns, lengths, step })}\n`)
    return
  }
  const range = `${Math.min(...returns)} to ${Math.max(...returns)}`
  process.stdout.write(
    `${scoreText(meanReturn)} ± ${scoreText(standardDeviation)} over ${returns.length} episodes (${range}), checkpoint of step ${step}\n`,
  )
}

async function evaluateModel(
  folder: string,
  json: boolean,
  count: number | undefined,
  { seed, checkpoint, engine }: EvaluateOptions,
): Promise<void> {
  const quality = await evaluateModelRun(folder, {
    ...(seed !== undefined && { seed }),
    // Nothing chooses a best one of a model.
    ...(checkpoint !== undefined && { checkpoint: checkpoint === 'best' ? 'last' : checkpoint }),
    ...(engine !== undefined && { engine }),
    ...(count !== undefined && { count }),
    ...(!json && { progress: dataBar() }),
  })
  if (json) {
    process.stdout.write(`${JSON.stringify(quality)}\n`)
    return
  }
  const { step, classifier, labels, confident, real, untrained } = quality
  const row = (name: string, c: Comparison): string =>
    [name.padEnd(22), c.frechet.toFixed(2), c.kernel.toFixed(3), c.precision.toFixed(3), c.recall.toFixed(3)]
      .map((cell, i) => (i === 0 ? cell : cell.padStart(11)))
      .join('')
  const lines = [
    `${quality.count} pictures against as many of the test, checkpoint of step ${step.toLocaleString('en')}`,
    ['', 'Fréchet', 'kernel', 'precision', 'recall']
      .map((cell, i) => (i === 0 ? cell.padEnd(22) : cell.padStart(11)))
      .join(''),
    row('made', quality),
    row('real, of the training', real),
    row('before it learned', untrained),
    '',
    `Called a class with more than 0.9: ${(100 * confident).toFixed(1)} %, by class ${labels.join(' ')}`,
    `Features of a classifier trained on the same data: ${(100 * classifier.accuracy).toFixed(1)} % of the test right, SHA-256 ${classifier.hash.slice(0, 16)}…`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
}
