import { usageError } from '../../core/errors.ts'
import type { Scene } from '../../core/scene.ts'
import type { Explanation } from '../../agents/types.ts'
import { createTerminalPainter, openTerminalScreen } from '../../render/index.ts'

/** A scene over lines of text, on the whole terminal, whatever size it has at the moment. */
export interface TerminalStage {
  /** The last line tells the keys. */
  draw(scene: Scene, lines: readonly string[]): Promise<void>
  close(): void
}

/** Throws a usage error where the output is no terminal, or, with `input`, where keys cannot be read. */
export function openTerminalStage({ input = false }: { readonly input?: boolean } = {}): TerminalStage {
  if (input && !process.stdin.isTTY)
    throw usageError('Playing in the terminal needs its keys; the input here is a pipe or a file.')
  const screen = openTerminalScreen()
  let [columns, rows, below] = [0, 0, 0]
  let painter: Awaited<ReturnType<typeof createTerminalPainter>> | undefined
  return {
    async draw(scene, lines) {
      if (painter === undefined || screen.columns !== columns || screen.rows !== rows || lines.length !== below) {
        ;[columns, rows, below] = [screen.columns, screen.rows, lines.length]
        painter = await createTerminalPainter(columns, Math.max(1, rows - below), screen)
        screen.write('\x1b[2J')
      }
      const text = lines.map((line, i) => {
        const dim = i === below - 1 ? '\x1b[2m' : ''
        return `\x1b[${rows - below + 1 + i};1H\x1b[0m\x1b[K${dim}${line.slice(0, columns)}\x1b[0m`
      })
      screen.write(painter.paint(scene) + text.join(''))
    },
    close: screen.close,
  }
}

/** Characters of an action's bar. */
const barLength = 6

/** What each action is worth, or how likely it is, as bars; of agents without such numbers what the state is worth; '' for none. */
export function valuesLine({ q, policy, value }: Explanation, names: readonly string[] | undefined): string {
  const values = Array.from(q ?? policy ?? [])
  if (values.length === 0) return value === undefined ? '' : ` V ${value[0]!.toFixed(2)}`
  const [low, high] = q === undefined ? [0, 1] : [Math.min(...values), Math.max(...values)]
  const best = values.indexOf(Math.max(...values))
  const parts = values.map((each, i) => {
    const share = high === low ? 1 : (each - low) / (high - low)
    return `${i === best ? '▸' : ' '}${names?.[i] ?? i} ${bar(share)} ${each.toFixed(2)}`
  })
  return ` ${q === undefined ? 'π' : 'q'} ${parts.join('  ')}`
}

/** A share of a bar in eighths of a character; something of the smallest is seen. */
function bar(share: number): string {
  const eighths = Math.max(1, Math.round(share * barLength * 8))
  const whole = '█'.repeat(Math.floor(eighths / 8))
  return (whole + (eighths % 8 === 0 ? '' : '▏▎▍▌▋▊▉'[(eighths % 8) - 1]!)).padEnd(barLength)
}

/** The last returns as a row of blocks. */
export function sparkline(values: readonly number[]): string {
  const shown = values.slice(-20)
  if (shown.length === 0) return ''
  const [low, high] = [Math.min(...shown), Math.max(...shown)]
  return shown.map((v) => '▁▂▃▄▅▆▇█'[high === low ? 7 : Math.round(((v - low) / (high - low)) * 7)]).join('')
}

/** What is left on the terminal when the stage is gone; '' where no episode ended. */
export function toldReturns(returns: readonly number[]): string {
  return returns.length === 0 ? '' : `Returns: ${returns.map((r) => Number(r.toFixed(2))).join(', ')}\n`
}
