import type { AgentDefinition } from '../types.ts'
import { dqnConfig, type DqnConfig } from './config.ts'

const load: AgentDefinition<DqnConfig>['load'] = async () => (await import('./dqn.ts')).factory

const rainbow = { double: true, dueling: 'mean', prioritized: true, nStep: 3, noisy: true, distribution: 'categorical' }

/** The value-based family: one agent, each name a set of its switches. */
export const dqnFamily: readonly AgentDefinition<DqnConfig>[] = (
  [
    ['dqn', {}, 'deep Q-learning with replay and fixed targets (Mnih et al. 2015); its switches are all settings'],
    [
      'double-dqn',
      { double: true },
      'the online network chooses the next action, the target network values it (van Hasselt et al. 2015)',
    ],
    [
      'prioritized-dqn',
      { double: true, prioritized: true },
      'double-dqn that draws transitions by their TD errors (Schaul et al. 2016)',
    ],
    [
      'dueling-dqn',
      { double: true, dueling: 'mean' },
      'double-dqn with streams for the state and for the actions (Wang et al. 2016)',
    ],
    [
      'n-step-dqn',
      { double: true, nStep: 3 },
      'double-dqn on returns of three steps (Sutton and Barto 2018, section 7.1)',
    ],
    [
      'noisy-dqn',
      { double: true, noisy: true },
      'double-dqn that explores by learned noise on its weights (Fortunato et al. 2018)',
    ],
    ['c51', { distribution: 'categorical' }, 'the distribution of returns on 51 atoms (Bellemare et al. 2017)'],
    ['qr-dqn', { distribution: 'quantile' }, 'the distribution of returns by fixed quantiles (Dabney et al. 2018)'],
    ['iqn', { distribution: 'implicit' }, 'the distribution of returns by any quantile (Dabney et al. 2018)'],
    [
      'rainbow',
      rainbow,
      'double, dueling, prioritized, three-step, noisy and categorical at once (Hessel et al. 2018)',
    ],
    ['munchausen-dqn', { munchausen: true }, 'adds the scaled log-policy to the reward (Vieillard et al. 2020)'],
    [
      'drqn',
      { double: true, recurrent: 'lstm' },
      'double-dqn with an LSTM, on sequences from the replay (Hausknecht and Stone 2015)',
    ],
  ] as const
).map(([name, defaults, summary]) => ({ name, summary, config: dqnConfig, defaults, load }))
