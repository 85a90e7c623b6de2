import type { AgentDefinition } from '../types.ts'
import { ppoConfig, type PpoConfig } from './config.ts'

export const ppo: AgentDefinition<PpoConfig> = {
  name: 'ppo',
  summary: 'proximal policy optimisation: on-policy actor-critic, Discrete and Box actions (Schulman et al. 2017)',
  config: ppoConfig,
  load: async () => (await import('./ppo.ts')).factory,
}
