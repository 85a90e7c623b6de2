import { createRng } from '../../core/rng.ts'
import { createBatch } from '../../agents/replay/batch.ts'
import { createFrameStackStorage } from '../../agents/replay/frame-stacks.ts'
import { createPrioritizedSampler } from '../../agents/replay/prioritized-sampler.ts'
import { createTransitionStorage } from '../../agents/replay/transitions.ts'
import type { ObservationFormat, Transition } from '../../agents/replay/types.ts'
import { createUniformSampler } from '../../agents/replay/uniform-sampler.ts'
import { timed, type Bench } from './types.ts'

const batchSize = 32

export const replayBenches: readonly Bench[] = [
  {
    name: 'replay-sample',
    title: 'a uniform sample of 32 transitions of 4×84×84 from 10 000, frames stored once',
    unit: 'call',
    peers: [{ name: 'stable-baselines3', key: 'replay-sample', target: 0.6 }],
    rounds: 5,
    prepare: () => Promise.resolve(uniformFrames()),
  },
  {
    name: 'replay-prioritized',
    title: 'prioritized replay of 1 000 000 transitions: add one, sample 32 with weights, write 32 priorities',
    unit: 'call',
    peers: [{ name: 'cpprb', key: 'replay-prioritized', target: 0.5 }],
    rounds: 5,
    prepare: () => Promise.resolve(prioritizedVectors()),
  },
]

function uniformFrames(): () => number {
  const [actions, capacity] = [6, 10_000]
  const observation: ObservationFormat = { dtype: 'uint8', length: 4 * 84 * 84 }
  const stack = { frames: 4, padding: 'copy' } as const
  const storage = createFrameStackStorage({ capacity, observation, stack, lanes: 1, actions })
  const rng = createRng(0)
  const frame = observation.length / stack.frames
  const stacked = new Uint8Array(observation.length)
  const next = new Uint8Array(observation.length)
  for (let step = 0; step < capacity; step++) {
    for (let i = 0; i < frame; i++) next[3 * frame + i] = rng.int(256)
    storage.watch?.(0, step === 0, stacked, 0, next, 0)
    storage.add({ ...plain, action: step % actions, observation: stacked, nextObservation: next })
  }
  const sampler = createUniformSampler(createRng(1))
  const indices = new Int32Array(batchSize)
  const batch = createBatch(batchSize, observation, actions)
  return timed(() => {
    sampler.sample(storage.size, indices)
    storage.gather(indices, batchSize, batch)
  }, 500)
}

function prioritizedVectors(): () => number {
  const [actions, capacity] = [2, 1_000_000]
  const observation: ObservationFormat = { dtype: 'float32', length: 4 }
  const rng = createRng(0)
  const storage = createTransitionStorage({ capacity, observation, actions })
  const sampler = createPrioritizedSampler({ capacity, alpha: 0.6, epsilon: 1e-6, uniformMix: 0, rng: createRng(1) })
  const [state, next] = [new Float32Array(4), new Float32Array(4)]
  const indices = new Int32Array(batchSize)
  const weights = new Float32Array(batchSize)
  const errors = new Float32Array(batchSize)
  const batch = createBatch(batchSize, observation, actions)
  let at = 0
  const add = (): void => {
    storage.add({ ...plain, action: at % actions, observation: state, nextObservation: next })
    sampler.insert(at++ % capacity)
  }
  for (let i = 0; i < capacity; i++) add()
  return timed(() => {
    add()
    sampler.sample(storage.size, indices)
    storage.gather(indices, batchSize, batch)
    sampler.weigh(storage.size, 0.4, weights)
    for (let i = 0; i < batchSize; i++) errors[i] = rng.float()
    sampler.update(indices, errors)
  }, 5000)
}

const plain: Omit<Transition, 'observation' | 'nextObservation'> = {
  lane: 0,
  span: 1,
  observationOffset: 0,
  action: 0,
  reward: 0,
  discount: 0.99,
  nextOffset: 0,
  nextMask: undefined,
  mask: undefined,
  maskOffset: 0,
  nextMaskOffset: 0,
}
