import { reportRun, type ReportOptions } from '../report/run-report.ts'
import { shown } from './train-report.ts'

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { run: folder, out, force, json } = args as unknown as { run: string; json: boolean } & ReportOptions
  const { path, report } = await reportRun(folder, {
    ...(out !== undefined && { out }),
    ...(force !== undefined && { force }),
  })
  const { summary, running } = report
  process.stdout.write(
    json
      ? `${JSON.stringify({ path, running, summary: summary ?? null })}\n`
      : `${shown(path)}: opens in any browser, offline\n`,
  )
}
