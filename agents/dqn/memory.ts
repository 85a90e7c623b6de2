import type { TypedArray } from '../../core/dtype.ts'
import type { Rng } from '../../core/rng.ts'
import { fields, type StateTree } from '../../core/state.ts'
import type { Space } from '../../envs/spaces/index.ts'
import type { ObservationFormat, TransitionSink } from '../replay/types.ts'
import { createAccumulator } from '../replay/accumulator.ts'
import { createBatch } from '../replay/batch.ts'
import { createMaskColumn } from '../replay/mask-column.ts'
import { createPrioritizedSampler } from '../replay/prioritized-sampler.ts'
import { createStorage } from '../replay/create-storage.ts'
import { sumTreeBytes } from '../replay/sum-tree.ts'
import { createUniformSampler } from '../replay/uniform-sampler.ts'
import type { StepBatch } from '../types.ts'
import type { DqnConfig } from './config.ts'

export interface MemoryOptions {
  readonly config: DqnConfig
  readonly lanes: number
  readonly observation: ObservationFormat
  /** A Box that says it is a stack of frames has each stored once. */
  readonly observationSpace: Space
  readonly actions: number
  /** Steps at an episode's start that are not stored. */
  readonly waits: number
  /** The first action of the space. */
  readonly firstAction: number
  readonly rng: Rng
}

/** What was lived through, and what of it is learned from: accumulator → storage → sampler. */
export interface Memory {
  /** Transitions, now and ever. */
  readonly size: number
  readonly inserted: number
  /** Transitions that one batch learns from. */
  readonly batchSize: number
  /** Some step came with a mask of actions: batches have a `nextMask`. */
  readonly masked: boolean
  /** When full: for people. */
  readonly description: string
  observe(step: StepBatch): void
  /** A batch for the learner's update, importance weights with it where draws are prioritized; reused by the next one. */
  draw(beta: number): Readonly<Record<string, TypedArray>>
  /** What the batch that was drawn last is now to be drawn by. */
  learned(priorities: TypedArray): void
  state(): StateTree
  restore(state: StateTree): void
}

/** Single transitions of n steps, each drawn by itself. */
export function createTransitionMemory(options: MemoryOptions): Memory {
  const { config, lanes, observation, observationSpace, actions, waits, firstAction, rng } = options
  const { replayCapacity: capacity, batchSize, prioritized } = config
  const beside = prioritized ? sumTreeBytes : () => 0
  const storage = createStorage({ capacity, observationSpace, lanes, observation, actions, beside })
  const sampler = prioritized
    ? createPrioritizedSampler({ ...config.priority, capacity, rng })
    : createUniformSampler(rng)
  const { nStep, gamma, rewardClip } = config
  // Munchausen asks for the policy at s.
  const pastMasks = config.munchausen ? createMaskColumn(capacity, actions) : undefined
  const sink: TransitionSink =
    pastMasks === undefined
      ? storage
      : {
          ...(storage.watch !== undefined && { watch: storage.watch }),
          add(transition) {
            const index = storage.inserted
            storage.add(transition)
            if (storage.inserted > index) pastMasks.set(index % capacity, transition)
          },
        }
  const accumulator = createAccumulator({
    lanes,
    observation,
    nStep,
    gamma,
    rewardClip,
    waits,
    firstAction,
    sink,
  })
  const indices = new Int32Array(batchSize)
  const weights = new Float32Array(batchSize)
  const batch = createBatch(batchSize, observation, actions)
  const { nextMask, ...unmasked } = batch
  const mask = new Uint8Array(pastMasks === undefined ? 0 : batchSize * actions)
  /** Transitions that the sampler knows of; number i stands at index i mod capacity. */
  let known = 0

  return {
    get size() {
      return storage.size
    },
    get inserted() {
      return storage.inserted
    },
    get masked() {
      return storage.masked
    },
    batchSize,
    description: `${capacity.toLocaleString('en')} transitions, ${((storage.bytes + beside(capacity)) / 1e6).toFixed(1)} MB when full`,
    observe: (step) => accumulator.observe(step),
    draw(beta) {
      while (known < storage.inserted) sampler.insert(known++ % capacity)
      sampler.sample(storage.size, indices)
      storage.gather(indices, batchSize, batch)
      if (prioritized) sampler.weigh(storage.size, beta, weights)
      if (storage.masked) pastMasks?.gather(indices, mask)
      return {
        ...unmasked,
        ...(storage.masked && { nextMask, ...(pastMasks !== undefined && { mask }) }),
        ...(prioritized && { weights }),
      }
    },
    learned: (priorities) => sampler.update(indices, priorities),
    state: () => ({
      transitions: storage.state(),
      accumulator: accumulator.state(),
      sampler: sampler.state(),
      known,
      ...(pastMasks !== undefined && { pastMasks: pastMasks.state() }),
    }),
    restore(state) {
      const saved = fields(state, 'the memory')
      storage.restore(saved.tree('transitions'))
      accumulator.restore(saved.tree('accumulator'))
      sampler.restore(saved.tree('sampler'))
      pastMasks?.restore(saved.tree('pastMasks'))
      known = saved.number('known')
    },
  }
}
