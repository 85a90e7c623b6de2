import { usageError } from '../../core/errors.ts'
import { fields, type StateTree } from '../../core/state.ts'

export interface SequenceBatcherOptions {
  /** Steps of the stream. */
  readonly length: number
  /** Rows that the stream is split into. */
  readonly batchSize: number
  /** Steps of one batch. */
  readonly sequenceLength: number
}

/**
 * One long stream as batches for truncated back-propagation through time: it is split into `batchSize` contiguous rows, which
 * are walked `sequenceLength` steps at a time, so that the recurrent state after one batch is the state before the next. Steps
 * 1 … 12 in 2 rows, 3 at a time, are [[1, 2, 3], [7, 8, 9]], then [[4, 5, 6], [10, 11, 12]]. What does not fill a row, or a
 * last batch, is left out.
 */
export interface SequenceBatcher {
  /** Batches of one walk. */
  readonly batches: number
  /** Which batch of the walk comes next, from 0; at 0 the recurrent state is to be cleared. */
  readonly position: number
  /** Writes the places in the stream, from 0, of the next batch: rows × steps. After the last batch it begins anew. */
  next(places: Int32Array): void
  state(): StateTree
  restore(state: StateTree): void
}

export function createSequenceBatcher(options: SequenceBatcherOptions): SequenceBatcher {
  const { length, batchSize, sequenceLength } = options
  for (const [name, value] of Object.entries(options))
    if (!Number.isInteger(value) || value < 1)
      throw usageError(`A sequence batcher expects ${name} to be a whole number of at least 1, got ${value}.`)
  const rowLength = Math.floor(length / batchSize)
  const batches = Math.floor(rowLength / sequenceLength)
  if (batches === 0)
    throw usageError(
      `A stream of ${length} steps in ${batchSize} rows has ${rowLength} a row, fewer than the sequenceLength of ${sequenceLength}.`,
    )
  let position = 0
  return {
    batches,
    get position() {
      return position
    },
    next(places) {
      if (places.length !== batchSize * sequenceLength)
        throw new RangeError(`places: ${places.length} numbers for ${batchSize} rows of ${sequenceLength} steps`)
      for (let row = 0; row < batchSize; row++) {
        const first = row * rowLength + position * sequenceLength
        for (let step = 0; step < sequenceLength; step++) places[row * sequenceLength + step] = first + step
      }
      position = (position + 1) % batches
    },
    state: () => ({ position }),
    restore(state) {
      const saved = fields(state, 'the sequence batcher').number('position')
      if (!Number.isInteger(saved) || saved < 0 || saved >= batches)
        throw usageError(`The saved sequence batcher stands at batch ${saved} of ${batches}.`)
      position = saved
    },
  }
}
