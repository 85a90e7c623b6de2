import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Metrics } from '../../../agents/types.ts'
import { messageOf, RingsideError } from '../../../core/errors.ts'
import { fields, type StateTree } from '../../../core/state.ts'
import type { EpisodeStatistics } from '../../../envs/types.ts'
import { writeFileAtomic } from '../files.ts'
import type { Evaluation } from '../types.ts'
import { openCsv } from './csv.ts'
import { createTensorBoardWriter, type PngImage } from './tensorboard.ts'

export interface EvaluationRecord extends Evaluation {
  readonly step: number
}

/** What a run writes down while it goes: metrics.csv, episodes.csv, evaluations.json and TensorBoard events. */
export interface RunLog {
  episode(episode: EpisodeStatistics, number: number, step: number): void
  metrics(step: number, metrics: Metrics, seconds: number): void
  evaluation(record: EvaluationRecord): void
  /** For TensorBoard alone. */
  histogram(tag: string, values: ArrayLike<number>, step: number): void
  image(tag: string, image: PngImage, step: number): void
  readonly evaluations: readonly EvaluationRecord[]
  flush(): void
  close(): void
  /** Taken after `flush`. */
  state(): StateTree
}

export interface SavedLog {
  /** Episodes are written down up to here, */
  readonly step: number
  /** metrics and evaluations up to here. */
  readonly dutiesStep: number
  readonly state: StateTree
}

/** Opens the files of a new run, or, with `saved`, those of a run that goes on from there: later rows are dropped. */
export function openRunLog(folder: string, saved?: SavedLog): RunLog {
  const metricsFile = openCsv(join(folder, 'metrics.csv'), ['step'])
  const episodesFile = openCsv(join(folder, 'episodes.csv'), ['step', 'episode', 'lane', 'return', 'length'])
  const evaluationsPath = join(folder, 'evaluations.json')
  let evaluations = readEvaluations(evaluationsPath)
  const writeEvaluations = (): void => writeFileAtomic(evaluationsPath, `${JSON.stringify(evaluations, null, 1)}\n`)

  let tensorBoardOffset: number | undefined
  if (saved !== undefined) {
    metricsFile.truncate(saved.dutiesStep)
    episodesFile.truncate(saved.step)
    evaluations = evaluations.filter(({ step }) => step <= saved.dutiesStep)
    tensorBoardOffset = fields(saved.state, 'the logs').number('tensorBoardBytes')
  }
  writeEvaluations()
  const events = readdirSync(folder).find((name) => name.startsWith('events.out.tfevents.'))
  const tensorBoard = createTensorBoardWriter({
    path: join(folder, events ?? `events.out.tfevents.${Math.floor(Date.now() / 1000)}.ringside`),
    ...(events !== undefined && tensorBoardOffset !== undefined && { offset: tensorBoardOffset }),
  })

  const flush = (): void => {
    metricsFile.flush()
    episodesFile.flush()
    tensorBoard.flush()
  }
  return {
    get evaluations() {
      return evaluations
    },
    episode({ lane, return: total, length }, number, step) {
      episodesFile.add({ step, episode: number, lane, return: total, length })
      tensorBoard.scalar('episode/return', total, step)
      tensorBoard.scalar('episode/length', length, step)
    },
    metrics(step, metrics, seconds) {
      metricsFile.add({ step, ...metrics, seconds: Number(seconds.toFixed(3)) })
      for (const [name, value] of Object.entries(metrics)) {
        if (Number.isFinite(value)) tensorBoard.scalar(`train/${name}`, value, step)
      }
    },
    evaluation(record) {
      evaluations.push(record)
      writeEvaluations()
      tensorBoard.scalar('evaluation/meanReturn', record.meanReturn, record.step)
      tensorBoard.histogram('evaluation/returns', record.returns, record.step)
      tensorBoard.histogram('evaluation/lengths', record.lengths, record.step)
    },
    histogram: tensorBoard.histogram,
    image: tensorBoard.image,
    flush,
    close() {
      flush()
      tensorBoard.close()
    },
    state: () => ({ tensorBoardBytes: tensorBoard.bytesWritten }),
  }
}

function readEvaluations(path: string): EvaluationRecord[] {
  if (!existsSync(path)) return []
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as EvaluationRecord[]
  } catch (error) {
    throw new RingsideError(
      `The run's "${path}" cannot be read: ${messageOf(error)}. Mend it, or delete it to go on without the evaluations so far.`,
    )
  }
}
