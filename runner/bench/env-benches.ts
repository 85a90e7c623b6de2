import { createRng } from '../../core/rng.ts'
import { make, makeVector } from '../../envs/index.ts'
import { timed, type Bench } from './types.ts'

/** Random actions through `make`, resets included. */
function stepping(name: string, id: string, calls: number): Bench {
  return {
    name,
    title: `a step of ${id} through make, random actions`,
    unit: 'step',
    peers: [{ name: 'Gymnasium', key: name, target: 1 / 20 }],
    rounds: 5,
    async prepare() {
      const env = await make(id)
      const rng = createRng(0)
      env.reset({ seed: 0 })
      return timed(() => {
        const { terminated, truncated } = env.step(env.actionSpace.sample(rng))
        if (terminated || truncated) env.reset()
      }, calls)
    },
  }
}

/** As the package is played: without safety wrappers, with the observation that every step of ours returns. */
function minatar(key: string, game: string): Bench {
  return {
    name: `minatar-${key}`,
    title: `a step of MinAtar/${game}-v1 with its observation, no wrappers, random actions`,
    unit: 'step',
    peers: [{ name: 'MinAtar package', key: `minatar-${key}`, target: 1 / 8 }],
    rounds: 5,
    async prepare() {
      const env = await make(`MinAtar/${game}-v1`, { checker: false, orderEnforcing: false })
      const rng = createRng(0)
      env.reset({ seed: 0 })
      return timed(() => {
        if (env.step(env.actionSpace.sample(rng)).terminated) env.reset()
      }, 100_000)
    },
  }
}

const lanes = 8

export const envBenches: readonly Bench[] = [
  stepping('cartpole', 'CartPole-v1', 100_000),
  stepping('acrobot', 'Acrobot-v1', 20_000),
  stepping('frozen-lake', 'FrozenLake-v1', 100_000),
  stepping('taxi', 'Taxi-v4', 100_000),
  stepping('cliff-walking', 'CliffWalking-v1', 100_000),
  minatar('asterix', 'Asterix'),
  minatar('breakout', 'Breakout'),
  minatar('freeway', 'Freeway'),
  minatar('seaquest', 'Seaquest'),
  minatar('space-invaders', 'SpaceInvaders'),
  {
    name: 'cartpole-8',
    title: 'a step of one of 8 CartPoles in a sync vector, random actions',
    unit: 'step',
    peers: [{ name: 'Gymnasium', key: 'cartpole-8', target: 1 / 15 }],
    rounds: 5,
    async prepare() {
      const env = await makeVector('CartPole-v1', { lanes })
      const rng = createRng(0)
      const actions = new Int32Array(lanes)
      env.reset({ seed: 0 })
      const round = timed(() => {
        for (let lane = 0; lane < lanes; lane++) actions[lane] = rng.int(2)
        env.step(actions)
      }, 20_000)
      return () => round() / lanes
    },
  },
]
