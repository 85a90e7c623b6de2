import type { AgentDefinition } from '../types.ts'
import { dqnConfig, type DqnConfig } from './config.ts'

const load: AgentDefinition<DqnConfig>['load'] = async () => (await import('./dqn.ts')).factory

/** Deep Q-learning (Mnih et al. 2015). */
export const dqn: AgentDefinition<DqnConfig> = {
  name: 'dqn',
  summary: 'deep Q-learning with replay and fixed targets (Mnih et al. 2015); its switches are all settings',
  config: dqnConfig,
  load,
}

/** Double DQN (van Hasselt, Guez and Silver 2015). */
export const doubleDqn: AgentDefinition<DqnConfig> = {
  name: 'double-dqn',
  summary:
    'dqn whose online network chooses the next action and whose target network values it (van Hasselt et al. 2015)',
  config: dqnConfig,
  defaults: { double: true },
  load,
}
