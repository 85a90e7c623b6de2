import type { Rng } from '../../core/rng.ts'

/** One thing that an action can lead to. */
export interface Outcome {
  readonly probability: number
  readonly state: number
  readonly reward: number
  readonly terminated: boolean
}

/** `table[state][action]`: everything that can happen, probabilities summing to 1. Gymnasium's `P`. */
export type TransitionTable = readonly (readonly (readonly Outcome[])[])[]

/** Draws nothing where only one thing can happen. */
export function drawOutcome(outcomes: readonly Outcome[], rng: Rng): Outcome {
  if (outcomes.length === 1) return outcomes[0]!
  let left = rng.float()
  for (const outcome of outcomes) {
    left -= outcome.probability
    if (left < 0) return outcome
  }
  return outcomes.at(-1)!
}
