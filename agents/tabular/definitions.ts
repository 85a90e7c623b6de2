import type { AgentDefinition } from '../types.ts'
import { tabularConfig, type TabularConfig } from './config.ts'

const define = (name: string, summary: string, defaults: Partial<TabularConfig>): AgentDefinition<TabularConfig> => ({
  name,
  summary,
  config: tabularConfig,
  defaults,
  load: async () => (await import('./tabular.ts')).factory,
})

/** One agent with switches, by the names of its classical settings. */
export const tabular: readonly AgentDefinition<TabularConfig>[] = [
  define('q-learning', 'a table of q, moved towards r + γ max q (Watkins 1989)', { target: 'max' }),
  define('double-q-learning', 'two tables: one chooses the next action, the other values it (van Hasselt 2010)', {
    target: 'max',
    double: true,
  }),
  define('sarsa', 'a table of q, moved towards r + γ q of the next action taken (Rummery and Niranjan 1994)', {
    target: 'sarsa',
  }),
  define('expected-sarsa', "a table of q, moved towards r + γ its policy's mean (van Seijen et al. 2009)", {
    target: 'expected',
  }),
]
