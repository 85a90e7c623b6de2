import { createHash } from 'node:crypto'
import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { allocate, bytesPerElement, type DType, type TypedArray } from '../../core/dtype.ts'
import { RingsideError } from '../../core/errors.ts'
import type { Segment, SegmentStore } from '../../core/state.ts'
import { makeFolder, writeFileAtomic } from './files.ts'

/**
 * The `replay/` folder of a run: immutable files named by the SHA-256 of what they hold, shared by all checkpoints.
 * A segment whose version was written before is not hashed or written again.
 */
export interface RunSegmentStore extends SegmentStore {
  /** References handed out by `put` since the last call. */
  takeReferences(): string[]
  /** Deletes what no kept checkpoint refers to. */
  prune(referenced: ReadonlySet<string>): void
}

export function openSegmentStore(folder: string): RunSegmentStore {
  const written = new Map<string, { version: number; reference: string }>()
  let handedOut: string[] = []
  const pathOf = (reference: string) => join(folder, `${reference}.bin`)
  return {
    put(segment: Segment) {
      const known = written.get(segment.id)
      if (known?.version === segment.version && existsSync(pathOf(known.reference))) {
        handedOut.push(known.reference)
        return known.reference
      }
      const { array } = segment
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength)
      const reference = createHash('sha256').update(bytes).digest('hex')
      if (!existsSync(pathOf(reference))) {
        makeFolder(folder)
        writeFileAtomic(pathOf(reference), bytes)
      }
      written.set(segment.id, { version: segment.version, reference })
      handedOut.push(reference)
      return reference
    },
    get(reference: string, dtype: DType, length: number): TypedArray {
      const path = pathOf(reference)
      if (!existsSync(path)) throw new RingsideError(`The checkpoint's replay segment "${path}" is missing.`)
      const bytes = readFileSync(path)
      if (
        bytes.length !== length * bytesPerElement(dtype) ||
        createHash('sha256').update(bytes).digest('hex') !== reference
      ) {
        throw new RingsideError(`The checkpoint's replay segment "${path}" is damaged: its SHA-256 is not its name.`)
      }
      const array = allocate(dtype, length)
      new Uint8Array(array.buffer).set(bytes)
      return array
    },
    takeReferences() {
      const references = handedOut
      handedOut = []
      return references
    },
    prune(referenced) {
      if (!existsSync(folder)) return
      for (const name of readdirSync(folder)) {
        if (!referenced.has(name.replace(/\.bin$/, ''))) rmSync(join(folder, name), { force: true })
      }
    },
  }
}
