import { createRng } from '../../core/rng.ts'
import { createAgent } from '../../agents/registry.ts'
import type { StepBatch } from '../../agents/types.ts'
import { openEngine } from '../../engine/index.ts'
import { spaces } from '../../envs/index.ts'
import type { Space } from '../../envs/spaces/index.ts'
import { replayBenches } from './replay-benches.ts'
import { timed, type Bench, type BenchEngine } from './types.ts'

const bytes = (shape: readonly number[]): Space => spaces.box({ low: 0, high: 255, shape: [...shape], dtype: 'uint8' })
const [minatar, atari] = [bytes([4, 10, 10]), bytes([4, 84, 84])]

export const agentBenches: readonly Bench[] = [
  ...replayBenches,
  {
    name: 'learn-rainbow',
    title: "rainbow's update, replay and all: MinAtar network on 10×10×4 bytes, batch 32",
    unit: 'call',
    peers: [],
    own: { name: 'our dqn', target: 2, prepare: (on) => learn(on, 'dqn', minatar, 100) },
    rounds: 10,
    prepare: (on) => learn(on, 'rainbow', minatar, 100),
  },
  {
    name: 'learn-rainbow-nature',
    title: 'the same with the Nature network on 84×84×4 bytes',
    unit: 'call',
    peers: [],
    own: { name: 'our dqn', target: 2, prepare: (on) => learn(on, 'dqn', atari, 5) },
    rounds: 5,
    prepare: (on) => learn(on, 'rainbow', atari, 5),
  },
]

/** One env step observed and one update made, by an agent that has lived through a few hundred steps. */
async function learn(on: BenchEngine, name: string, observationSpace: Space, calls: number): Promise<() => number> {
  const [actions, lived] = [6, 500]
  const engine = await openEngine(on)
  const actionSpace = spaces.discrete(actions)
  const agent = await createAgent(
    name,
    { observationSpace, actionSpace, lanes: 1, engine, rng: createRng(0), steps: 1e6 },
    { batchSize: 32, replayCapacity: 2000, learningStarts: lived, trainEvery: 1, target: { every: 1000 } },
  )
  const rng = createRng(1)
  const { shape } = observationSpace as { shape?: readonly number[] }
  const length = shape!.reduce((a, b) => a * b)
  const draw = (): Uint8Array => Uint8Array.from({ length }, () => rng.int(256))
  const seen = Array.from({ length: 20 }, draw)
  let step = 0
  const live = (): void => {
    const batch: StepBatch = {
      lanes: 1,
      observation: seen[step % seen.length]!,
      action: Int32Array.of(rng.int(actions)),
      extras: {},
      reward: Float64Array.of(rng.float()),
      terminated: Uint8Array.of(step % 50 === 49 ? 1 : 0),
      truncated: new Uint8Array(1),
      nextObservation: seen[(step + 1) % seen.length]!,
      isFirst: Uint8Array.of(step % 50 === 0 ? 1 : 0),
    }
    step++
    agent.observe(batch)
    agent.learn()
  }
  while (step < lived) live()
  return timed(live, calls)
}
