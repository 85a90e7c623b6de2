import { createRng, type Rng } from '../../core/rng.ts'
import { dqnConfig } from '../../agents/dqn/config.ts'
import { createLearner, type Learner } from '../../agents/dqn/learner.ts'
import { createEncoder, type ObservationEncoder } from '../../agents/networks/observation.ts'
import { createQNetwork, type QNetwork } from '../../agents/networks/q-network.ts'
import { adam, gradientsOf, openEngine, tf, type Engine } from '../../engine/index.ts'
import { dense } from '../../engine/layers/dense.ts'
import { lstm } from '../../engine/layers/lstm.ts'
import { createVariables } from '../../engine/layers/variables.ts'
import type { Variables } from '../../engine/types.ts'
import { spaces } from '../../envs/index.ts'
import type { Space } from '../../envs/spaces/index.ts'
import { createAdversary } from '../../generative/adversary.ts'
import { dcganNetworks } from '../../generative/dcgan.ts'
import { ganNetworks } from '../../generative/gan.ts'
import type { GanNetworks } from '../../generative/types.ts'
import { timed, type Bench, type BenchEngine } from './types.ts'

const vector = spaces.box({ low: -Infinity, high: Infinity, shape: [4] })
const pixels = (shape: readonly number[]): Space => spaces.box({ low: 0, high: 255, shape: [...shape], dtype: 'uint8' })

export const engineBenches: readonly Bench[] = [
  {
    name: 'update',
    title: 'DQN update, MLP 4-120-84-2, batch 128, Huber, Adam',
    unit: 'call',
    peers: [{ name: 'PyTorch', key: 'update', target: 0.5 }],
    rounds: 10,
    prepare: async (on) => qUpdate(on, vector, 2, 128, 200),
  },
  {
    name: 'act',
    title: 'acting on one state, the same network',
    unit: 'call',
    peers: [{ name: 'PyTorch', key: 'act', target: 0.7 }],
    rounds: 10,
    prepare: async (on) => act(on, vector, 2, 500),
  },
  {
    name: 'update-minatar',
    title: 'DQN update, MinAtar network on 10×10×4 bytes, batch 32, Huber, Adam',
    unit: 'call',
    peers: [{ name: 'PyTorch', key: 'update-minatar', target: 0.6 }],
    rounds: 10,
    prepare: async (on) => qUpdate(on, pixels([4, 10, 10]), 6, 32, 100),
  },
  {
    name: 'update-nature',
    title: 'DQN update, Nature network on 84×84×4 bytes, batch 32, Huber, Adam',
    unit: 'call',
    peers: [{ name: 'PyTorch', key: 'update-nature', target: 1.1 }],
    rounds: 5,
    prepare: async (on) => qUpdate(on, pixels([4, 84, 84]), 6, 32, 5),
  },
  {
    name: 'act-nature',
    title: 'acting on one state, the same network',
    unit: 'call',
    peers: [{ name: 'PyTorch', key: 'act-nature', target: 0.75 }],
    rounds: 10,
    prepare: async (on) => act(on, pixels([4, 84, 84]), 6, 100),
  },
  {
    name: 'update-lstm',
    title: 'LSTM of 64 units on 10 steps of 8 numbers, dense 4, batch 32, squared error, Adam',
    unit: 'call',
    peers: [{ name: 'PyTorch', key: 'update-lstm', target: 1 }],
    rounds: 10,
    prepare: async (on) => lstmUpdate(on),
  },
  {
    name: 'update-gan',
    title: 'GAN on 28×28, dense 128 each, batch 100: both steps, Adam',
    unit: 'call',
    peers: [{ name: 'PyTorch', key: 'update-gan', target: 0.7 }],
    rounds: 10,
    prepare: async (on) =>
      adversarialUpdate(
        on,
        ganNetworks({ image: { height: 28, width: 28, channels: 1 }, latent: 100, hidden: 128, slope: 0.01 }),
        100,
        20,
      ),
  },
  {
    name: 'update-dcgan',
    title: 'DCGAN on 32×32×3, 512 channels, batch 128: both steps, Adam',
    unit: 'call',
    peers: [{ name: 'PyTorch', key: 'update-dcgan', target: 1.1 }],
    rounds: 2,
    prepare: async (on) =>
      adversarialUpdate(
        on,
        dcganNetworks({ image: { height: 32, width: 32, channels: 3 }, latent: 100, channels: 512, slope: 0.2 }),
        128,
        1,
      ),
  },
]

interface QParts {
  readonly engine: Engine
  readonly rng: Rng
  readonly encoder: ObservationEncoder
  readonly network: QNetwork
  readonly online: Variables
  readonly learner: Learner
}

/** A Q-network, its target and its learner, without the rest of an agent. */
async function qParts({ engine: wanted, threads }: BenchEngine, space: Space, actions: number, batchSize: number) {
  const engine = await openEngine({ engine: wanted, threads })
  const rng = createRng(0)
  const config = dqnConfig.parse({ batchSize, gradientNorm: null })
  const encoder = createEncoder(space, 'dqn')
  const network = createQNetwork(encoder, actions, config.network)
  const online = createVariables(network.init(rng))
  const target = createVariables(network.init(rng), false)
  const learner = createLearner({ engine, config, network, encoder, actions, online, target })
  return { engine, rng, encoder, network, online, learner } satisfies QParts
}

async function qUpdate(on: BenchEngine, space: Space, actions: number, batch: number, calls: number) {
  const { learner, encoder, rng } = await qParts(on, space, actions, batch)
  const inputs = {
    observation: observations(encoder, batch, rng),
    action: Int32Array.from({ length: batch }, () => rng.int(actions)),
    reward: Float32Array.from({ length: batch }, () => rng.normal()),
    discount: new Float32Array(batch).fill(0.99),
    nextObservation: observations(encoder, batch, rng),
    learningRate: 2.5e-4,
  }
  const update = learner.update(false)
  return timed(() => void update(inputs), calls)
}

async function act(on: BenchEngine, space: Space, actions: number, calls: number) {
  const { engine, network, encoder, online, rng } = await qParts(on, space, actions, 32)
  const q = engine.compile(({ x }) => ({ q: network.apply(online, x!).q }), {
    state: online,
    inputs: { x: encoder.spec(null) },
  })
  const inputs = { x: observations(encoder, 1, rng) }
  return timed(() => void q(inputs), calls)
}

function observations({ format }: ObservationEncoder, count: number, rng: Rng): Float32Array | Uint8Array {
  const length = count * format.length
  return format.dtype === 'uint8'
    ? Uint8Array.from({ length }, () => rng.int(256))
    : Float32Array.from({ length }, () => rng.normal())
}

async function lstmUpdate({ engine: wanted, threads }: BenchEngine) {
  const engine = await openEngine({ engine: wanted, threads })
  const [batch, time, features, units, outputs] = [32, 10, 8, 64, 4]
  const rng = createRng(0)
  const initializer = 'uniform'
  const layer = lstm('lstm', { inputs: features, units, initializer })
  const head = dense('head', { inputs: units, outputs, initializer })
  const weights = createVariables({ ...layer.init(rng), ...head.init(rng) })
  const optimizer = adam(weights)
  const update = engine.compile(
    ({ x, y, learningRate }) => {
      const { value, gradients } = gradientsOf(() => {
        const zeros = tf.zeros([batch, units])
        const { hidden } = layer.unroll(weights, x!, { hidden: zeros, cell: zeros })
        const out = head.apply(weights, tf.reshape(hidden, [batch * time, units]))
        return tf.mean(tf.square(tf.sub(out, tf.reshape(y!, [batch * time, outputs]))))
      }, weights)
      optimizer.apply(gradients, learningRate!)
      return { loss: value }
    },
    {
      state: { ...weights, ...optimizer.state },
      inputs: {
        x: { shape: [batch, time, features], dtype: 'float32' },
        y: { shape: [batch, time, outputs], dtype: 'float32' },
        learningRate: { shape: [], dtype: 'float32' },
      },
    },
  )
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => rng.normal())
  const inputs = { x: draw(batch * time * features), y: draw(batch * time * outputs), learningRate: 1e-3 }
  return timed(() => void update(inputs), 50)
}

async function adversarialUpdate(on: BenchEngine, networks: GanNetworks, batch: number, calls: number) {
  const engine = await openEngine({ engine: on.engine, threads: on.threads })
  const rng = createRng(0)
  const adversary = createAdversary({ engine, networks, rng, beta1: 0.5, smoothing: 0 })
  const { height, width, channels } = networks.generator.image
  const draw = (length: number): Float32Array => Float32Array.from({ length }, () => rng.uniform(-1, 1))
  const inputs = {
    real: draw(batch * height * width * channels),
    z: draw(batch * networks.generator.latent),
    learningRate: 2e-4,
  }
  const update = adversary.update(batch)
  return timed(() => void update(inputs), calls)
}
