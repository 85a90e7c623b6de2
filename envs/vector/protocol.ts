import type { SpaceJson } from '../spaces/index.ts'
import type { AutoresetMode, EnvSnapshot, EnvSpec } from '../types.ts'
import type { MemoryPlan } from './memory.ts'

/**
 * How a vector environment and its worker threads talk. Each thread has sixteen int32 of shared memory: the command that
 * it is at, or `idle`, which it waits on by `Atomics.wait`; how the last one went; and the command's numbers. Sixteen more
 * begin with how many threads are at work, which the vector environment waits on: the last to end wakes it.
 * What is not a number travels by a message port, and is in it before the other side is woken.
 */
export const slots = {
  perWorker: 16,
  command: 0,
  outcome: 1,
  /** The lane at work, to name it when nothing comes back. */
  lane: 2,
  /** Batch to write, batch of first observations. */
  next: 3,
  after: 4,
} as const

export const commands = {
  idle: 0,
  step: 1,
  /** With reset's options as a message, or null. */
  reset: 2,
  /** A `Call` as a message, answered by one. */
  call: 3,
} as const

export const outcomes = {
  /** Fine, and all infos are empty. */
  fine: 0,
  /** Fine, and the port holds the infos of the thread's lanes. */
  infos: 1,
  /** The port holds a `Failure`. */
  failed: 2,
  /** The thread is gone. */
  gone: 3,
  /** Fine, and the infos are the last ones again. */
  sameInfos: 4,
} as const

/** The view of thread `worker`'s slots; of the number at work, where it is the number of threads. */
export function slotsOf(control: SharedArrayBuffer, worker: number): Int32Array {
  return new Int32Array(control, worker * slots.perWorker * 4, slots.perWorker)
}

export type Call =
  | { readonly kind: 'render'; readonly lane: number }
  | { readonly kind: 'statistics' | 'snapshots' }
  | { readonly kind: 'restore'; readonly snapshots: readonly EnvSnapshot[] }
  | { readonly kind: 'close' }

export interface Failure {
  readonly message: string
  readonly exitStatus: 1 | 2
  /** A snapshot whose replay came to another place. */
  readonly mismatch: boolean
  readonly lane: number | undefined
}

/** What a thread is born with. */
export interface WorkerData {
  readonly worker: number
  readonly workers: number
  readonly control: SharedArrayBuffer
  readonly spec: EnvSpec
  readonly checker: boolean
  readonly orderEnforcing: boolean
  readonly autoresetMode: AutoresetMode
  readonly from: number
  readonly lanes: number
}

/** A thread's first message: its environments are made, or not. */
export type Hello =
  | { readonly failure: Failure }
  | {
      readonly name: string
      readonly spec: EnvSpec | undefined
      readonly observationSpace: SpaceJson
      readonly actionSpace: SpaceJson
    }

/** The answer, after which the thread lives on the shared memory. */
export interface Start {
  readonly plan: MemoryPlan
  readonly memory: SharedArrayBuffer
}
