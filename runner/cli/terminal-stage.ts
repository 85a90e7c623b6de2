import { usageError } from '../../core/errors.ts'
import type { Scene } from '../../core/scene.ts'
import { createTerminalPainter, openTerminalScreen, withOverlay, type Overlay } from '../../render/index.ts'

/** A scene over two lines of text, on the whole terminal, whatever size it has at the moment. */
export interface TerminalStage {
  draw(scene: Scene, overlay: Overlay, line: string, keys: string): Promise<void>
  close(): void
}

/** Throws a usage error where the output is no terminal, or, with `input`, where keys cannot be read. */
export function openTerminalStage({ input = false }: { readonly input?: boolean } = {}): TerminalStage {
  if (input && !process.stdin.isTTY)
    throw usageError('Playing in the terminal needs its keys; the input here is a pipe or a file.')
  const screen = openTerminalScreen()
  let [columns, rows] = [0, 0]
  let painter: Awaited<ReturnType<typeof createTerminalPainter>> | undefined
  return {
    async draw(scene, overlay, line, keys) {
      if (painter === undefined || screen.columns !== columns || screen.rows !== rows) {
        ;[columns, rows] = [screen.columns, screen.rows]
        painter = await createTerminalPainter(columns, Math.max(1, rows - 2), screen)
        screen.write('\x1b[2J')
      }
      screen.write(painter.paint(withOverlay(scene, overlay)))
      const [below, last] = [line.slice(0, columns), keys.slice(0, columns)]
      screen.write(`\x1b[${rows - 1};1H\x1b[0m\x1b[K${below}\x1b[${rows};1H\x1b[K\x1b[2m${last}\x1b[0m`)
    },
    close: screen.close,
  }
}

/** The last returns as a row of blocks. */
export function sparkline(values: readonly number[]): string {
  const shown = values.slice(-20)
  if (shown.length === 0) return ''
  const [low, high] = [Math.min(...shown), Math.max(...shown)]
  return shown.map((v) => '▁▂▃▄▅▆▇█'[high === low ? 7 : Math.round(((v - low) / (high - low)) * 7)]).join('')
}
