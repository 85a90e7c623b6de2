import { existsSync, readFileSync, readdirSync, rmSync } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { allocate, bytesPerElement, dtypeOf, viewOf, type DType, type TypedArray } from '../../core/dtype.ts'
import { RingsideError } from '../../core/errors.ts'
import { Segment, type SegmentStore } from '../../core/state.ts'
import { makeFolder, writeFileInBackground } from './files.ts'
import { sha256, sha256InBackground } from './sha256.ts'

/**
 * The `replay/` folder of a run: immutable files named by the SHA-256 of what they hold, shared by all checkpoints.
 * A segment whose version was written or read before is not hashed or written again.
 */
export interface RunSegmentStore extends SegmentStore {
  /** A copy to give to `write` later; undefined where this version is there, or on its way. */
  take(segment: Segment): Segment | undefined
  /** Gives what `take` gave its file. Not while `prune` is at work. */
  write(taken: Segment): Promise<void>
  /** The reference of a segment whose version was written. */
  put(segment: Segment): string
  /** References handed out by `put` since the last call. */
  takeReferences(): string[]
  /** Deletes all but these. */
  prune(referenced: ReadonlySet<string>): void
}

/** Buffers that are kept for the next copies. */
const mostSpare = 32

export function openSegmentStore(folder: string): RunSegmentStore {
  /** By segment: the version that is on its way, and the newest that has its file. */
  const taken = new Map<string, number>()
  const written = new Map<string, { version: number; reference: string }>()
  let handedOut: string[] = []
  /** Memory of copies that are written: fresh memory costs more than the copy. */
  const spare: ArrayBuffer[] = []
  const copyOf = (array: TypedArray): TypedArray => {
    const fits = spare.findIndex(({ byteLength }) => byteLength === array.byteLength)
    const [buffer = new ArrayBuffer(array.byteLength)] = fits < 0 ? [] : spare.splice(fits, 1)
    const copy = viewOf(dtypeOf(array), buffer)
    copy.set(array)
    return copy
  }
  const pathOf = (reference: string) => join(folder, `${reference}.bin`)
  return {
    take({ id, version, array }) {
      if (taken.get(id) === version) return undefined
      const known = written.get(id)
      if (known?.version === version && existsSync(pathOf(known.reference))) return undefined
      taken.set(id, version)
      return new Segment(id, version, copyOf(array))
    },
    async write({ id, version, array }) {
      try {
        const bytes = new Uint8Array(array.buffer as ArrayBuffer, array.byteOffset, array.byteLength)
        const reference = await sha256InBackground(bytes)
        if (!existsSync(pathOf(reference))) {
          makeFolder(folder)
          const temporary = `${pathOf(reference)}.writing`
          await writeFileInBackground(temporary, bytes)
          await rename(temporary, pathOf(reference))
        }
        written.set(id, { version, reference })
      } finally {
        if (spare.length < mostSpare) spare.push(array.buffer as ArrayBuffer)
        if (taken.get(id) === version) taken.delete(id)
      }
    },
    put({ id, version }) {
      const known = written.get(id)
      if (known?.version !== version)
        throw new RingsideError(`The replay segment "${id}" of version ${version} was not written.`)
      handedOut.push(known.reference)
      return known.reference
    },
    get(reference: string, dtype: DType, length: number, { id, version }): TypedArray {
      const path = pathOf(reference)
      if (!existsSync(path)) throw new RingsideError(`The checkpoint's replay segment "${path}" is missing.`)
      const bytes = readFileSync(path)
      if (bytes.length !== length * bytesPerElement(dtype) || sha256(bytes) !== reference)
        throw new RingsideError(`The checkpoint's replay segment "${path}" is damaged: its SHA-256 is not its name.`)
      written.set(id, { version, reference })
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
        const reference = name.replace(/\.bin$/, '')
        if (!referenced.has(reference)) rmSync(join(folder, name), { force: true })
      }
    },
  }
}
