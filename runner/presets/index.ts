import { cartPole } from './cartpole.ts'
import { classicControl } from './classic-control.ts'
import { grids } from './grids.ts'
import { tabular } from './tabular.ts'
import { ppo } from './ppo.ts'
import type { Preset } from './types.ts'

export type { Preset } from './types.ts'

export const presets: readonly Preset[] = [...cartPole, ...classicControl, ...grids, ...tabular, ...ppo]

/** The preset of an agent in an environment, else the agent's preset for any. */
export function findPreset(agent: string, env: string): Preset | undefined {
  return (
    presets.find((p) => p.agent === agent && p.env === env) ?? presets.find((p) => p.agent === agent && p.env === '*')
  )
}
