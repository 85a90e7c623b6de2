import { writeFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createAgent } from '../../../agents/registry.ts'
import type { Agent, StepBatch } from '../../../agents/types.ts'
import { createRng } from '../../../core/rng.ts'
import { copyState } from '../../../core/state.ts'
import { openEngine } from '../../../engine/index.ts'
import { tf } from '../../../engine/tfjs.ts'
import { spaces } from '../../../envs/index.ts'
import type { Space } from '../../../envs/spaces/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringside-network-'))
afterAll(() => rmSync(folder, { recursive: true }))
const vectors = spaces.box({ low: -1, high: 1, shape: [4] })
const images = (side: number, channels = 2): Space =>
  spaces.box({ low: 0, high: 255, shape: [channels, side, side], dtype: 'uint8' })
const engine = await openEngine({ engine: 'onnx' })

function create(name: string, observationSpace: Space, settings: Record<string, unknown>): Promise<Agent> {
  const context = {
    observationSpace,
    actionSpace: spaces.discrete(3),
    lanes: 2,
    engine,
    rng: createRng(7),
    steps: 1000,
  }
  return createAgent(name, context, settings)
}

/** Lives through steps and learns; gives the weights. */
function live(agent: Agent, space: Space, from: number, to: number): Record<string, Float32Array> {
  const { shape, dtype } = space as unknown as { shape: readonly number[]; dtype: string }
  const length = 2 * shape.reduce((a, b) => a * b)
  for (let step = from; step < to; step++) {
    const rng = createRng(step)
    const draw = () =>
      dtype === 'uint8'
        ? Uint8Array.from({ length }, () => rng.int(256))
        : Float32Array.from({ length }, () => rng.uniform(-1, 1))
    const batch: StepBatch = {
      ...{
        lanes: 2,
        observation: draw(),
        action: Int32Array.of(step % 3, 1),
        extras: { recurrentState: new Float32Array(16) },
        nextObservation: draw(),
      },
      ...{ reward: Float64Array.of(1, -1), terminated: Uint8Array.of(0, 1), truncated: new Uint8Array(2) },
      // The second lane's episodes have one step.
      isFirst: Uint8Array.of(step === 0 ? 1 : 0, 1),
    }
    agent.observe(batch)
    agent.learn()
  }
  return Object.fromEntries(
    Object.entries(agent.networks()).map(([path, variable]) => [path, Float32Array.from(engine.read(variable))]),
  )
}

const quick = { batchSize: 8, learningStarts: 8, trainEvery: 2, replayCapacity: 100 }
const example = resolve('examples/custom-network.ts')

describe('IMPALA', () => {
  test('has the parameters of its paper, worked by hand', async () => {
    const agent = await create('dqn', images(84, 4), { ...quick, network: { kind: 'impala' } })
    const count = Object.entries(agent.networks())
      .filter(([path]) => path.startsWith('online/torso'))
      .reduce((sum, [, { size }]) => sum + size, 0)
    const conv = (i: number, o: number): number => 9 * i * o + o
    expect(count).toBe(
      conv(4, 16) + 4 * conv(16, 16) + conv(16, 32) + 4 * conv(32, 32) + conv(32, 32) + 4 * conv(32, 32),
    )
    // 84 → 42 → 21 → 11 pixels, 32 channels, 256 units.
    expect(agent.networks()['online/head/0/kernel']!.shape).toEqual([11 * 11 * 32, 256])
  })

  test.each(['impala', 'impala-small'])(
    '%s learns, goes on bit-identically, and is refused for vectors',
    async (kind) => {
      const space = images(kind === 'impala' ? 9 : 36)
      const settings = { ...quick, network: { kind, hidden: [16] }, dueling: 'mean' }
      const whole = live(await create('dqn', space, settings), space, 0, 30)
      const first = await create('dqn', space, settings)
      live(first, space, 0, 17)
      const second = await create('dqn', space, settings)
      second.restore(copyState(first.state()))
      expect(live(second, space, 17, 30)).toEqual(whole)
      await expect(create('dqn', vectors, settings)).rejects.toThrow(/reads images.*Set network.kind to mlp/)
    },
  )
})

describe('networks of the user', () => {
  test.each<[string, string, Record<string, unknown>, Space]>([
    ['dqn', '#Wide', {}, vectors],
    ['rainbow', '#Wide', { network: { hidden: [8] } }, vectors],
    ['iqn', '#Wide', {}, vectors],
    ['drqn', '#Wide', { sequences: { units: 4, length: 3 } }, vectors],
    ['dqn', '#Residual', {}, images(6)],
    ['ppo', '#Residual', { horizon: 8, minibatches: 2 }, images(6)],
  ])('%s learns with %s of the example and goes on bit-identically', async (name, exported, more, space) => {
    const { network = {}, ...rest } = more as { network?: object }
    const own = name === 'ppo' ? {} : quick
    const settings = { ...own, ...rest, network: { kind: `${example}${exported}`, ...network } }
    if (name === 'ppo') {
      expect(
        Object.keys((await create(name, space, settings)).networks()).some((path) => path.includes('torso/')),
      ).toBe(true)
      return
    }
    const whole = live(await create(name, space, settings), space, 0, 40)
    const first = await create(name, space, settings)
    const before = Object.values(live(first, space, 0, 0))[0]
    live(first, space, 0, 23)
    expect(Object.values(whole)[0]).not.toEqual(before)
    const second = await create(name, space, settings)
    second.restore(copyState(first.state()))
    expect(live(second, space, 23, 40)).toEqual(whole)
  })

  test('a tf.layers topology in JSON computes what tf.layers does, on weights of our own seed', async () => {
    const model = tf.sequential({
      layers: [
        tf.layers.conv2d({ filters: 3, kernelSize: 3, activation: 'tanh', inputShape: [6, 6, 2] }),
        tf.layers.flatten(),
        tf.layers.dense({ units: 5 }),
      ],
    })
    const path = join(folder, 'model.json')
    writeFileSync(path, JSON.stringify({ modelTopology: model.toJSON(null, false) as object }))
    const agent = await create('dqn', images(6), { ...quick, network: { kind: path } })
    const again = await create('dqn', images(6), { ...quick, network: { kind: path } })
    const weights = Object.entries(agent.networks()).filter(([name]) => name.startsWith('online/'))
    for (const [name, variable] of weights) expect(engine.read(again.networks()[name]!)).toEqual(engine.read(variable))

    // The same numbers through tf.layers itself.
    const tensors = new Map(weights.map(([name, v]) => [name, tf.tensor(Float32Array.from(engine.read(v)), v.shape)]))
    const named = (name: string) => tensors.get(`online/${name}`)!
    model.setWeights(['torso/0/kernel', 'torso/0/bias', 'torso/2/kernel', 'torso/2/bias'].map(named))
    const rng = createRng(3)
    const observation = Uint8Array.from({ length: 72 }, () => rng.int(256))
    const expected = tf.tidy(() => {
      const x = tf.transpose(tf.div(tf.tensor(observation, [1, 2, 6, 6], 'float32'), 255), [0, 2, 3, 1])
      const features = model.predict(x) as tf.Tensor2D
      const q = tf.add(tf.matMul(features, named('head/output/kernel') as tf.Tensor2D), named('head/output/bias'))
      return q.dataSync()
    })
    const q = agent.explain(observation).q!
    expected.forEach((value, i) => expect(q[i]).toBeCloseTo(value, 5))
  })

  test('moving averages of batch normalisation stay as they are: no gradient moves them', async () => {
    const model = tf.sequential({
      layers: [tf.layers.dense({ units: 5, inputShape: [4] }), tf.layers.batchNormalization()],
    })
    const path = join(folder, 'normalised.json')
    writeFileSync(path, JSON.stringify(model.toJSON(null, false)))
    const agent = await create('dqn', vectors, { ...quick, network: { kind: path } })
    const after = live(agent, vectors, 0, 40)
    for (const name of ['online', 'target']) {
      expect(after[`${name}/torso/1/moving_mean`]).toEqual(new Float32Array(5))
      expect(after[`${name}/torso/1/moving_variance`]).toEqual(new Float32Array(5).fill(1))
    }
    expect(after['online/torso/1/gamma']).not.toEqual(new Float32Array(5).fill(1))
  })

  test('that cannot be used are refused with the reason', async () => {
    const kind = (name: string) => ({ ...quick, network: { kind: name } })
    await expect(create('dqn', vectors, kind('nature-cnn'))).rejects.toThrow(
      /nature, minatar, impala.*did you mean "nature"/,
    )
    await expect(create('dqn', vectors, kind('resnet'))).rejects.toThrow(/or the path of your own$/m)
    await expect(create('dqn', vectors, kind('./none.ts#X'))).rejects.toThrow(/No file/)
    await expect(create('dqn', vectors, kind(`${example}#Wid`))).rejects.toThrow(/Did you mean "Wide"/)
    await expect(create('dqn', vectors, kind(`${example}#Residual`))).rejects.toThrow(
      /could not be built for vectors of 4: it reads images/,
    )
    writeFileSync(join(folder, 'bad.json'), '{ "class_name": "Nothing" }')
    await expect(create('dqn', vectors, kind(join(folder, 'bad.json')))).rejects.toThrow(
      /no topology of a tf.layers model/,
    )
    await expect(create('dqn', images(7), kind(join(folder, 'model.json')))).rejects.toThrow(
      /reads \[6, 6, 2\]; the observations are \[7, 7, 2\] \(height, width, channels\) or \[98\]/,
    )
    writeFileSync(join(folder, 'number.mjs'), 'export const Network = () => 7')
    await expect(create('dqn', vectors, kind(join(folder, 'number.mjs#Network')))).rejects.toThrow(
      /gave 7; expected a Piece/,
    )
  })
})
