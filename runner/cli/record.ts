import { recordRun } from '../run/record.ts'
import type { RecordOptions } from '../run/types.ts'

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { run: folder, json, ...options } = args as unknown as { run: string; json: boolean } & RecordOptions
  const film = await recordRun(folder, options)
  if (json) {
    process.stdout.write(`${JSON.stringify(film)}\n`)
    return
  }
  const { path, frames, returns } = film
  const told =
    returns.length === 0 ? 'no episode ended' : `returns ${returns.map((r) => Number(r.toFixed(2))).join(', ')}`
  process.stdout.write(`${path}: ${frames} frames, ${told}\n`)
}
