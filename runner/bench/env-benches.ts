import { createRng } from '../../core/rng.ts'
import { make, makeVector, type VectorMode } from '../../envs/index.ts'
import { timed, type Bench } from './types.ts'

/** Random actions through `make`, resets included. */
function stepping(name: string, id: string, calls: number, target = 1 / 20): Bench {
  return {
    name,
    title: `a step of ${id} through make, random actions`,
    unit: 'step',
    peers: [{ name: 'Gymnasium', key: name, target }],
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

/** With the observation, that every step of ours returns. */
function minatar(key: string, game: string): Bench {
  return {
    name: `minatar-${key}`,
    title: `a step of MinAtar/${game}-v1 with its observation through make, random actions`,
    unit: 'step',
    peers: [{ name: 'MinAtar package', key: `minatar-${key}`, target: 1 / 8 }],
    rounds: 5,
    async prepare() {
      const env = await make(`MinAtar/${game}-v1`)
      const rng = createRng(0)
      env.reset({ seed: 0 })
      return timed(() => {
        if (env.step(env.actionSpace.sample(rng)).terminated) env.reset()
      }, 100_000)
    },
  }
}

const lanes = 8

/** Random actions in a vector environment; peers step theirs in one process, or in one a lane. */
function steppingLanes(name: string, mode: VectorMode, calls: number, target: number): Bench {
  return {
    name,
    title: `a step of one of ${lanes} CartPoles in a ${mode} vector, random actions`,
    unit: 'step',
    peers: [{ name: 'Gymnasium', key: name, target }],
    rounds: 5,
    async prepare() {
      const env = await makeVector('CartPole-v1', { lanes, mode })
      const rng = createRng(0)
      const actions = new Int32Array(lanes)
      env.reset({ seed: 0 })
      const round = timed(() => {
        for (let lane = 0; lane < lanes; lane++) actions[lane] = rng.int(2)
        env.step(actions)
      }, calls)
      return () => round() / lanes
    },
  }
}

/** Lanes of an arcade game as agents see it, by φ, in threads, beside the same lanes in one. */
function arcadeLanes(name: string, id: string): Bench {
  const prepare = async (mode: VectorMode): Promise<() => number> => {
    const spec = { id, wrappers: [{ name: 'AtariPreprocessing', kwargs: {} }] }
    const env = await makeVector(spec, { lanes, mode })
    const rng = createRng(0)
    const actions = new Int32Array(lanes)
    env.reset({ seed: 0 })
    const round = timed(() => {
      // Both games have four actions or more.
      for (let lane = 0; lane < lanes; lane++) actions[lane] = rng.int(4)
      env.step(actions)
    }, 20)
    return () => round() / lanes
  }
  return {
    name,
    title: `a step of one of ${lanes} lanes of ${id} with φ in a workers vector, random actions`,
    unit: 'step',
    peers: [],
    own: { name: 'in a sync vector', target: 1 / 1.7, prepare: () => prepare('sync') },
    rounds: 40,
    prepare: () => prepare('workers'),
  }
}

/** Python's own, from here; a step goes there and back through two pipes. */
function bridged(name: string, id: string, peer: string, calls: number, target: number): Bench {
  return { ...stepping(name, `gymnasium:${id}`, calls), peers: [{ name: 'in Python', key: peer, target }], rounds: 3 }
}

export const envBenches: readonly Bench[] = [
  { ...stepping('breakout', 'Arcade/Breakout-v0', 10_000), peers: [] },
  { ...stepping('pong', 'Arcade/Pong-v0', 10_000), peers: [] },
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
  // Against Box2D in C++, where most of a step goes to its solver.
  stepping('lunar-lander', 'LunarLander-v3', 10_000, 1 / 2),
  bridged('bridge-cartpole', 'CartPole-v1', 'cartpole', 5_000, 6),
  bridged('bridge-pong', 'ALE/Pong-v5', 'ale-pong', 1_000, 1.5),
  steppingLanes('cartpole-8', 'sync', 20_000, 1 / 15),
  steppingLanes('cartpole-8-threads', 'workers', 1_000, 1 / 15),
  arcadeLanes('breakout-8-threads', 'Arcade/Breakout-v0'),
  arcadeLanes('pong-8-threads', 'Arcade/Pong-v0'),
]
