import { spawn } from 'node:child_process'
import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { assertFree, isRunning, lockRun } from '../../../runner/run/folder.ts'
import { temporaryFolder } from '../cli/run-cli.ts'

const lockOf = (folder: string): string => join(folder, 'run.lock')

test('a run that is held is refused by name, and free after its release', () => {
  const folder = temporaryFolder()
  const release = lockRun(folder)
  expect(isRunning(folder)).toBe(true)
  expect(() => lockRun(folder)).toThrow(`in use by process ${process.pid}`)
  // Nor is it replaced under the hands of who holds it.
  writeFileSync(join(folder, 'config.json'), '{ "ringside": "0" }')
  expect(() => assertFree(folder, true)).toThrow('in use by process')
  release()
  assertFree(folder, true)
  expect(existsSync(lockOf(folder))).toBe(false)
  lockRun(folder)()
})

test('the lock of a process that is gone, or of another one with its number, is taken over', () => {
  const folder = temporaryFolder()
  for (const holder of [{ pid: 2 ** 22 + 1, started: null }, { pid: process.pid, started: '1' }, 'cut off']) {
    writeFileSync(lockOf(folder), JSON.stringify(holder).slice(0, holder === 'cut off' ? 4 : undefined))
    // Where the system tells no starts, a reused number cannot be told.
    if (typeof holder === 'object' && holder.started !== null && !existsSync('/proc/self/stat')) continue
    lockRun(folder)()
  }
})

test('a lock of another machine holds for as long as it is touched, whatever runs here under its number', () => {
  const folder = temporaryFolder()
  const path = lockOf(folder)
  // A number that nobody has here, and our own.
  for (const pid of [2 ** 22 + 1, process.pid]) {
    writeFileSync(path, JSON.stringify({ pid, started: null, host: `not-${hostname()}` }))
    expect(isRunning(folder)).toBe(true)
    expect(() => lockRun(folder)).toThrow(new RegExp(`in use by process ${pid} on not-${hostname()}`))
    const longAgo = new Date(Date.now() - 121_000)
    utimesSync(path, longAgo, longAgo)
    expect(isRunning(folder)).toBe(false)
    const release = lockRun(folder)
    expect(JSON.parse(readFileSync(path, 'utf8'))).toMatchObject({ pid: process.pid, host: hostname() })
    release()
    expect(existsSync(path)).toBe(false)
  }
})

if (!existsSync('/proc/self/stat')) console.log('skipped: zombies, which only /proc tells of')
test.runIf(existsSync('/proc/self/stat'))('a process that was killed and not yet asked for holds nothing', async () => {
  const folder = temporaryFolder()
  // The shell becomes a sleep that never asks how the child it had has ended.
  const parent = spawn('sh', ['-c', 'sleep 0 & echo $!; exec sleep 20'], { stdio: ['ignore', 'pipe', 'ignore'] })
  try {
    const pid = Number(
      await new Promise<string>((resolve) => parent.stdout.once('data', (text) => resolve(String(text)))),
    )
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'utf8')).toMatch(/\) Z /)
    writeFileSync(lockOf(folder), JSON.stringify({ pid, started: null }))
    expect(isRunning(folder)).toBe(false)
    lockRun(folder)()
  } finally {
    parent.kill()
  }
})
