import { bytesPerElement, viewOf, type DType, type TypedArray } from '../../core/dtype.ts'
import { RingsideError } from '../../core/errors.ts'
import { fields, Segment, type StateTree } from '../../core/state.ts'

/** Named columns: so many elements of a kind in each record. */
export type Columns = Readonly<Record<string, { readonly dtype: DType; readonly length: number }>>
export type RecordArrays = Readonly<Record<string, TypedArray>>

/** A circular queue of records of one form, in chunks; record number i stands at i mod capacity. */
export interface RecordStorage {
  readonly capacity: number
  readonly size: number
  readonly inserted: number
  /** When full. */
  readonly bytes: number
  /** Copies one record: an array a column. */
  add(record: RecordArrays): void
  /** Copies records into arrays that hold `indices.length` of them, one after another. */
  gather(indices: Int32Array, into: RecordArrays): void
  checkValid(): void
  state(): StateTree
  restore(state: StateTree): void
}

interface Chunk {
  readonly bytes: Uint8Array
  readonly columns: Readonly<Record<string, TypedArray>>
  version: number
}

/** Bytes that a chunk may have, about. */
const chunkBytes = 4 * 1024 * 1024

/** `records`: of one chunk; default: as many as fit 4 MiB. */
export function createRecordStorage(capacity: number, columns: Columns, records?: number): RecordStorage {
  const names = Object.keys(columns)
  const recordBytes = bytesOfRecord(columns)
  const chunkLength = Math.max(1, Math.min(capacity, records ?? Math.floor(chunkBytes / recordBytes)))
  const chunks: (Chunk | undefined)[] = new Array<Chunk | undefined>(Math.ceil(capacity / chunkLength)).fill(undefined)
  let inserted = 0

  const newChunk = (): Chunk => {
    const bytes = new Uint8Array(names.reduce((sum, name) => sum + align(chunkLength * sizeOf(columns[name]!)), 0))
    let offset = 0
    const views = names.map((name) => {
      const { dtype, length } = columns[name]!
      const view = viewOf(dtype, bytes.buffer, offset, chunkLength * length)
      offset += align(chunkLength * sizeOf(columns[name]!))
      return [name, view] as const
    })
    return { bytes, columns: Object.fromEntries(views), version: 0 }
  }

  return {
    capacity,
    get size() {
      return Math.min(inserted, capacity)
    },
    get inserted() {
      return inserted
    },
    bytes: chunks.length * newChunk().bytes.length,
    add(record) {
      const index = inserted % capacity
      const chunk = (chunks[Math.floor(index / chunkLength)] ??= newChunk())
      for (const name of names) chunk.columns[name]!.set(record[name]!, (index % chunkLength) * columns[name]!.length)
      chunk.version++
      inserted++
    },
    gather(indices, into) {
      for (let i = 0; i < indices.length; i++) {
        const index = indices[i]!
        const chunk = chunks[Math.floor(index / chunkLength)]
        if (chunk === undefined) throw new RangeError(`replay: record ${index} of ${Math.min(inserted, capacity)}`)
        for (const name of names) {
          const { length } = columns[name]!
          const from = (index % chunkLength) * length
          into[name]!.set(chunk.columns[name]!.subarray(from, from + length), i * length)
        }
      }
    },
    checkValid() {
      const size = Math.min(inserted, capacity)
      chunks.forEach((chunk, i) => {
        if ((chunk !== undefined) !== size > i * chunkLength)
          throw new RingsideError(
            `replay: chunk ${i} of ${size} records is ${chunk === undefined ? 'missing' : 'too early'}`,
          )
      })
    },
    state: () => ({
      capacity,
      recordBytes,
      inserted,
      chunks: chunks.map((chunk, i) =>
        chunk === undefined ? null : new Segment(`replay/${i}`, chunk.version, chunk.bytes),
      ),
      versions: chunks.map((chunk) => chunk?.version ?? 0),
    }),
    restore(state) {
      const saved = fields(state, 'the replay')
      if (saved.number('capacity') !== capacity || saved.number('recordBytes') !== recordBytes)
        throw new RingsideError(
          `The saved replay has ${saved.number('capacity')} records of ${saved.number('recordBytes')} bytes, this agent's ` +
            `${capacity} of ${recordBytes}: its settings differ.`,
        )
      const list = saved.list('chunks')
      const versions = saved.counts('versions', chunks.length)
      const loadedInserted = saved.count('inserted')
      const loaded = chunks.map((_, i) => {
        if (loadedInserted <= i * chunkLength) return undefined
        const chunk = newChunk()
        chunk.bytes.set(
          fields({ bytes: list[i] }, `chunk ${i} of the replay`).array('bytes', 'uint8', [chunk.bytes.length]),
        )
        chunk.version = versions[i]!
        return chunk
      })
      inserted = loadedInserted
      loaded.forEach((chunk, i) => (chunks[i] = chunk))
    },
  }
}

/** Bytes that one record takes. */
export function bytesOfRecord(columns: Columns): number {
  return Object.values(columns).reduce((sum, column) => sum + sizeOf(column), 0)
}

function sizeOf({ dtype, length }: Columns[string]): number {
  return length * bytesPerElement(dtype)
}

function align(bytes: number): number {
  return Math.ceil(bytes / 8) * 8
}
