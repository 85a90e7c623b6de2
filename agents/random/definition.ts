import { z } from 'zod'
import type { AgentDefinition } from '../types.ts'

const config = z.strictObject({})

/** Uniformly random actions: the floor that every learner is measured against. */
export const random: AgentDefinition<z.infer<typeof config>> = {
  name: 'random',
  summary: 'uniformly random actions; learns nothing: the floor that learners are measured against',
  config,
  load: async () => (await import('./random.ts')).factory,
}
