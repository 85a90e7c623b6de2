import type { BackendName } from '../../engine/types.ts'

/** The Python program that does the same as a bench, and the ratio of times that we mean to keep. */
export interface Peer {
  readonly name: string
  /** Its name in peers/bench.py. */
  readonly key: string
  readonly target: number
}

/** What a bench runs on, where it is one of the engine. */
export interface BenchEngine {
  readonly engine: BackendName
  readonly threads: number
}

/** A bench of our own that this one is held against, in the same process and in turn. */
export interface Own {
  readonly name: string
  readonly target: number
  prepare(on: BenchEngine): Promise<() => number | Promise<number>>
}

export interface Bench {
  readonly name: string
  readonly title: string
  /** What one measurement is the time of. */
  readonly unit: 'call' | 'step'
  /** Seconds of one unit that we mean to keep, where no rival says what is much. */
  readonly limit?: number
  readonly peers: readonly Peer[]
  readonly own?: Own
  /** Rounds between two turns of the peers. */
  readonly rounds: number
  /** Gives the round: it does its work and returns the seconds of one unit. */
  prepare(on: BenchEngine): Promise<() => number | Promise<number>>
}

/** A round of many calls. */
export function timed(call: () => void, calls: number): () => number {
  for (let i = 0; i < calls; i++) call()
  return () => {
    const began = performance.now()
    for (let i = 0; i < calls; i++) call()
    return (performance.now() - began) / 1000 / calls
  }
}
