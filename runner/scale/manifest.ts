import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { messageOf, RingsideError, usageError } from '../../core/errors.ts'
import { makeFolder, writeFileAtomic } from '../run/files.ts'
import { trialsOf, type SweepFile, type Trial } from './sweep-file.ts'

/** A run of a sweep and how far it is. */
export interface TrialRecord extends Trial {
  /** `dropped`: a halving went on without it. */
  status: 'waiting' | 'running' | 'done' | 'failed' | 'dropped'
  attempts: number
  /** Environment steps it has made, and is to make. */
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
  for (const trial of saved.trials) {
    if (trial.status === 'running' || trial.status === 'failed')
      Object.assign(trial, { status: 'waiting', attempts: 0 })
  }
  return saved
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

export function saveManifest(folder: string, manifest: Manifest): void {
  makeFolder(folder)
  writeFileAtomic(nameIn(folder), `${JSON.stringify(manifest, null, 1)}\n`)
}
