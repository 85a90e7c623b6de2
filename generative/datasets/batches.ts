import { RingsideError, usageError } from '../../core/errors.ts'
import type { Rng } from '../../core/rng.ts'
import { restoreRng, saveRng } from '../../core/rng-state.ts'
import { fields, type StateTree } from '../../core/state.ts'
import { signed } from './scale.ts'
import { permutation } from './split.ts'
import type { ImageBatch, ImageSplit, Scale } from './types.ts'

export interface BatchesOptions {
  readonly split: ImageSplit
  /** Pictures of a batch. */
  readonly size: number
  /** Decides the order of every epoch. */
  readonly rng: Rng
  /** A new order each epoch; on unless turned off. */
  readonly shuffle?: boolean
  /** `signed` (−1 to 1) unless asked otherwise. */
  readonly scale?: Scale
  /** Leaves out the pictures at the end of an epoch that fill no batch, others each time where the order changes. */
  readonly dropLast?: boolean
}

/** Pictures in batches, one epoch after the other without end. */
export interface Batches {
  /** Batches of an epoch, the last and smaller one among them. */
  readonly perEpoch: number
  /** Whole epochs that were given out. */
  epoch(): number
  /** Batches of the present epoch that were given out. */
  position(): number
  /** The arrays are reused by the next: copy what is kept. */
  next(): ImageBatch
  /** With this, the batches that follow are the same to the bit, in the middle of an epoch too. */
  state(): StateTree
  restore(state: StateTree): void
}

export function createBatches(options: BatchesOptions): Batches {
  const { split, size, rng, shuffle = true, scale = signed, dropLast = false } = options
  const { count, images, labels } = split
  if (!Number.isInteger(size) || size < 1)
    throw usageError(`A batch size is a whole number of at least 1, got ${JSON.stringify(size)}.`)
  if (count === 0) throw usageError('There are no pictures to make batches of.')
  if (dropLast && size > count)
    throw usageError(`Batches of ${size} cannot be made of ${count} pictures without the last, smaller one.`)
  const pixels = images.length / count
  const perEpoch = dropLast ? Math.floor(count / size) : Math.ceil(count / size)

  const order = Uint32Array.from({ length: count }, (_, i) => i)
  const bytes = new Uint8Array(Math.min(size, count) * pixels)
  const floats = new Float32Array(bytes.length)
  const classes = labels === undefined ? undefined : new Uint8Array(Math.min(size, count))
  let epoch = 0
  let position = 0
  /** The generator as it was before it made the present order. */
  let before = saveRng(rng)

  const begin = (): void => {
    before = saveRng(rng)
    if (shuffle) permutation(count, rng, order)
  }
  begin()

  return {
    perEpoch,
    epoch: () => epoch,
    position: () => position,
    next() {
      if (position === perEpoch) {
        epoch++
        position = 0
        begin()
      }
      const from = position++ * size
      const taken = Math.min(size, count - from)
      for (let i = 0; i < taken; i++) {
        const place = order[from + i]!
        bytes.set(images.subarray(place * pixels, (place + 1) * pixels), i * pixels)
        if (classes !== undefined) classes[i] = labels![place]!
      }
      const whole = taken * pixels === bytes.length
      const batch = whole ? floats : floats.subarray(0, taken * pixels)
      scale(whole ? bytes : bytes.subarray(0, taken * pixels), batch)
      return {
        count: taken,
        images: batch,
        ...(classes !== undefined && { labels: classes.subarray(0, taken) }),
      }
    },
    state: () => ({ epoch, position, count, size, shuffle, rng: before }),
    restore(state) {
      const saved = fields(state, 'the batches')
      for (const [key, now] of Object.entries({ count, size, shuffle }))
        if (saved.get(key) !== now)
          throw new RingsideError(
            `The saved state of the batches does not fit: ${key} was ${JSON.stringify(saved.get(key))}, is ${now}.`,
          )
      const [nextEpoch, nextPosition] = [saved.number('epoch'), saved.number('position')]
      if (!(nextPosition >= 0 && nextPosition <= perEpoch))
        throw new RingsideError(`The saved state of the batches does not fit: position ${nextPosition} of ${perEpoch}.`)
      restoreRng(rng, saved.tree('rng'), 'the batches')
      begin()
      epoch = nextEpoch
      position = nextPosition
    },
  }
}
