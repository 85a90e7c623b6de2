import { z } from 'zod'

/** A number that changes over training: env step (all lanes together) → value. */
export type Schedule = (step: number) => number

const duration = z
  .union([
    z.number().nonnegative(),
    z.string().regex(/^\d+(\.\d+)?%$/, 'expected env steps, or a share of the run such as "30%"'),
  ])
  .describe('env steps, or a share of the run such as "30%"')

const constant = z.strictObject({ kind: z.literal('constant'), value: z.number() })

const linear = z.strictObject({
  kind: z.literal('linear'),
  from: z.number(),
  to: z.number(),
  over: duration,
  after: duration.optional().describe('when it begins to move; default 0'),
})

const exponential = z.strictObject({
  kind: z.literal('exponential'),
  from: z.number(),
  to: z.number().describe('what it tends to'),
  timeConstant: duration.describe('time in which the distance to `to` falls to 1/e of what it was'),
})

const piecewise = z.strictObject({
  kind: z.literal('piecewise'),
  points: z
    .array(z.tuple([duration, z.number()]))
    .min(1)
    .refine(
      (points) =>
        points.every(([time], i) => {
          const [before] = points[i - 1] ?? []
          // A share and a number of steps are compared when the steps are known.
          if (before === undefined || typeof time !== typeof before) return true
          return envSteps(before, 1) <= envSteps(time, 1)
        }),
      { error: 'expected points in order of time' },
    )
    .describe('[time, value] pairs in order of time: straight lines between, constant outside'),
})

/** A bare number means constant. */
export const scheduleSchema = z.union([
  z.number(),
  z.discriminatedUnion('kind', [constant, linear, exponential, piecewise]),
])

export type ScheduleConfig = z.infer<typeof scheduleSchema>
export type Duration = z.infer<typeof duration>

/** A schedule all of whose values lie in [minimum, maximum]: checked where the config is read, not at the step that breaks it. */
export function boundedSchedule(minimum: number, maximum: number): typeof scheduleSchema {
  return scheduleSchema.refine((config) => extremes(config).every((value) => value >= minimum && value <= maximum), {
    error:
      maximum === Infinity
        ? `expected no value below ${minimum}`
        : `expected all values between ${minimum} and ${maximum}`,
  })
}

/** `steps`: the run's budget in env steps, for durations given as a share of it. */
export function createSchedule(config: ScheduleConfig, steps: number): Schedule {
  if (typeof config === 'number') return () => config
  switch (config.kind) {
    case 'constant':
      return () => config.value
    case 'linear': {
      const start = envSteps(config.after ?? 0, steps)
      const length = envSteps(config.over, steps)
      return linearSchedule(config.from, config.to, start, length)
    }
    case 'exponential': {
      const timeConstant = envSteps(config.timeConstant, steps)
      return exponentialSchedule(config.from, config.to, timeConstant)
    }
    case 'piecewise':
      return piecewiseSchedule(config.points.map(([time, value]) => [envSteps(time, steps), value]))
  }
}

/** `from` until `start`, `to` from `start + length` on, a straight line between. */
export function linearSchedule(from: number, to: number, start: number, length: number): Schedule {
  return (step) => {
    if (step >= start + length) return to
    return step <= start ? from : from + ((step - start) / length) * (to - from)
  }
}

/** to + (from − to)·exp(−step / timeConstant); with timeConstant 0 it is `to` after step 0. */
export function exponentialSchedule(from: number, to: number, timeConstant: number): Schedule {
  return (step) => (step <= 0 ? from : timeConstant === 0 ? to : to + (from - to) * Math.exp(-step / timeConstant))
}

/** Straight lines through [step, value] points; where two stand at one step, the later one holds from that step on. */
export function piecewiseSchedule(points: readonly (readonly [number, number])[]): Schedule {
  const sorted = points.map((point, i) => [...point, i] as const).sort((a, b) => a[0] - b[0] || a[2] - b[2])
  return (step) => {
    let before = sorted[0]!
    if (step < before[0]) return before[1]
    for (const next of sorted) {
      if (next[0] > step) return before[1] + ((step - before[0]) / (next[0] - before[0])) * (next[1] - before[1])
      before = next
    }
    return before[1]
  }
}

/** A duration in env steps. */
export function envSteps(time: Duration, steps: number): number {
  return typeof time === 'number' ? time : (Number(time.slice(0, -1)) / 100) * steps
}

function extremes(config: ScheduleConfig): number[] {
  if (typeof config === 'number') return [config]
  if (config.kind === 'constant') return [config.value]
  return config.kind === 'piecewise' ? config.points.map(([, value]) => value) : [config.from, config.to]
}
