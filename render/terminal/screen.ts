import { usageError } from '../../core/errors.ts'

/** The terminal's other screen, without a cursor, given back however the process ends. */
export interface TerminalScreen {
  readonly columns: number
  readonly rows: number
  /** Bits a pixel: 24, 8, 4 or 1. */
  readonly colorDepth: number
  write(text: string): void
  close(): void
}

const enter = '\x1b[?1049h\x1b[?25l\x1b[2J'
const leave = '\x1b[0m\x1b[?25h\x1b[?1049l'
/** What ends a process from outside. */
const ending = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGQUIT'] as const

/** Throws a usage error where the output is no terminal. */
export function openTerminalScreen(stream: NodeJS.WriteStream = process.stdout): TerminalScreen {
  if (!stream.isTTY) throw usageError('Watching in the terminal needs a terminal; the output here is a pipe or a file.')
  let open = true
  const close = (): void => {
    if (open) stream.write(leave)
    open = false
    process.off('exit', close)
    for (const signal of ending) process.off(signal, onSignal)
  }
  // A signal that nobody takes ends the process at once, without the exit event; it still does, with the terminal as it was.
  const onSignal = (signal: NodeJS.Signals): void => {
    if (process.stdin.isTTY) process.stdin.setRawMode(false)
    close()
    process.kill(process.pid, signal)
  }
  for (const signal of ending) process.on(signal, onSignal)
  // The exit event comes after an exception that nobody caught.
  process.on('exit', close)
  stream.write(enter)
  return {
    // A terminal that tells no size says 0.
    get columns() {
      return stream.columns || 80
    },
    get rows() {
      return stream.rows || 24
    },
    get colorDepth() {
      return stream.getColorDepth()
    },
    write: (text) => void stream.write(text),
    close,
  }
}

/** Calls `pressed` for every key (`space`, `q`, `right`, `ctrl-c`, …) until the returned function is called. */
export function readKeys(pressed: (key: string) => void, stream: NodeJS.ReadStream = process.stdin): () => void {
  if (!stream.isTTY) return () => {}
  const names: Record<string, string> = {
    ' ': 'space',
    '\x03': 'ctrl-c',
    '\x1b[C': 'right',
    '\x1b[D': 'left',
    '\x1b[A': 'up',
    '\x1b[B': 'down',
  }
  const onData = (data: Buffer): void => {
    // Keys that are held come several at a time.
    for (const [key] of data.toString('utf8').matchAll(/\x1b\[[A-Z]|[^]/gu)) pressed(names[key] ?? key)
  }
  stream.setRawMode(true)
  stream.resume()
  stream.on('data', onData)
  return () => {
    stream.off('data', onData)
    stream.setRawMode(false)
    stream.pause()
  }
}
