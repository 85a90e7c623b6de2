import { exportRun, type ExportOptions } from '../run/export.ts'

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { run: folder, ...options } = args as unknown as { run: string } & ExportOptions
  const { path, step, bytes, inputs } = await exportRun(folder, options)
  const shapes = Object.entries(inputs).map(([name, { shape, dtype }]) => `${name}: ${dtype} [${shape.join(', ')}]`)
  process.stdout.write(
    `${path}: ${(bytes / 1e6).toFixed(2)} MB, checkpoint of step ${step.toLocaleString('en')}; takes ${shapes.join(', ')}\n`,
  )
}
