import { register, type EnvMaker } from '../registry.ts'
import type { Game, GameOptions } from './game.ts'
import { MinAtar, type MinAtarOptions } from './minatar.ts'

type Build = new (options: GameOptions) => Game

const games: Readonly<Record<string, () => Promise<Build>>> = {
  Asterix: async () => (await import('./asterix.ts')).Asterix,
  Breakout: async () => (await import('./breakout.ts')).Breakout,
  Freeway: async () => (await import('./freeway.ts')).Freeway,
  Seaquest: async () => (await import('./seaquest.ts')).Seaquest,
  SpaceInvaders: async () => (await import('./space-invaders.ts')).SpaceInvaders,
}

for (const [name, load] of Object.entries(games)) {
  const maker = async (): Promise<EnvMaker> => {
    const Rules = await load()
    return (kwargs: MinAtarOptions) => new MinAtar((options) => new Rules(options), kwargs)
  }
  register({ id: `MinAtar/${name}-v0`, kwargs: { useMinimalActionSet: false } }, maker)
  register({ id: `MinAtar/${name}-v1`, kwargs: { useMinimalActionSet: true } }, maker)
}
