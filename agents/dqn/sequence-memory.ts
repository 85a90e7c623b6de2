import { allocate, type TypedArray } from '../../core/dtype.ts'
import { fields } from '../../core/state.ts'
import { isBox } from '../../envs/spaces/index.ts'
import { checkMemory } from '../replay/create-storage.ts'
import { createPrioritizedSampler } from '../replay/prioritized-sampler.ts'
import { bytesOfRecord, createRecordStorage } from '../replay/records.ts'
import { createSequenceAccumulator, sequenceColumns, type SequenceOptions } from '../replay/sequence-accumulator.ts'
import { createStackStrips } from '../replay/stack-strips.ts'
import { sumTreeBytes } from '../replay/sum-tree.ts'
import { createUniformSampler } from '../replay/uniform-sampler.ts'
import { sequencesOf } from './config.ts'
import type { Memory, MemoryOptions } from './memory.ts'

/** Sequences of steps, for recurrent networks: the same parts as of single transitions, accumulator → storage → sampler. */
export function createSequenceMemory(options: MemoryOptions & { readonly stateWidth: number }): Memory {
  const { config, lanes, observation, observationSpace, actions, waits, firstAction, stateWidth, rng } = options
  const { batchSize, prioritized, sequences } = config
  const { burnIn, length, overlap } = sequences
  const { nStep, gamma, rewardClip } = config
  const form: SequenceOptions = {
    ...{ lanes, observation, actions, firstAction, burnIn, length, overlap: overlap + burnIn, stateWidth },
    ...{ nStep, gamma, rewardClip, waits },
  }
  const columns = sequenceColumns(form)
  const rows = burnIn + length + 1
  // Frames of stacks are stored once.
  const stack = isBox(observationSpace) ? observationSpace.stack : undefined
  const strips = stack && createStackStrips(stack, observation.length, rows)
  const stored = strips ? { ...columns, observation: { dtype: observation.dtype, length: strips.length } } : columns
  const capacity = sequencesOf(config.replayCapacity, sequences)
  const beside = prioritized ? sumTreeBytes : () => 0
  checkMemory(config.replayCapacity, (transitions) => {
    const count = sequencesOf(transitions, sequences)
    return count * bytesOfRecord(stored) + beside(count)
  })
  const storage = createRecordStorage(capacity, stored)
  const sampler = prioritized
    ? createPrioritizedSampler({ ...config.priority, capacity, rng })
    : createUniformSampler(rng)
  const strip = allocate(observation.dtype, stored.observation.length)
  const accumulator = createSequenceAccumulator(form, (record) => {
    if (strips === undefined) return storage.add(record)
    strips.pack(record['observation']!, strip)
    storage.add({ ...record, observation: strip })
  })
  const indices = new Int32Array(batchSize)
  const weights = new Float32Array(batchSize)
  const batch: Record<string, TypedArray> = Object.fromEntries(
    Object.entries(stored).map(([name, column]) => [name, allocate(column.dtype, batchSize * column.length)]),
  )
  const stacks = strips && allocate(observation.dtype, batchSize * rows * observation.length)
  /** Sequences that the sampler knows of; number i stands at index i mod capacity. */
  let known = 0

  return {
    get size() {
      return storage.size
    },
    get inserted() {
      return storage.inserted
    },
    batchSize,
    // The masks of a sequence are part of every record.
    masked: false,
    description: `${capacity.toLocaleString('en')} sequences of ${burnIn} + ${length} steps, ${((storage.bytes + beside(capacity)) / 1e6).toFixed(1)} MB when full`,
    observe: (step) => accumulator.observe(step),
    draw(beta) {
      while (known < storage.inserted) sampler.insert(known++ % capacity)
      sampler.sample(storage.size, indices)
      storage.gather(indices, batch)
      if (strips !== undefined)
        for (let i = 0; i < batchSize; i++) strips.unpack(batch['observation']!, batch['first']!, i, stacks!)
      if (prioritized) sampler.weigh(storage.size, beta, weights)
      return { ...batch, ...(stacks !== undefined && { observation: stacks }), ...(prioritized && { weights }) }
    },
    learned: (priorities) => sampler.update(indices, priorities),
    state: () => ({ sequences: storage.state(), accumulator: accumulator.state(), sampler: sampler.state(), known }),
    restore(state) {
      const saved = fields(state, 'the memory')
      storage.restore(saved.tree('sequences'))
      accumulator.restore(saved.tree('accumulator'))
      sampler.restore(saved.tree('sampler'))
      known = saved.number('known')
    },
  }
}
