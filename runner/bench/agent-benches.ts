import { createRng } from '../../core/rng.ts'
import { createBatch } from '../../agents/replay/batch.ts'
import { createFrameStackStorage } from '../../agents/replay/frame-stacks.ts'
import type { ObservationFormat } from '../../agents/replay/types.ts'
import { createUniformSampler } from '../../agents/replay/uniform-sampler.ts'
import { timed, type Bench } from './types.ts'

const actions = 6
const batchSize = 32
const capacity = 10_000
const observation: ObservationFormat = { dtype: 'uint8', length: 4 * 84 * 84 }

export const agentBenches: readonly Bench[] = [
  {
    name: 'replay-sample',
    title: 'a uniform sample of 32 transitions of 4×84×84 from 10 000, frames stored once',
    unit: 'call',
    peers: [{ name: 'stable-baselines3', key: 'replay-sample', target: 0.6 }],
    rounds: 5,
    prepare() {
      const stack = { frames: 4, padding: 'copy' } as const
      const storage = createFrameStackStorage({ capacity, observation, stack, lanes: 1, actions })
      const rng = createRng(0)
      const frame = observation.length / stack.frames
      const stacked = new Uint8Array(observation.length)
      const next = new Uint8Array(observation.length)
      for (let step = 0; step < capacity; step++) {
        for (let i = 0; i < frame; i++) next[3 * frame + i] = rng.int(256)
        storage.watch?.(0, step === 0, stacked, 0, next, 0)
        storage.add({
          lane: 0,
          span: 1,
          observation: stacked,
          observationOffset: 0,
          action: step % actions,
          reward: 0,
          discount: 0.99,
          nextObservation: next,
          nextOffset: 0,
          nextMask: undefined,
          maskOffset: 0,
        })
      }
      const sampler = createUniformSampler(createRng(1))
      const indices = new Int32Array(batchSize)
      const batch = createBatch(batchSize, observation, actions)
      return Promise.resolve(
        timed(() => {
          sampler.sample(storage.size, indices)
          storage.gather(indices, batchSize, batch)
        }, 500),
      )
    },
  },
]
