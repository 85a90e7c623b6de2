import type { EnvControls } from '../controls.ts'
import { register, type EnvMaker } from '../registry.ts'
import { actionNames, type Game, type GameOptions } from './game.ts'
import { MinAtar, type MinAtarOptions } from './minatar.ts'

type Build = new (options: GameOptions) => Game

const games: Readonly<Record<string, () => Promise<Build>>> = {
  Asterix: async () => (await import('./asterix.ts')).Asterix,
  Breakout: async () => (await import('./breakout.ts')).Breakout,
  Freeway: async () => (await import('./freeway.ts')).Freeway,
  Seaquest: async () => (await import('./seaquest.ts')).Seaquest,
  SpaceInvaders: async () => (await import('./space-invaders.ts')).SpaceInvaders,
}

/** Actions of v1, and what the planes hold: told here, so that listing environments loads no game. */
const minimal: Readonly<Record<string, readonly (typeof actionNames)[number][]>> = {
  Asterix: ['no-op', 'left', 'up', 'right', 'down'],
  Breakout: ['no-op', 'left', 'right'],
  Freeway: ['no-op', 'up', 'down'],
  Seaquest: ['no-op', 'left', 'up', 'right', 'down', 'fire'],
  SpaceInvaders: ['no-op', 'left', 'right', 'fire'],
}
const planes: Readonly<Record<string, readonly string[]>> = {
  Asterix: ['player', 'enemy', 'trail', 'gold'],
  Breakout: ['paddle', 'ball', 'trail', 'brick'],
  Freeway: ['chicken', 'car', ...[2, 3, 4, 5, 6].map((n) => `trail: every ${n}${['nd', 'rd'][n - 2] ?? 'th'} frame`)],
  Seaquest: [
    ...['submarine front', 'submarine back', 'own bullet', 'trail', 'enemy bullet', 'enemy fish'],
    ...['enemy submarine', 'oxygen', 'divers on board', 'diver'],
  ],
  SpaceInvaders: ['cannon', 'alien', 'alien moving left', 'alien moving right', 'own bullet', 'alien bullet'],
}
const keyNames = { ArrowLeft: 'left', ArrowUp: 'up', ArrowRight: 'right', ArrowDown: 'down', ' ': 'fire' } as const

function controlsOf(name: string, actions: readonly string[]): EnvControls {
  const keys = Object.entries(keyNames).map(([key, name]) => [key, actions.indexOf(name)] as const)
  return {
    actions,
    keys: Object.fromEntries(keys.filter(([, action]) => action >= 0)),
    idle: 0,
    observation: planes[name]!,
  }
}

for (const [name, load] of Object.entries(games)) {
  const maker = async (): Promise<EnvMaker> => {
    const Rules = await load()
    return (kwargs: MinAtarOptions) => new MinAtar((options) => new Rules(options), kwargs)
  }
  register({ id: `MinAtar/${name}-v0`, kwargs: { useMinimalActionSet: false } }, maker, controlsOf(name, actionNames))
  register({ id: `MinAtar/${name}-v1`, kwargs: { useMinimalActionSet: true } }, maker, controlsOf(name, minimal[name]!))
}
