import { recordRun } from '../run/record.ts'
import type { RecordOptions } from '../run/types.ts'

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { run: folder, ...options } = args as unknown as { run: string } & RecordOptions
  const { path, frames, returns } = await recordRun(folder, options)
  const told =
    returns.length === 0 ? 'no episode ended' : `returns ${returns.map((r) => Number(r.toFixed(2))).join(', ')}`
  process.stdout.write(`${path}: ${frames} frames, ${told}\n`)
}
