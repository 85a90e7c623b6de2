import {
  existsSync,
  linkSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { hostname } from 'node:os'
import { basename, join, resolve } from 'node:path'
import { RingsideError, messageOf, usageError } from '../../core/errors.ts'
import { flushFolder, makeFolder } from './files.ts'

/**
 * Makes a run folder appear at once: `fill` writes into a folder beside it, which is renamed when all is there. An
 * existing run is refused, or replaced with `force`; a folder that is no run is never replaced.
 */
export async function createRunFolder(
  path: string,
  force: boolean,
  fill: (staging: string) => Promise<void>,
): Promise<void> {
  assertFree(path, force)
  const staging = `${path}.starting-${process.pid}`
  try {
    clearStaging(path)
    makeFolder(staging)
  } catch (error) {
    throw new RingsideError(`The run folder "${path}" cannot be written: ${messageOf(error)}`)
  }
  try {
    await fill(staging)
    assertIdle(path)
    if (existsSync(path)) rmSync(path, { recursive: true, force: true })
    renameSync(staging, path)
    flushFolder(resolve(path, '..'))
  } catch (error) {
    rmSync(staging, { recursive: true, force: true })
    throw error
  }
}

/** What a start of this run left that was killed. */
function clearStaging(path: string): void {
  const parent = resolve(path, '..')
  const prefix = `${basename(path)}.starting-`
  if (!existsSync(parent)) return
  for (const name of readdirSync(parent)) {
    if (!name.startsWith(prefix)) continue
    const pid = Number(name.slice(prefix.length))
    if (pid === process.pid || !isAlive({ pid, started: null }, path)) rmSync(join(parent, name), { recursive: true })
  }
}

/** Refuses a path that holds something already, before any work is done for it. */
export function assertFree(path: string, force: boolean): void {
  if (!existsSync(path)) return
  if (!statSync(path).isDirectory())
    throw usageError(`"${path}" is a file; expected a folder for the run, or a path that is free.`)
  if (readdirSync(path).length === 0) return
  if (!isRunFolder(path)) throw usageError(`"${path}" holds something that is not a run; choose another --out.`)
  if (!force) {
    throw usageError(
      `The run "${path}" exists. Go on with it by --resume ${path}, replace it by --force, or choose another --out.`,
    )
  }
  assertIdle(path)
}

/** What a process is at work on is not replaced under its hands. */
function assertIdle(folder: string): void {
  if (isRunning(folder)) throw inUse(folder, readHolder(join(folder, 'run.lock')))
}

function inUse(folder: string, holder: Holder | undefined): RingsideError {
  return new RingsideError(
    `The run "${folder}" is in use by process ${holder?.pid ?? 'unknown'}${isElsewhere(holder) ? ` on ${holder?.host}` : ''}; wait for it or stop it.`,
  )
}

/** `runs/<name>-<n>` with the first n that is free. */
export function nextRunFolder(name: string, parent = 'runs'): string {
  for (let n = 1; ; n++) {
    const path = join(parent, `${name}-${n}`)
    if (!existsSync(path)) return path
  }
}

export function isRunFolder(path: string): boolean {
  try {
    return 'ringside' in (JSON.parse(readFileSync(join(path, 'config.json'), 'utf8')) as object)
  } catch {
    return false
  }
}

/** Throws a usage error that says what a run folder is, and which there are. */
export function assertRunFolder(path: string): void {
  if (isRunFolder(path)) return
  const config = join(path, 'config.json')
  const why = !existsSync(path)
    ? 'does not exist'
    : existsSync(config)
      ? 'has a config.json that is not of a run, or damaged'
      : 'holds no config.json of a run'
  const there = existsSync('runs') ? readdirSync('runs').filter((name) => isRunFolder(join('runs', name))) : []
  const newest = there.map((name) => join('runs', name)).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0]
  throw usageError(
    `Expected a run folder, and "${path}" ${why}.${newest === undefined ? '' : ` The newest run here is ${newest}.`}`,
  )
}

/** One process at a time on a run. The lock of a process that is gone is taken over. Returns the release. */
export function lockRun(folder: string): () => void {
  const path = join(folder, 'run.lock')
  const mine: Holder = { pid: process.pid, started: startTime(process.pid), host: hostname() }
  const temporary = `${path}.${process.pid}`
  writeFileSync(temporary, JSON.stringify(mine))
  try {
    const patience = performance.now() + dyingMilliseconds
    for (let attempt = 0; ;) {
      try {
        // A hard link is made whole or not at all, unlike a file that is created and then written.
        linkSync(temporary, path)
        break
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
        const holder = readHolder(path)
        const held = holder !== undefined && isAlive(holder, path)
        if (held && performance.now() < patience) {
          sleepSync(20)
          continue
        }
        if (held || ++attempt > 3) throw inUse(folder, holder)
        rmSync(path, { force: true })
      }
    }
  } finally {
    rmSync(temporary, { force: true })
  }
  const isOurs = (): boolean => {
    const holder = readHolder(path)
    return holder?.pid === process.pid && !isElsewhere(holder)
  }
  const sign = setInterval(() => {
    try {
      if (isOurs()) utimesSync(path, new Date(), new Date())
    } catch {
      // A folder that has gone, or a full disk: others say so.
    }
  }, signOfLifeMilliseconds)
  sign.unref()
  return () => {
    clearInterval(sign)
    if (isOurs()) rmSync(path, { force: true })
  }
}

/** A process is at work on the run now. */
export function isRunning(folder: string): boolean {
  const path = join(folder, 'run.lock')
  const holder = readHolder(path)
  return holder !== undefined && isAlive(holder, path)
}

interface Holder {
  readonly pid: number
  /** Clock ticks since boot, where the system tells: a reused process number is not the same process. */
  readonly started: string | null
  /** Where it runs. */
  readonly host?: string
}

function readHolder(path: string): Holder | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    return undefined
  }
}

/** A process that was killed a moment ago takes so long at most to be gone. */
const dyingMilliseconds = 500

function sleepSync(milliseconds: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds)
}

/** How often a holder touches its lock, and how long one of another machine may be still and yet be alive. */
const signOfLifeMilliseconds = 20_000
const stillMilliseconds = 120_000

function isElsewhere(holder: Holder | undefined): boolean {
  return holder?.host !== undefined && holder.host !== hostname()
}

/** `path`: of the lock. Of processes on other machines, with whom the folder is shared, it is all that can be seen. */
function isAlive(holder: Holder, path: string): boolean {
  if (isElsewhere(holder)) {
    const touched = statSync(path, { throwIfNoEntry: false })?.mtimeMs
    return touched !== undefined && Date.now() - touched < stillMilliseconds
  }
  const { pid, started } = holder
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const [state, now] = statusOf(pid)
  // One that has ended and whose parent has not asked how (a zombie) is at work on nothing.
  if (state === 'Z' || state === 'X') return false
  return started === null || now === undefined || now === started
}

function startTime(pid: number): string | null {
  return statusOf(pid)[1] ?? null
}

/** Of a process: its state and the clock ticks at its start; nothing where the system does not tell. */
function statusOf(pid: number): readonly [state?: string, started?: string] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return [fields[0]!, fields[19]!]
  } catch {
    return []
  }
}
