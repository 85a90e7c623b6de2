import type { EpisodeStatistics } from '../../envs/types.ts'
import { fields, type StateTree } from '../../core/state.ts'

/** Folds episodes into the numbers that people watch: how many ended, and the mean return of the last `window`. */
export interface EpisodeTracker {
  add(episode: EpisodeStatistics): void
  readonly episodes: number
  /** Mean raw return of the last `window` episodes; undefined before the first. */
  meanReturn(): number | undefined
  meanLength(): number | undefined
  state(): StateTree
  restore(state: StateTree): void
}

export function createEpisodeTracker(window = 100): EpisodeTracker {
  let returns: number[] = []
  let lengths: number[] = []
  let episodes = 0
  return {
    add(episode) {
      episodes++
      returns.push(episode.return)
      lengths.push(episode.length)
      if (returns.length > window) {
        returns.shift()
        lengths.shift()
      }
    },
    get episodes() {
      return episodes
    },
    meanReturn: () => mean(returns),
    meanLength: () => mean(lengths),
    state: () => ({ episodes, returns: Float64Array.from(returns), lengths: Float64Array.from(lengths) }),
    restore(state) {
      const saved = fields(state, 'the episode tracker')
      episodes = saved.number('episodes')
      returns = [...saved.array('returns', 'float64')]
      lengths = [...saved.array('lengths', 'float64')]
    },
  }
}

/** Steps per second over the last few seconds of training, with what is not training (evaluations, saving) left out. */
export interface RateTracker {
  /** `steps` were made in `seconds` of training. */
  add(steps: number, seconds: number): void
  stepsPerSecond(): number
}

export function createRateTracker(windowSeconds = 5): RateTracker {
  const parts: { steps: number; seconds: number }[] = []
  let steps = 0
  let seconds = 0
  return {
    add(moreSteps, moreSeconds) {
      parts.push({ steps: moreSteps, seconds: moreSeconds })
      steps += moreSteps
      seconds += moreSeconds
      while (parts.length > 1 && seconds - parts[0]!.seconds > windowSeconds) {
        const oldest = parts.shift()!
        steps -= oldest.steps
        seconds -= oldest.seconds
      }
    },
    stepsPerSecond: () => (seconds > 0 ? steps / seconds : 0),
  }
}

/** Wall-clock seconds by part of the loop. Not part of what resumes bit-identically. */
export interface Timings {
  /** Adds the time since `from` (performance.now()) to a part, and returns now, so that parts chain. */
  lap(part: string, from: number): number
  seconds(): Record<string, number>
  restore(seconds: Readonly<Record<string, number>>): void
}

export function createTimings(): Timings {
  const milliseconds = new Map<string, number>()
  return {
    lap(part, from) {
      const now = performance.now()
      milliseconds.set(part, (milliseconds.get(part) ?? 0) + now - from)
      return now
    },
    seconds: () => Object.fromEntries([...milliseconds].map(([part, ms]) => [part, ms / 1000])),
    restore(seconds) {
      for (const [part, s] of Object.entries(seconds)) milliseconds.set(part, s * 1000)
    },
  }
}

function mean(values: readonly number[]): number | undefined {
  if (values.length === 0) return undefined
  let sum = 0
  for (const v of values) sum += v
  return sum / values.length
}
