import { join } from 'node:path'
import { compareRuns, type Comparison, type CompareOptions } from '../report/compare.ts'
import { tableOf, writeComparison } from '../report/write-comparison.ts'

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { runs, out, json, force, by, score, normalize, seed } = args as unknown as {
    runs: string[]
    out?: string
    json: boolean
    force: boolean
  } & CompareOptions
  const comparison = compareRuns(runs, {
    ...(by !== undefined && { by }),
    ...(score !== undefined && { score }),
    ...(normalize !== undefined && { normalize }),
    ...(seed !== undefined && { seed }),
  })
  if (out !== undefined) await writeComparison(out, comparison, force)
  if (json) {
    process.stdout.write(`${JSON.stringify(comparison)}\n`)
    return
  }
  printComparison(comparison, out)
}

/** The table of a comparison, who is better, and where its files are. */
export function printComparison(comparison: Comparison, out?: string): void {
  const rows = tableOf(comparison)
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  const lines = rows.map((row) =>
    row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!))).join('  '),
  )
  const improved = comparison.improvement.filter(({ probability }) => probability.value > 0.5)
  // Of many, those of the first row: the rest stands in the files.
  const told = improved.length > 6 ? improved.filter(({ x }) => x === rows[1]?.[0]) : improved
  const better = told.map(
    ({ x, y, probability: p }) => `P(${x} > ${y}) = ${p.value.toFixed(2)} [${p.low.toFixed(2)}, ${p.high.toFixed(2)}]`,
  )
  process.stdout.write(`${[...lines, '', ...better, ...comparison.notes].join('\n').trimEnd()}\n`)
  if (out !== undefined) process.stdout.write(`\n${join(out, 'comparison.html')}, .md, .csv, .json and plots\n`)
}
