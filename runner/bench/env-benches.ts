import { createRng } from '../../core/rng.ts'
import { make } from '../../envs/index.ts'
import { timed, type Bench } from './types.ts'

export const envBenches: readonly Bench[] = [
  {
    name: 'cartpole',
    title: 'a step of CartPole-v1 through make, random actions',
    unit: 'step',
    peers: [{ name: 'Gymnasium', key: 'cartpole', target: 1 / 20 }],
    rounds: 10,
    async prepare() {
      const env = await make('CartPole-v1')
      const rng = createRng(0)
      env.reset({ seed: 0 })
      return timed(() => {
        const { terminated, truncated } = env.step(env.actionSpace.sample(rng))
        if (terminated || truncated) env.reset()
      }, 100_000)
    },
  },
]
