import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { messageOf, RingsideError, usageError } from '../../core/errors.ts'
import { makeFolder, writeFileAtomic } from '../run/files.ts'
import { isRunning, lockRun } from '../run/folder.ts'
import { trialsOf, type SweepFile, type Trial } from './sweep-file.ts'

/** A run of a sweep and how far it is. */
export interface TrialRecord extends Trial {
  /** `dropped`: a halving went on without it. */
  status: 'waiting' | 'running' | 'done' | 'failed' | 'dropped'
  attempts: number
  /** Environment steps it has made, and is to make (in a halving, at the rung where it is). */
  steps: number
  budget: number
  /** Best score, or the final one where nothing chose a best; null before it is done. */
  score: number | null
  seconds: number
  /** Of the last attempt that failed. */
  error: string | null
}

/** sweep.json: all that is needed to go on with a sweep that was cut. */
export interface Manifest {
  readonly sweep: SweepFile
  readonly trials: TrialRecord[]
}

const nameIn = (folder: string): string => join(folder, 'sweep.json')

/** The manifest of a sweep in this folder: a new one, or that of a sweep that is to go on. Throws where another one is there. */
export function openManifest(folder: string, sweep: SweepFile): Manifest {
  const path = nameIn(folder)
  if (!existsSync(path)) {
    assertFree(folder)
    const trials = trialsOf(sweep).map((trial): TrialRecord => ({ ...trial, ...fresh }))
    return { sweep, trials }
  }
  let saved: Manifest
  try {
    saved = JSON.parse(readFileSync(path, 'utf8')) as Manifest
  } catch (error) {
    throw new RingsideError(`The sweep's "${path}" cannot be read: ${messageOf(error)}`)
  }
  if (!isDeepStrictEqual(saved.sweep, JSON.parse(JSON.stringify(sweep))))
    throw usageError(`"${folder}" holds a sweep of another file; choose another --out, or go on with that file.`)
  // What failed is tried again by whoever asks again.
  const furthest = Math.max(...saved.trials.map(({ budget }) => budget))
  for (const trial of saved.trials) {
    // A halving that is past a failed run's rung has gone on without it.
    const passed = sweep.search.kind === 'halving' && trial.budget < furthest
    if (trial.status === 'running' || (trial.status === 'failed' && !passed)) trial.status = 'waiting'
  }
  return saved
}

/** Refuses a folder in which nobody has begun this sweep: its runs could not be seen by who leads it. */
export function assertLedElsewhere(folder: string, sweep: SweepFile): void {
  if (!existsSync(nameIn(folder)))
    throw usageError(
      `--join expects the folder of a sweep that has begun, shared with the machine that leads it; "${folder}" holds none.`,
    )
  openManifest(folder, sweep)
}

/** Nothing of it is left to do. */
export function isOver(folder: string): boolean {
  try {
    const { trials } = JSON.parse(readFileSync(nameIn(folder), 'utf8')) as Manifest
    return trials.every(({ status }) => ['done', 'failed', 'dropped'].includes(status)) && !isRunning(folder)
  } catch {
    // In the middle of being replaced, on a file system that shows it.
    return false
  }
}

/** What a start leaves that was killed before it wrote the manifest is no one's. */
function assertFree(folder: string): void {
  if (!existsSync(folder)) return
  if (!statSync(folder).isDirectory()) throw usageError(`"${folder}" is a file; expected a folder for the sweep.`)
  const others = readdirSync(folder).filter((name) => !/^(run\.lock|sweep\.json)/.test(name))
  if (others.length > 0) throw usageError(`"${folder}" holds something that is not a sweep; choose another --out.`)
}

const fresh = {
  status: 'waiting',
  attempts: 0,
  steps: 0,
  budget: 0,
  score: null,
  seconds: 0,
  error: null,
} as const

/** One process at a time at work on a sweep, whose folder is made. Returns the release. */
export function lockSweep(folder: string): () => void {
  try {
    makeFolder(folder)
    return lockRun(folder)
  } catch (error) {
    if (error instanceof RingsideError) throw error
    throw new RingsideError(`The sweep's folder "${folder}" cannot be written: ${messageOf(error)}`)
  }
}

export function saveManifest(folder: string, manifest: Manifest): void {
  writeFileAtomic(nameIn(folder), `${JSON.stringify(manifest, null, 1)}\n`)
}
