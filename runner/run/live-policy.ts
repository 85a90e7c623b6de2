import { existsSync, readFileSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { decodeState, encodeState, fields, type StateTree } from '../../core/state.ts'
import { makeFolder, replaceFile } from './files.ts'

/** Where a training leaves copies of its policy, between checkpoints, for whoever watches: one file, replaced whole. */
export interface LivePolicy {
  /** Leaves a copy when one is due; `policy` is asked for only then. */
  offer(step: number, policy: () => StateTree): void
  close(): void
}

/** For a run that nobody means to watch. */
export const noLivePolicy: LivePolicy = { offer() {}, close() {} }

const leastMilliseconds = 2_000
/** A copy may take a hundredth of the time. */
const share = 100

const pathIn = (folder: string): string => join(folder, 'live', 'policy.bin')

export function openLivePolicy(folder: string): LivePolicy {
  makeFolder(join(folder, 'live'))
  let nextAt = 0
  return {
    offer(step, policy) {
      const began = performance.now()
      if (began < nextAt) return
      replaceFile(pathIn(folder), encodeState({ step, policy: policy() }))
      const now = performance.now()
      nextAt = now + Math.max(leastMilliseconds, share * (now - began))
    },
    close: () => rmSync(join(folder, 'live'), { recursive: true, force: true }),
  }
}

/** The copy that lies there, where it is newer than `since` (its file's time in milliseconds); undefined where none is. */
export function readLivePolicy(
  folder: string,
  since: number,
): { readonly step: number; readonly policy: StateTree; readonly time: number } | undefined {
  const path = pathIn(folder)
  if (!existsSync(path)) return undefined
  try {
    const time = statSync(path).mtimeMs
    if (time <= since) return undefined
    const saved = fields(decodeState(readFileSync(path)), 'the live policy')
    return { step: saved.number('step'), policy: saved.tree('policy'), time }
  } catch (error) {
    // The training ended between two of these lines.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
