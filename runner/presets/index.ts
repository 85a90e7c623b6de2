import { cartPole } from './cartpole.ts'
import { classicControl } from './classic-control.ts'
import { grids } from './grids.ts'
import { pixels } from './pixels.ts'
import { tabular } from './tabular.ts'
import { ppo } from './ppo.ts'
import type { Preset } from './types.ts'

export type { Preset } from './types.ts'

export const presets: readonly Preset[] = [...cartPole, ...classicControl, ...grids, ...pixels, ...tabular, ...ppo]

/** The preset of an agent in an environment: the one with the longest name that fits. */
export function findPreset(agent: string, env: string): Preset | undefined {
  return presets
    .filter((preset) => preset.agent === agent && fits(preset.env, env))
    .toSorted((a, b) => b.env.length - a.env.length)[0]
}

function fits(pattern: string, env: string): boolean {
  return pattern.endsWith('*') ? env.startsWith(pattern.slice(0, -1)) : pattern === env
}
