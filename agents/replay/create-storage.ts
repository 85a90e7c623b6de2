import { totalmem } from 'node:os'
import { usageError } from '../../core/errors.ts'
import { isBox, type Space } from '../../envs/spaces/index.ts'
import { createFrameStackStorage, frameStackBytes } from './frame-stacks.ts'
import { bytesOf, createTransitionStorage } from './transitions.ts'
import type { ObservationFormat, TransitionStorage } from './types.ts'

export interface StorageOptions {
  readonly capacity: number
  readonly observationSpace: Space
  readonly observation: ObservationFormat
  readonly lanes: number
  readonly actions: number
  /** Bytes that stand beside it: the priorities of as many transitions. */
  readonly beside?: (capacity: number) => number
}

/** Stacks of frames are stored frame by frame, all else as it is. A capacity beyond the machine's memory is refused. */
export function createStorage(options: StorageOptions): TransitionStorage {
  const { observationSpace: space, observation, actions, beside = () => 0 } = options
  const stack = isBox(space) ? space.stack : undefined
  const bytes = (capacity: number): number =>
    stack === undefined
      ? capacity * bytesOf(observation, 0)
      : frameStackBytes({ ...options, capacity, stack, observation, actions })
  checkMemory(options.capacity, (capacity) => bytes(capacity) + beside(capacity))
  return stack === undefined ? createTransitionStorage(options) : createFrameStackStorage({ ...options, stack })
}

/** Throws a usage error where `bytes(capacity)` exceeds the machine's memory, `total` bytes, naming the largest capacity that fits. */
export function checkMemory(capacity: number, bytes: (capacity: number) => number, total = totalmem()): void {
  if (bytes(capacity) <= total) return
  let [fits, tooMuch] = [0, capacity]
  while (tooMuch - fits > 1) {
    const middle = Math.floor((fits + tooMuch) / 2)
    if (bytes(middle) <= total) fits = middle
    else tooMuch = middle
  }
  const gigabytes = (n: number): string => (n / 1e9).toFixed(1)
  throw usageError(
    `A replay of ${capacity} transitions takes ${gigabytes(bytes(capacity))} GB, and this machine has ` +
      `${gigabytes(total)} GB. Set replayCapacity to at most ${fits}.`,
  )
}
