import { RingsideError } from '../../core/errors.ts'
import { fields, Segment, type StateTree } from '../../core/state.ts'
import { copyInto } from './batch.ts'
import type { Transition } from './types.ts'

/** Rows of one saved segment. */
const rowsPerSegment = 8192

/**
 * What was allowed in s, beside a storage that keeps what is allowed in s′: for learners that weigh the actions at s
 * (Munchausen). Row i belongs to the transition at index i.
 */
export interface MaskColumn {
  /** Of the transition that was stored at this index. */
  set(index: number, transition: Transition): void
  /** batch × actions. */
  gather(indices: Int32Array, into: Uint8Array): void
  state(): StateTree
  restore(state: StateTree): void
}

/** Takes no memory until a transition comes with a mask. */
export function createMaskColumn(capacity: number, actions: number): MaskColumn {
  const versions = new Array<number>(Math.ceil(capacity / rowsPerSegment)).fill(0)
  let rows: Uint8Array | undefined
  const segmentOf = (of: Uint8Array, i: number): Uint8Array =>
    of.subarray(i * rowsPerSegment * actions, (i + 1) * rowsPerSegment * actions)

  return {
    set(index, { mask, maskOffset }) {
      if (mask === undefined && rows === undefined) return
      rows ??= new Uint8Array(capacity * actions).fill(1)
      if (mask === undefined) rows.fill(1, index * actions, (index + 1) * actions)
      else copyInto(rows, index * actions, mask, maskOffset, actions)
      versions[Math.floor(index / rowsPerSegment)]!++
    },
    gather(indices, into) {
      if (rows === undefined) into.fill(1)
      else for (const [i, index] of indices.entries()) copyInto(into, i * actions, rows, index * actions, actions)
    },
    state: () => ({
      versions: [...versions],
      rows:
        rows === undefined
          ? null
          : versions.map((version, i) => new Segment(`replay/past-mask/${i}`, version, segmentOf(rows!, i))),
    }),
    restore(state) {
      const saved = fields(state, 'the masks')
      const savedVersions = saved.counts('versions', versions.length)
      let loaded: Uint8Array | undefined
      if (saved.get('rows') !== null) {
        const list = saved.list('rows')
        if (list.length !== versions.length)
          throw new RingsideError(`The saved masks have ${list.length} segments, expected ${versions.length}.`)
        loaded = new Uint8Array(capacity * actions)
        for (const [i, value] of list.entries()) {
          const own = segmentOf(loaded, i)
          own.set(fields({ masks: value }, `masks ${i} of the replay`).array('masks', 'uint8', [own.length]))
        }
      }
      rows = loaded
      savedVersions.forEach((version, i) => (versions[i] = version))
    },
  }
}
