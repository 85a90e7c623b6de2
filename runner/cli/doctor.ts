import { cpus, totalmem } from 'node:os'
import { messageOf } from '../../core/errors.ts'
import { libraryFolders, linkTensorFlow, probeEngines, renamedLibraries } from '../../engine/index.ts'
import { openCanvas } from '../../render/index.ts'
import { ringsideVersion } from '../run/version.ts'

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const link = args['linkTensorflow'] as string | undefined
  if (link !== undefined) {
    const log = (line: string): void => void process.stderr.write(`${line}…\n`)
    const linked = linkTensorFlow({ version: link === '' ? undefined : link, log })
    process.stdout.write(`Linked: ${linked}. Use it by --engine tensorflow.\n`)
    return
  }
  const engines = await probeEngines()
  const canvas = await openCanvas().then(
    ({ name }) => ({ works: true, detail: name as string }),
    (error: unknown) => ({ works: false, detail: messageOf(error) }),
  )
  const machine = {
    ringside: ringsideVersion(),
    node: process.version,
    platform: `${process.platform}-${process.arch}`,
    cpu: `${cpus().length} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
    memory: `${(totalmem() / 2 ** 30).toFixed(1)} GiB`,
  }
  const warnings = process.platform === 'win32' ? renamedLibraries(libraryFolders()) : []
  const pick =
    engines.find((e) => e.engine === 'tensorflow' && e.works && e.devices.some(({ device }) => device === 'gpu')) ??
    engines.find((e) => e.works && e.engine !== 'tensorflow')
  if (args['json'] === true) {
    process.stdout.write(
      `${JSON.stringify({ machine, engines, warnings, canvas, auto: pick?.engine ?? null }, null, 2)}\n`,
    )
    return
  }
  const out = [
    `ringside ${machine.ringside}, Node ${machine.node}, ${machine.platform}, ${machine.cpu}, ${machine.memory}`,
    '',
    'Engines',
  ]
  for (const { engine, works, detail, devices, mend, smoke } of engines) {
    out.push(`  ${works ? '✓' : '✗'} ${engine.padEnd(10)} ${detail}`)
    if (smoke !== undefined) {
      const against =
        engine === 'cpu' ? '' : `; weights within ${smoke.difference.toExponential(0)} of plain JavaScript's`
      out.push(`      a small convolutional training step takes ${smoke.milliseconds.toFixed(2)} ms${against}`)
    }
    if (devices.length > 1) {
      for (const report of devices) {
        out.push(`      ${report.works ? '✓' : '✗'} --device ${report.device}${report.works ? '' : `: ${report.why}`}`)
        if (!report.works) out.push(`          to have it: ${report.mend}`)
      }
    }
    if (mend !== undefined) out.push(`      to have it: ${mend}`)
  }
  for (const warning of warnings) out.push(`  ! ${warning}`)
  out.push(`  auto picks ${pick?.engine ?? 'nothing'}`, '', `Canvas\n  ${canvas.works ? '✓' : '✗'} ${canvas.detail}`)
  process.stdout.write(`${out.join('\n')}\n`)
}
