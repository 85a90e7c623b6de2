import { z } from 'zod'
import { boundedSchedule } from '../schedules.ts'

const byVisits = (what: string, power: number) =>
  z.strictObject({
    kind: z.literal('visits'),
    power: z.number().min(0).max(1).default(power).describe(`p of ${what}`),
  })

/** One tabular agent and its switches. Everything that counts time counts env steps, all lanes together. */
export const tabularConfig = z.strictObject({
  target: z
    .enum(['max', 'sarsa', 'expected'])
    .default('max')
    .describe(
      'what a target takes for the value of the next state: max: its best action (Q-learning); sarsa: the action taken there; expected: the mean over the ε-greedy policy',
    ),
  double: z
    .boolean()
    .default(false)
    .describe('two tables: one drawn at random is updated, the other values; the agent acts on their mean'),
  gamma: z.number().min(0).max(1).default(0.99).describe('discount per env step'),
  learningRate: z
    .union([boundedSchedule(0, 1), byVisits('1 / n(s, a)^p, n the updates of that entry', 0.8)])
    .default(0.1)
    .describe('step size: a schedule over env steps, or {kind: visits, power: p}: 1 / n(s, a)^p'),
  epsilon: z
    .union([boundedSchedule(0, 1), byVisits('1 / n(s)^p, n the visits of the state', 0.5)])
    .default({ kind: 'linear', from: 1, to: 0.05, over: '50%' })
    .describe(
      'share of random actions in training: a schedule over env steps, or {kind: visits, power: p}: 1 / n(s)^p',
    ),
  evaluationEpsilon: z.number().min(0).max(1).default(0).describe('share of random actions in evaluation'),
  initialValue: z
    .number()
    .default(0)
    .describe('what every entry begins with; above all returns (optimism) it makes the greedy policy explore'),
})

export type TabularConfig = z.infer<typeof tabularConfig>
