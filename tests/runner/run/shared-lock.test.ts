import { existsSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isRunning, lockRun } from '../../../runner/run/folder.ts'
import { temporaryFolder } from '../cli/run-cli.ts'

test('a lock of another machine holds for as long as it is touched, whatever runs here under its number', () => {
  const folder = temporaryFolder()
  const path = join(folder, 'run.lock')
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
