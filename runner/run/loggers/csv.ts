import { appendFileSync, existsSync, readFileSync } from 'node:fs'
import { writeFileAtomic } from '../files.ts'

/** A CSV file whose first column is `step`: rows are buffered until `flush`; a new column rewrites the file with it. */
export interface CsvFile {
  add(row: Readonly<Record<string, number | string | undefined>>): void
  flush(): void
  /** Drops the rows beyond `step`: a resumed run writes them again. */
  truncate(step: number): void
}

export function openCsv(path: string, columns: readonly string[]): CsvFile {
  let header = [...columns]
  let pending: string[] = []
  if (existsSync(path)) header = readFileSync(path, 'utf8').split('\n', 1)[0]!.split(',')
  else writeFileAtomic(path, `${header.join(',')}\n`)

  const flush = (): void => {
    if (pending.length === 0) return
    appendFileSync(path, `${pending.join('\n')}\n`)
    pending = []
  }
  const widen = (more: readonly string[]): void => {
    flush()
    const [, ...rows] = readLines(path)
    header = [...header, ...more]
    writeFileAtomic(path, [header.join(','), ...rows.map((row) => row + ','.repeat(more.length))].join('\n') + '\n')
  }
  return {
    add(row) {
      const more = Object.keys(row).filter((key) => !header.includes(key))
      if (more.length > 0) widen(more)
      pending.push(header.map((key) => cell(row[key])).join(','))
    },
    flush,
    truncate(step) {
      pending = []
      const [first, ...rows] = readLines(path)
      const kept = rows.filter((row) => Number(row.slice(0, row.indexOf(','))) <= step)
      writeFileAtomic(path, [first ?? header.join(','), ...kept].join('\n') + '\n')
    },
  }
}

/** Whole lines only: a cut may have left the last one without its end. */
function readLines(path: string): string[] {
  const lines = readFileSync(path, 'utf8').split('\n')
  lines.pop()
  return lines
}

function cell(value: number | string | undefined): string {
  if (value === undefined || Number.isNaN(value)) return ''
  return typeof value === 'string' && /[",\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : String(value)
}
