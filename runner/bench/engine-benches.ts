import { createRng } from '../../core/rng.ts'
import { dqnConfig } from '../../agents/dqn/config.ts'
import { createLearner } from '../../agents/dqn/learner.ts'
import { createEncoder } from '../../agents/networks/observation.ts'
import { createQNetwork } from '../../agents/networks/q-network.ts'
import { createVariables } from '../../engine/layers/variables.ts'
import { openEngine } from '../../engine/index.ts'
import { spaces } from '../../envs/index.ts'
import { timed, type Bench } from './types.ts'

export const engineBenches: readonly Bench[] = [
  {
    name: 'update',
    title: 'DQN update, MLP 4-120-84-2, batch 128, Huber, Adam, one thread',
    unit: 'call',
    peers: [{ name: 'PyTorch', key: 'update', target: 0.55 }],
    rounds: 10,
    async prepare() {
      const { learner, draw, rng } = await parts()
      const batch = 128
      const inputs = {
        observation: draw(batch * 4),
        action: Int32Array.from({ length: batch }, () => rng.int(2)),
        reward: draw(batch),
        discount: new Float32Array(batch).fill(0.99),
        nextObservation: draw(batch * 4),
        learningRate: 2.5e-4,
      }
      const update = learner.update(false)
      return timed(() => void update(inputs), 200)
    },
  },
  {
    name: 'act',
    title: 'acting on one state, the same network',
    unit: 'call',
    peers: [{ name: 'PyTorch', key: 'act', target: 0.7 }],
    rounds: 10,
    async prepare() {
      const { engine, network, encoder, online, draw } = await parts()
      const act = engine.compile(({ x }) => ({ q: network.apply(online, x!).q }), {
        state: online,
        inputs: { x: encoder.spec(null) },
      })
      const inputs = { x: draw(4) }
      return timed(() => void act(inputs), 500)
    },
  },
]

/** CleanRL's DQN network and update on the compiled engine. */
async function parts() {
  const engine = await openEngine({ engine: 'onnx', threads: 1 })
  const rng = createRng(0)
  const config = dqnConfig.parse({ batchSize: 128, gradientNorm: null, network: { hidden: [120, 84] } })
  const encoder = createEncoder(spaces.box({ low: -Infinity, high: Infinity, shape: [4] }), 'dqn')
  const network = createQNetwork(encoder, 2, config.network)
  const online = createVariables(network.init(rng))
  const target = createVariables(network.init(rng), false)
  const learner = createLearner({ engine, config, network, encoder, actions: 2, online, target })
  const draw = (n: number): Float32Array => Float32Array.from({ length: n }, () => rng.normal())
  return { engine, rng, encoder, network, online, learner, draw }
}
