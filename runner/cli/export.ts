import { exportRun, type ExportOptions } from '../run/export.ts'

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { run: folder, json, ...options } = args as unknown as { run: string; json: boolean } & ExportOptions
  const exported = await exportRun(folder, options)
  if (json) {
    process.stdout.write(`${JSON.stringify(exported)}\n`)
    return
  }
  const { path, step, bytes, inputs } = exported
  const shapes = Object.entries(inputs).map(([name, { shape, dtype }]) => `${name}: ${dtype} [${shape.join(', ')}]`)
  process.stdout.write(
    `${path}: ${(bytes / 1e6).toFixed(2)} MB, checkpoint of step ${step.toLocaleString('en')}; takes ${shapes.join(', ')}\n`,
  )
}
