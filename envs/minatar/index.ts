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

/** Actions of v1: told here, so that listing environments loads no game. */
const minimal: Readonly<Record<string, readonly (typeof actionNames)[number][]>> = {
  Asterix: ['no-op', 'left', 'up', 'right', 'down'],
  Breakout: ['no-op', 'left', 'right'],
  Freeway: ['no-op', 'up', 'down'],
  Seaquest: ['no-op', 'left', 'up', 'right', 'down', 'fire'],
  SpaceInvaders: ['no-op', 'left', 'right', 'fire'],
}
const keyNames = { ArrowLeft: 'left', ArrowUp: 'up', ArrowRight: 'right', ArrowDown: 'down', ' ': 'fire' } as const

function controlsOf(actions: readonly string[]): EnvControls {
  const keys = Object.entries(keyNames).map(([key, name]) => [key, actions.indexOf(name)] as const)
  return { actions, keys: Object.fromEntries(keys.filter(([, action]) => action >= 0)), idle: 0 }
}

for (const [name, load] of Object.entries(games)) {
  const maker = async (): Promise<EnvMaker> => {
    const Rules = await load()
    return (kwargs: MinAtarOptions) => new MinAtar((options) => new Rules(options), kwargs)
  }
  register({ id: `MinAtar/${name}-v0`, kwargs: { useMinimalActionSet: false } }, maker, controlsOf(actionNames))
  register({ id: `MinAtar/${name}-v1`, kwargs: { useMinimalActionSet: true } }, maker, controlsOf(minimal[name]!))
}
