import { messageOf } from '../../core/errors.ts'
import type { StateTree } from '../../core/state.ts'
import { openCheckpoints } from '../run/checkpoint.ts'
import { isRunning } from '../run/folder.ts'
import { readLivePolicy } from '../run/live-policy.ts'

export interface NewPolicy {
  readonly step: number
  readonly policy: StateTree
}

/** Looks after the newest policy of a training that is going on: the live copy, or the newest checkpoint. */
export interface PolicyFollower {
  /** The training goes on. */
  readonly running: boolean
  /** One that is newer than the last, or undefined. */
  look(): NewPolicy | undefined
}

/** `from`: step of the policy that is there already. */
export function followPolicy(folder: string, keep: number, from: number, note: (text: string) => void): PolicyFollower {
  let step = from
  let time = 0
  let running = isRunning(folder)
  return {
    get running() {
      return running
    },
    look() {
      if (!running) return undefined
      // Asked for first: what was written before the end is still taken.
      running = isRunning(folder)
      try {
        const live = readLivePolicy(folder, time)
        if (live !== undefined) {
          time = live.time
          if (live.step <= step) return undefined
          step = live.step
          return live
        }
        const checkpoints = openCheckpoints(folder, keep)
        const newest = checkpoints.steps().at(-1)
        if (newest === undefined || newest <= step) return undefined
        const policy = checkpoints.readPolicy(newest)
        step = newest
        return { step, policy }
      } catch (error) {
        // Checkpoints come and go while they are read; the next look finds another.
        note(messageOf(error))
        return undefined
      }
    },
  }
}
