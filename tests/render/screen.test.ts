import { expect, test } from 'vitest'
import { openTerminalScreen } from '../../render/index.ts'

function terminal(columns: number, rows: number): NodeJS.WriteStream & { readonly written: string[] } {
  const written: string[] = []
  const write = (text: string): boolean => written.push(text) > 0
  return { isTTY: true, columns, rows, written, write, getColorDepth: () => 24 } as never
}

test('a terminal that tells no size counts as one of 80 × 24', () => {
  const screen = openTerminalScreen(terminal(0, 0))
  expect([screen.columns, screen.rows]).toEqual([80, 24])
  screen.close()
  const told = openTerminalScreen(terminal(100, 30))
  expect([told.columns, told.rows]).toEqual([100, 30])
  told.close()
})

test('the screen is given back once, and where there is none that is said', () => {
  const stream = terminal(80, 24)
  const screen = openTerminalScreen(stream)
  screen.close()
  screen.close()
  expect(stream.written.filter((text) => text.includes('\x1b[?1049l'))).toHaveLength(1)
  expect(() => openTerminalScreen({ isTTY: false } as never)).toThrow(/needs a terminal/)
})
