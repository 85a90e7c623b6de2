/**
 * 100,000 updates of a DQN beside a second one in the same process: live tensors and the process's memory stay constant,
 * and neither moves the other's weights.
 *
 *     node tests/soak/updates.mjs [UPDATES]
 */
import process from 'node:process'
import { createAgent } from '../../dist/agents/index.js'
import { createRng } from '../../dist/core/index.js'
import { openEngine, tf } from '../../dist/engine/index.js'
import { spaces } from '../../dist/envs/index.js'

const updates = Number(process.argv[2] ?? 100_000)
const engine = await openEngine({ engine: 'onnx' })
const lanes = 1
const make = (seed) =>
  createAgent(
    'double-dqn',
    {
      observationSpace: spaces.box({ low: -1, high: 1, shape: [4] }),
      actionSpace: spaces.discrete(2),
      lanes,
      engine,
      rng: createRng(seed),
      steps: 10 * updates,
    },
    { learningStarts: 100, trainEvery: 1, batchSize: 32, replayCapacity: 1000, target: { every: 1, tau: 0.01 } },
  )
const [agent, bystander] = [await make(1), await make(2)]
const weightsOf = (one) => Object.values(one.networks()).map((variable) => engine.read(variable))
const before = weightsOf(bystander)

const rng = createRng(3)
const batch = {
  lanes,
  observation: new Float32Array(4),
  nextObservation: new Float32Array(4),
  action: new Int32Array(1),
  extras: {},
  reward: new Float64Array(1),
  terminated: new Uint8Array(1),
  truncated: new Uint8Array(1),
  isFirst: new Uint8Array(1),
}
const actor = agent.actor(lanes, 'train', createRng(4))
function step() {
  for (let i = 0; i < 4; i++) batch.observation[i] = rng.normal()
  batch.action.set(actor.act(batch.observation, batch.isFirst).actions)
  for (let i = 0; i < 4; i++) batch.nextObservation[i] = rng.normal()
  batch.reward[0] = rng.normal()
  batch.terminated[0] = rng.int(20) === 0 ? 1 : 0
  batch.isFirst[0] = batch.terminated[0]
  agent.observe(batch)
  agent.learn()
}

const measure = () => {
  globalThis.gc?.()
  const { numTensors, numBytes } = tf.memory()
  return { numTensors, numBytes, resident: process.memoryUsage().rss }
}
for (let i = 0; i < updates / 5; i++) step()
const early = measure()
for (let i = 0; i < updates; i++) step()
const late = measure()
const grown = (late.resident - early.resident) / 2 ** 20
console.log(
  `${updates} updates: ${early.numTensors} → ${late.numTensors} tensors, resident memory ${grown.toFixed(1)} MiB more`,
)

const faults = []
if (late.numTensors !== early.numTensors || late.numBytes !== early.numBytes) faults.push('tensors leak')
if (grown > 16) faults.push('memory grows')
const after = weightsOf(bystander)
if (!before.every((values, i) => values.every((x, j) => x === after[i][j])))
  faults.push("another agent's weights moved")
if (faults.length > 0) console.error(faults.join('; '))
process.exitCode = faults.length === 0 ? 0 : 1
