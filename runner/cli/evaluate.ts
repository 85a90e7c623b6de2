import { evaluateRun } from '../run/open.ts'
import type { EvaluateOptions } from '../run/types.ts'

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { run: folder, json, ...options } = args as unknown as { run: string; json: boolean } & EvaluateOptions
  const { meanReturn, standardDeviation, returns, lengths, step } = await evaluateRun(folder, options)
  if (json) {
    process.stdout.write(`${JSON.stringify({ meanReturn, standardDeviation, returns, lengths, step })}\n`)
    return
  }
  const range = `${Math.min(...returns)} to ${Math.max(...returns)}`
  process.stdout.write(
    `${meanReturn.toFixed(1)} ± ${standardDeviation.toFixed(1)} over ${returns.length} episodes (${range}), checkpoint of step ${step}\n`,
  )
}
