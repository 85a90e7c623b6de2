import { createPhi, createPlainPhi } from '../../core/raster/index.ts'
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

/** φ of two Atari frames: maximum, luminance, 84 × 84 by area, and the last four pictures as an array of their own. */
function preprocessing(name: string, title: string, create: typeof createPhi, target: number): Bench {
  return {
    name,
    title,
    unit: 'call',
    peers: [{ name: 'OpenCV', key: 'phi', target }],
    rounds: 10,
    async prepare() {
      const rng = createRng(0)
      const frame = (): Uint8Array => Uint8Array.from({ length: 210 * 160 * 3 }, () => rng.int(256))
      const [before, last] = [frame(), frame()]
      const phi = create({ from: { height: 210, width: 160 }, to: { height: 84, width: 84 } })
      const picture = new Uint8Array(84 * 84)
      const stack = new Uint8Array(4 * picture.length)
      return timed(() => {
        phi(before, last, picture)
        stack.copyWithin(0, picture.length)
        stack.set(picture, 3 * picture.length)
        stack.slice()
      }, 1000)
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
  preprocessing('phi', 'φ of two 210×160×3 frames, 84×84 by area, a stack of 4', createPhi, 1),
  preprocessing('phi-plain', 'the same in TypeScript alone', createPlainPhi, 3),
]
