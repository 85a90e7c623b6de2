import { createRng } from '../../core/rng.ts'
import { make, makeVector } from '../../envs/index.ts'
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

const lanes = 8

export const envBenches: readonly Bench[] = [
  { ...stepping('breakout', 'Arcade/Breakout-v0', 10_000), peers: [] },
  { ...stepping('pong', 'Arcade/Pong-v0', 10_000), peers: [] },
  stepping('cartpole', 'CartPole-v1', 100_000),
  stepping('acrobot', 'Acrobot-v1', 20_000),
  stepping('frozen-lake', 'FrozenLake-v1', 100_000),
  stepping('taxi', 'Taxi-v4', 100_000),
  stepping('cliff-walking', 'CliffWalking-v1', 100_000),
  // Against Box2D in C++, where most of a step goes to its solver.
  stepping('lunar-lander', 'LunarLander-v3', 10_000, 1 / 2),
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
