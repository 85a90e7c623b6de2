import { setImmediate as nextTick } from 'node:timers/promises'
import type { Experiment, Follower } from './experiment.ts'
import type { RateTracker } from './trackers.ts'
import type { RunEvent } from './types.ts'

/** Something to do each time `every` steps are complete, and at the end. */
export interface Duty {
  readonly every: number
  run(step: number): AsyncGenerator<RunEvent>
}

export interface LoopPlan {
  readonly experiment: Experiment
  readonly steps: number
  /** Gradient steps after which it stops. */
  readonly updates: number | undefined
  /** Done in this order when several fall on one step. */
  readonly duties: readonly Duty[]
  readonly follower: Follower
  readonly rate: RateTracker
  /** Up to which step duties are done: the experiment's own step, unless it was cut in the middle of them. */
  dutiesStep: number
  /** Whether training is over before its steps are made; asked between slices and duties. */
  ended(): boolean
  stopRequested(): boolean
  progress(): RunEvent
}

/** How long the loop keeps the process to itself: signals, timers and pages wait no longer than this. */
const sliceMilliseconds = 10
const progressMilliseconds = 100

/**
 * The one loop: an experiment advances in slices, duties fall due between them, and whoever iterates sees coarse events.
 * Returns when the steps are made, the experiment has ended, or a stop was requested.
 */
export async function* runLoop(plan: LoopPlan): AsyncGenerator<RunEvent, void> {
  const { experiment, duties, steps } = plan
  let progressAt = 0
  for (;;) {
    const { step } = experiment
    if (step > plan.dutiesStep) {
      for (const duty of duties) {
        const crossed = Math.floor(step / duty.every) > Math.floor(plan.dutiesStep / duty.every)
        // What an earlier duty ended, the later ones see at its end.
        if (!crossed && step < steps && !plan.ended()) continue
        yield* duty.run(step)
        if (plan.stopRequested()) return
      }
      plan.dutiesStep = step
    }
    if (performance.now() >= progressAt) {
      progressAt = performance.now() + progressMilliseconds
      yield plan.progress()
    }
    await nextTick()
    if (step >= steps || plan.ended() || plan.stopRequested()) break

    const began = performance.now()
    const untilStep = Math.min(steps, ...duties.map(({ every }) => (Math.floor(step / every) + 1) * every))
    experiment.advance({ untilStep, untilUpdates: plan.updates, deadline: began + sliceMilliseconds }, plan.follower)
    plan.rate.add(experiment.step - step, (performance.now() - began) / 1000)
  }
  yield plan.progress()
}
