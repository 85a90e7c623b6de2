import { inspect, type Inspection, type InspectRequest } from '../run/inspect.ts'

export async function run(args: Readonly<Record<string, unknown>>): Promise<void> {
  const { what, env, set, engine, checkGradients, json } = args as unknown as {
    what: string
    env?: string
    set?: string[]
    engine?: string
    checkGradients: boolean
    json: boolean
  }
  const request: InspectRequest = {
    what,
    checkGradients,
    ...(env !== undefined && { env }),
    ...(set !== undefined && { sets: set }),
    ...(engine !== undefined && { engine }),
  }
  const found = await inspect(request)
  process.stdout.write(json ? `${JSON.stringify(found, null, 2)}\n` : `${found.map(describe).join('\n\n')}\n`)
  if (found.some(({ gradients }) => gradients?.some(({ passed }) => !passed))) process.exitCode = 1
}

function describe({ name, layers, parameters, multiplyAdds, gradients }: Inspection): string {
  const number = (n: number): string => n.toLocaleString('en')
  const rows = [
    ['layer', 'kind', 'output', 'parameters', 'multiply-adds'],
    ...layers.map(({ path, kind, output, parameters, multiplyAdds }) => [
      ...[
        path,
        kind === path ? '' : kind,
        output.slice(1).join(' × ') || '–',
        number(parameters),
        number(multiplyAdds),
      ],
    ]),
    ['total', '', '', number(parameters), number(multiplyAdds)],
  ]
  const lines = [name, ...table(rows, 3)]
  if (gradients !== undefined) {
    const checks = [
      ['gradient of', 'elements', 'relative error', 'worst', 'by differences', ''],
      ...gradients.map(({ path, checked, kinks, relativeError, analytic, numeric, passed }) => [
        ...[path, `${checked}${kinks > 0 ? ` (+${kinks} at kinks)` : ''}`, relativeError.toExponential(1)],
        ...[analytic.toPrecision(4), numeric.toPrecision(4), passed ? 'ok' : 'WRONG'],
      ]),
    ]
    lines.push(
      '',
      'gradients of a sum over all outputs, against central differences; float32 leaves the small ones unsure',
      ...table(checks, 1),
    )
  }
  return lines.join('\n')
}

/** Columns as wide as they need; from `right` on they are numbers, and stand to the right. */
function table(rows: readonly (readonly string[])[], right: number): string[] {
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)))
  return rows.map((row) =>
    row
      .map((cell, column) => (column < right ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!)))
      .join('  ')
      .trimEnd(),
  )
}
