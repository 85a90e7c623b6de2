import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, test } from 'vitest'
import { createRng } from '../../../core/rng.ts'
import { tf } from '../../../engine/index.ts'
import { make } from '../../../envs/index.ts'
import type { TypedArray } from '../../../core/dtype.ts'
import { exportRun, loadAgent, resolveConfig, resolveModelConfig, sampleRun, startRun } from '../../../runner/index.ts'

const folder = mkdtempSync(join(tmpdir(), 'ringside-export-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** ONNX Runtime by its own public interface, which knows nothing of us. */
interface PublicOrt {
  Tensor: new (type: string, data: TypedArray, shape: readonly number[]) => unknown
  InferenceSession: {
    create(
      path: string,
    ): Promise<{ run(feeds: object): Promise<Record<string, { data: TypedArray; dims: readonly number[] }>> }>
  }
}
const ort = createRequire(import.meta.url)('onnxruntime-node') as PublicOrt

/** The model as any page would load it, but from files; run by the plain backend of TensorFlow.js. */
async function loadStock(model: string): Promise<tf.LayersModel> {
  const topology = JSON.parse(readFileSync(model, 'utf8')) as tf.io.ModelJSON
  const weightData = readFileSync(join(dirname(model), topology.weightsManifest[0]!.paths[0]!))
  return tf.loadLayersModel(
    tf.io.fromMemory({
      modelTopology: topology.modelTopology,
      weightSpecs: topology.weightsManifest[0]!.weights,
      weightData: Uint8Array.from(weightData).buffer,
    }),
  )
}

const quick = ['film.maxSteps=0', 'score.episodes=1', 'evaluation.episodes=1']

async function train(name: string, agent: string, env: string, sets: readonly string[]): Promise<string> {
  const config = await resolveConfig({ agent, env, sets: [...quick, ...sets], flags: { steps: 200 } })
  const run = await startRun({ config, out: join(folder, name) })
  for await (const _ of run.events());
  return run.folder
}

const value = ['learningStarts=50', 'network.hidden=[6, 5]']
describe('an exported network is the agent’s, in ONNX Runtime alone', () => {
  test.each<[string, string, string[]]>([
    ['dqn', 'CartPole-v1', value],
    ['rainbow', 'CartPole-v1', [...value, 'categorical.atoms=7']],
    ['iqn', 'CartPole-v1', [...value, 'implicit={samples: 4, cosines: 5}']],
    ['dueling-dqn', 'FrozenLake-v1', value],
    ['dqn', 'MinAtar/Breakout-v1', ['learningStarts=50', 'network.hidden=[8]']],
    ['drqn', 'TMaze-v0', [...value, 'sequences={units: 3, length: 4, overlap: 0, burnIn: 0}']],
  ])('%s in %s', async (agent, env, sets) => {
    const run = await train(`${agent}-${env.replaceAll('/', '-')}`, agent, env, sets)
    const { path, inputs } = await exportRun(run)
    const loaded = await loadAgent(run)
    const session = await ort.InferenceSession.create(path)
    const played = await make(loaded.env)
    let { observation } = played.reset({ seed: 2 })
    const rng = createRng(0)
    for (let step = 0; step < 8; step++) {
      const own = typeof observation === 'number' ? Int32Array.of(observation) : (observation as TypedArray)
      const { shape, dtype } = inputs['observations']!
      const feeds: Record<string, unknown> = { observations: new ort.Tensor(dtype, own, shape) }
      const { state } = inputs
      if (state !== undefined)
        feeds['state'] = new ort.Tensor('float32', new Float32Array(state.shape[1]!), state.shape)
      const out = await session.run(feeds)
      const q = loaded.explain(observation).q!
      q.forEach((x, i) => expect(out['q']!.data[i]).toBeCloseTo(x, 4))
      expect(out['action']!.data[0]).toBe([...out['q']!.data].indexOf(Math.max(...out['q']!.data)))
      const next = played.step(rng.int(q.length))
      observation = next.terminated || next.truncated ? played.reset().observation : next.observation
    }
    loaded.close()
  })

  test.each<[string, string, string[]]>([
    ['dqn', 'CartPole-v1', value],
    ['rainbow', 'CartPole-v1', [...value, 'categorical.atoms=7']],
    ['qr-dqn', 'CartPole-v1', [...value, 'quantiles=5']],
    ['dueling-dqn', 'FrozenLake-v1', value],
    ['dueling-dqn', 'MinAtar/Breakout-v1', ['learningStarts=50', 'network.hidden=[8]', 'dueling=max']],
  ])('%s in %s as stock tf.layers', async (agent, env, sets) => {
    const run = await train(`layers-${agent}-${env.replaceAll('/', '-')}`, agent, env, sets)
    const { path, inputs } = await exportRun(run, { format: 'tfjs' })
    const model = await loadStock(path)
    const loaded = await loadAgent(run)
    const played = await make(loaded.env)
    const { observation } = played.reset({ seed: 2 })
    const own = Float32Array.from(typeof observation === 'number' ? [observation] : (observation as TypedArray))
    const { shape } = inputs['observations']!
    const out = model.predict(tf.tensor(own, [...shape])) as tf.Tensor
    loaded.explain(observation).q!.forEach((x, i) => expect(out.dataSync()[i]).toBeCloseTo(x, 4))
    // Of a batch, each row is what it is by itself.
    const two = model.predict(tf.tensor([...own, ...own], [2, ...shape.slice(1)])) as tf.Tensor
    expect(two.shape).toEqual([2, out.size])
    expect([...two.dataSync()].slice(out.size)).toEqual([...out.dataSync()])
    loaded.close()
  })

  test('ppo’s gives the policy, and the file says what it is of', async () => {
    const run = await train('ppo', 'ppo', 'CartPole-v1', ['horizon=10', 'minibatches=2'])
    const { path } = await exportRun(run, { out: join(folder, 'policy.onnx') })
    const session = await ort.InferenceSession.create(path)
    const out = await session.run({ observations: new ort.Tensor('float32', Float32Array.of(0.1, 0, 0.1, 0), [1, 4]) })
    expect(Object.keys(out).sort()).toEqual(['action', 'policy', 'value'])
    expect(readFileSync(path).toString('latin1')).toMatch(/CartPole-v1/)
    await expect(exportRun(run, { out: path })).rejects.toThrow(/exists; choose another --out or replace it by --force/)
    await expect(exportRun(run, { out: join(folder, 'policy.pb') })).rejects.toThrow(/expects an \.onnx file/)

    const layers = await loadStock((await exportRun(run, { format: 'tfjs', out: join(folder, 'policy') })).path)
    const policy = layers.predict(tf.tensor2d([[0.1, 0, 0.1, 0]])) as tf.Tensor
    ;[...policy.dataSync()].forEach((p, i) => expect(p).toBeCloseTo(out['policy']!.data[i]!, 5))
    await expect(exportRun(run, { format: 'tfjs', out: join(folder, 'policy') })).rejects.toThrow(/exists/)
    await expect(exportRun(run, { format: 'tfjs', out: join(folder, 'x.json') })).rejects.toThrow(/expects a folder/)
  })
})

test('an exported generator makes pictures by itself', async () => {
  const sets = [
    'dataset.train=60',
    'dataset.validation=4',
    'dataset.test=4',
    'batchSize=20',
    'channels=8',
    'samples.count=4',
  ]
  const config = await resolveModelConfig({ model: 'dcgan', dataset: 'house-numbers', sets, flags: { epochs: 1 } })
  const run = await startRun({ config, out: join(folder, 'dcgan') })
  for await (const _ of run.events());
  const { path, inputs } = await exportRun(run.folder)
  expect(inputs['x']!.shape).toEqual([1, 100])
  const session = await ort.InferenceSession.create(path)
  const rng = createRng(3, 'sample')
  const z = Float32Array.from({ length: 100 }, () => rng.uniform(-1, 1))
  const { images } = await session.run({ x: new ort.Tensor('float32', z, [1, 100]) })
  const layers = await loadStock((await exportRun(run.folder, { format: 'tfjs' })).path)
  const same = (layers.predict(tf.tensor2d(z, [1, 100])) as tf.Tensor).dataSync()
  expect(Math.max(...same.map((x, i) => Math.abs(x - images!.data[i]!)))).toBeLessThan(1e-5)
  // Three of one call are the one thrice.
  const three = await exportRun(run.folder, { batch: 3, out: join(folder, 'three.onnx') })
  const zs = Float32Array.from({ length: 300 }, (_, i) => z[i % 100]!)
  const many = await (await ort.InferenceSession.create(three.path)).run({ x: new ort.Tensor('float32', zs, [3, 100]) })
  expect(many['images']!.data).toHaveLength(3 * 32 * 32 * 3)
  many['images']!.data.forEach((x, i) => expect(x).toBeCloseTo(images!.data[i % images!.data.length]!, 5))
  // The same z as `sample --seed 3`: its one picture, twice as large, in a gap of 2.
  const { path: png } = await sampleRun(run.folder, { count: 1, seed: 3, columns: 1, out: join(folder, 'one.png') })
  expect(images!.data).toHaveLength(32 * 32 * 3)
  expect(readFileSync(png).readUInt32BE(16)).toBe(64 + 4)
  expect(Math.max(...images!.data.map(Math.abs))).toBeLessThanOrEqual(1)
}, 60_000)
