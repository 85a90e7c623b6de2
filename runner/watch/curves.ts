import { closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from 'node:fs'
import { basename, join } from 'node:path'
import { isRunning } from '../run/folder.ts'
import { readRunConfig } from '../run/open.ts'
import type { RunCurves, Series } from '../../render/viewer/protocol.ts'

/** The curves of a run folder, read again as its files grow. */
export interface CurveReader {
  /** Undefined where nothing has changed since the last call. */
  read(): RunCurves | undefined
}

/** Columns of metrics.csv that are shown. */
const shown = [
  'loss',
  'policyLoss',
  'valueLoss',
  'entropy',
  'tdError',
  'meanQ',
  'epsilon',
  'discriminatorLoss',
  'generatorLoss',
] as const
/** Points of a curve: what is longer is averaged over neighbours. */
const mostPoints = 400

export function createCurveReader(folder: string): CurveReader {
  const { config } = readRunConfig(folder)
  const metrics = tailCsv(join(folder, 'metrics.csv'))
  const episodes = tailCsv(join(folder, 'episodes.csv'))
  let before = ''
  return {
    read() {
      const changed = [metrics.read(), episodes.read()].includes(true)
      const evaluations = readEvaluations(folder)
      const state = isRunning(folder) ? 'training' : statusOf(folder)
      const now = `${evaluations.x.length} ${state}`
      if (!changed && now === before) return undefined
      before = now
      const step = metrics.column('step')
      const columns = shown.map((name) => [name, seriesOf(step, metrics.column(name))] as const)
      return {
        name: basename(folder),
        evaluation: evaluations,
        episodes: thin(seriesOf(episodes.column('step'), episodes.column('return'))),
        metrics: Object.fromEntries(columns.filter(([, series]) => series.x.length > 0)),
        step: Math.max(step.at(-1) ?? 0, episodes.column('step').at(-1) ?? 0),
        steps: config.steps,
        state,
      }
    },
  }
}

function readEvaluations(folder: string): Series {
  try {
    const all = JSON.parse(readFileSync(join(folder, 'evaluations.json'), 'utf8')) as {
      step: number
      meanReturn: number
    }[]
    return { x: Float64Array.from(all, (e) => e.step), y: Float64Array.from(all, (e) => e.meanReturn) }
  } catch {
    return { x: new Float64Array(0), y: new Float64Array(0) }
  }
}

function statusOf(folder: string): 'finished' | 'stopped' {
  try {
    const { status } = JSON.parse(readFileSync(join(folder, 'summary.json'), 'utf8')) as { status?: string }
    return status === 'finished' ? 'finished' : 'stopped'
  } catch {
    return 'stopped'
  }
}

function seriesOf(x: readonly number[], y: readonly number[]): Series {
  const kept = x.map((_, i) => i).filter((i) => Number.isFinite(y[i]))
  return { x: Float64Array.from(kept, (i) => x[i]!), y: Float64Array.from(kept, (i) => y[i]!) }
}

/** Means over neighbours, so that no more than `mostPoints` are left. */
export function thin({ x, y }: Series, points = mostPoints): Series {
  if (x.length <= points) return { x, y }
  const mean = (values: Float64Array, i: number): number => {
    const [from, to] = [Math.floor((i * values.length) / points), Math.floor(((i + 1) * values.length) / points)]
    return values.subarray(from, to).reduce((a, b) => a + b, 0) / (to - from)
  }
  return {
    x: Float64Array.from({ length: points }, (_, i) => mean(x, i)),
    y: Float64Array.from({ length: points }, (_, i) => mean(y, i)),
  }
}

interface Tail {
  /** Takes what was added; true where anything was. */
  read(): boolean
  column(name: string): readonly number[]
}

/** A CSV file that grows: only its new lines are read, and all of it again when its header or its past is another. */
function tailCsv(path: string): Tail {
  let offset = 0
  let header: string[] = []
  let columns: number[][] = []
  return {
    read() {
      if (!existsSync(path)) return false
      const file = openSync(path, 'r')
      try {
        const { size } = fstatSync(file)
        const first = firstLine(file)
        if (first === undefined) return false
        const names = first.split(',')
        if (size < offset || names.join() !== header.join()) {
          header = names
          columns = names.map(() => [])
          offset = Buffer.byteLength(first) + 1
        }
        if (size <= offset) return false
        const bytes = Buffer.alloc(size - offset)
        readSync(file, bytes, 0, bytes.length, offset)
        // The last line may be half written.
        const end = bytes.lastIndexOf(10) + 1
        offset += end
        for (const line of bytes.subarray(0, end).toString('utf8').split('\n')) {
          if (line === '') continue
          const cells = line.split(',')
          columns.forEach((column, i) =>
            column.push(cells[i] === undefined || cells[i] === '' ? NaN : Number(cells[i])),
          )
        }
        return end > 0
      } finally {
        closeSync(file)
      }
    },
    column: (name) => columns[header.indexOf(name)] ?? [],
  }
}

function firstLine(file: number): string | undefined {
  const bytes = Buffer.alloc(4096)
  const text = bytes.subarray(0, readSync(file, bytes, 0, bytes.length, 0)).toString('utf8')
  const end = text.indexOf('\n')
  return end < 0 ? undefined : text.slice(0, end)
}
