import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, test, vi } from 'vitest'
import { gone, pythonHas } from './python.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringside-waiting-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Runs hanging.ts, waits for the environment's process, does something, and tells how both ended. */
async function hang(
  args: readonly string[],
  act: (pid: number, kill: (signal: NodeJS.Signals) => void) => Promise<void>,
) {
  const scratch = mkdtempSync(join(folder, 'scratch-'))
  const child = spawn(process.execPath, ['--import', 'tsx', 'tests/envs/bridge/hanging.ts', ...args], {
    env: { ...process.env, TMPDIR: scratch },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let out = ''
  child.stdout.on('data', (data: Buffer) => (out += data.toString()))
  const ended = new Promise<[number | null, NodeJS.Signals | null]>((resolve) =>
    child.on('close', (code, signal) => resolve([code, signal])),
  )
  await vi.waitFor(() => expect(out).toMatch(/pid \d+/), { timeout: 20_000, interval: 20 })
  const pid = Number(/pid (\d+)/.exec(out)![1])
  const began = performance.now()
  await act(pid, (signal) => void child.kill(signal))
  const [code, signal] = await ended
  const seconds = (performance.now() - began) / 1000
  await gone(pid)
  expect(readdirSync(scratch).filter((name) => name.startsWith('ringside'))).toEqual([])
  return {
    out: out
      .replace(/pid \d+\n/, '')
      .trim()
      .split('\n'),
    code,
    signal,
    seconds,
  }
}

const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

describe.skipIf(!pythonHas('gymnasium')).concurrent('the process that waits for a step', () => {
  test.each(['sleep', 'lock'])('killed by kill -9, leaves nothing (%s)', async (how) => {
    const { signal } = await hang([how, '1000', 'off'], async (_, kill) => {
      await rest(200)
      kill('SIGKILL')
    })
    expect(signal).toBe('SIGKILL')
  })

  test.each([200, 2000])('ends by Ctrl-C after %d ms', async (ms) => {
    const { signal, seconds } = await hang(['sleep', '1000', 'off'], async (_, kill) => {
      await rest(ms)
      kill('SIGINT')
    })
    expect(signal).toBe('SIGINT')
    expect(seconds).toBeLessThan(ms / 1000 + 2)
  })

  test('with a handler of its own, is told two seconds after Ctrl-C', async () => {
    const { out, code, seconds } = await hang(['sleep', '1000', 'on'], async (_, kill) => {
      await rest(2000)
      kill('SIGINT')
    })
    expect(out).toEqual([
      expect.stringContaining('Interrupted: the Python process was still in step()'),
      'SIGINT',
      'end',
    ])
    expect(code).toBe(0)
    expect(seconds).toBeLessThan(7)
  })

  test('goes on where the step ends soon after Ctrl-C', async () => {
    const { out } = await hang(['sleep', '3', 'on'], async (_, kill) => {
      await rest(2000)
      kill('SIGINT')
    })
    expect(out).toEqual(['reward 1', 'SIGINT', 'end'])
  })

  test('that ends without closing takes Python with it', async () => {
    const { out, code } = await hang(['raise', '0', 'off'], async () => {})
    expect(out).toEqual([expect.stringContaining('the cart has no wheels'), 'end'])
    expect(code).toBe(0)
  })
})
