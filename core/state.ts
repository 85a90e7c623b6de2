import { allocate, bytesPerElement, dtypeOf, isTypedArray, sizeOf, type DType, type TypedArray } from './dtype.ts'
import { RingsideError } from './errors.ts'

/**
 * What `state()` returns and `restore(state)` takes, everywhere: plain JSON (NaN, infinities and −0 kept) plus typed
 * arrays, plus `Segment`s for what is too large to write at every checkpoint.
 */
export type StateValue =
  | null
  | boolean
  | number
  | string
  | TypedArray
  | Segment
  | readonly StateValue[]
  | { readonly [key: string]: StateValue | undefined }

export type StateTree = { readonly [key: string]: StateValue | undefined }

/**
 * A part of a large structure (a chunk of replay) that a checkpoint writes once and shares with the checkpoints after
 * it for as long as `version` stays the same. `array` is the live array: whoever saves it copies or writes it at once.
 */
export class Segment {
  readonly id: string
  readonly version: number
  readonly array: TypedArray

  constructor(id: string, version: number, array: TypedArray) {
    this.id = id
    this.version = version
    this.array = array
  }
}

/** Where a segment's bytes went: the storage's own reference (a content hash). */
export interface SegmentStore {
  put(segment: Segment): string
  /** `of`: which segment it was, and at which version. */
  get(
    reference: string,
    dtype: DType,
    length: number,
    of: { readonly id: string; readonly version: number },
  ): TypedArray
}

const magic = 'RINGSIDE'
const formatVersion = 1

/**
 * One file: `RINGSIDE`, uint32 version, uint32 header length, JSON header, then the arrays, each at a multiple of 8
 * bytes, little-endian. Segments are handed to `store`; without one they are written inline and read back as arrays. `reuse`:
 * the bytes of an earlier one, written over where they are enough (fresh memory costs more than the copy).
 */
export function encodeState(
  tree: StateValue,
  store?: SegmentStore,
  reuse?: Uint8Array<ArrayBuffer>,
): Uint8Array<ArrayBuffer> {
  const arrays: TypedArray[] = []
  let offset = 0
  const place = (array: TypedArray): unknown => {
    const at = offset
    arrays.push(array)
    offset = align(offset + array.byteLength)
    return { $array: { dtype: dtypeOf(array), length: array.length, offset: at } }
  }
  const walk = (value: StateValue | undefined, path: string): unknown => {
    if (value === undefined || value === null || typeof value === 'boolean' || typeof value === 'string') return value
    if (typeof value === 'number') {
      return Number.isFinite(value) && !Object.is(value, -0)
        ? value
        : { $number: Object.is(value, -0) ? '-0' : String(value) }
    }
    if (isTypedArray(value)) return place(value)
    if (value instanceof Segment) {
      if (store === undefined) return place(value.array)
      const { id, version, array } = value
      return { $segment: { dtype: dtypeOf(array), length: array.length, reference: store.put(value), id, version } }
    }
    if (Array.isArray(value)) return value.map((item, i) => walk(item as StateValue, `${path}/${i}`))
    if (Object.getPrototypeOf(value) !== Object.prototype && Object.getPrototypeOf(value) !== null) {
      throw new RingsideError(
        `State at "${path}" is a ${value.constructor.name}; expected JSON, typed arrays or segments.`,
      )
    }
    const entries = Object.entries(value as Record<string, StateValue | undefined>)
    // `fromEntries` makes own properties of all names, `__proto__` included.
    return Object.fromEntries(
      entries.map(([key, item]) => [key.startsWith('$') ? `$${key}` : key, walk(item, `${path}/${key}`)]),
    )
  }
  const header = new TextEncoder().encode(JSON.stringify(walk(tree, '')))
  const start = align(16 + header.length)
  const length = start + offset
  // Where it may be used again, a little more than is needed: the next one's numbers may have more digits.
  const room = reuse === undefined ? length : length + (length >> 6)
  const { buffer } = reuse !== undefined && reuse.buffer.byteLength >= length ? reuse : new Uint8Array(room)
  const bytes = new Uint8Array(buffer, 0, length)
  bytes.set(new TextEncoder().encode(magic))
  const view = new DataView(bytes.buffer)
  view.setUint32(8, formatVersion, true)
  view.setUint32(12, header.length, true)
  bytes.set(header, 16)
  bytes.fill(0, 16 + header.length, start)
  let at = start
  for (const array of arrays) {
    bytes.set(new Uint8Array(array.buffer, array.byteOffset, array.byteLength), at)
    const end = at + array.byteLength
    at = align(end)
    bytes.fill(0, end, at)
  }
  return bytes
}

/** The inverse of `encodeState`: arrays are copies, segments come back as plain arrays. Throws on foreign or cut-off bytes. */
export function decodeState(bytes: Uint8Array, store?: SegmentStore): StateTree {
  const damaged = (why: string) => new RingsideError(`Not a readable Ringside state: ${why}.`)
  if (bytes.length < 16 || new TextDecoder().decode(bytes.subarray(0, 8)) !== magic)
    throw damaged('the file does not begin with its mark')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const version = view.getUint32(8, true)
  if (version !== formatVersion) throw damaged(`format version ${version}, this program reads ${formatVersion}`)
  const headerLength = view.getUint32(12, true)
  const start = align(16 + headerLength)
  if (start > align(bytes.length)) throw damaged('its header is cut off')
  let header: unknown
  try {
    header = JSON.parse(new TextDecoder().decode(bytes.subarray(16, 16 + headerLength)))
  } catch {
    throw damaged('its header is not JSON')
  }
  const revive = (value: unknown): StateValue => {
    if (value === null || typeof value !== 'object') return value as StateValue
    if (Array.isArray(value)) return value.map(revive)
    const object = value as Record<string, unknown>
    if ('$number' in object) return Number(object['$number'])
    if ('$array' in object) {
      const { dtype, length, offset } = object['$array'] as { dtype: DType; length: number; offset: number }
      const from = start + offset
      const to = from + length * bytesPerElement(dtype)
      if (to > bytes.length) throw damaged('its arrays are cut off')
      const array = allocate(dtype, length)
      new Uint8Array(array.buffer).set(bytes.subarray(from, to))
      return array
    }
    if ('$segment' in object) {
      const { dtype, length, reference, ...of } = object['$segment'] as {
        dtype: DType
        length: number
        reference: string
        id: string
        version: number
      }
      if (store === undefined) throw damaged('it refers to segments, and no place to read them from was given')
      return store.get(reference, dtype, length, of)
    }
    return Object.fromEntries(
      Object.entries(object).map(([key, item]) => [key.startsWith('$$') ? key.slice(1) : key, revive(item)]),
    )
  }
  return revive(header) as StateTree
}

/** A deep copy that shares nothing with the original; segments become plain arrays, or what `ofSegment` makes of them. */
export function copyState<T extends StateValue>(
  value: T,
  ofSegment: (segment: Segment) => StateValue = ({ array }) => array.slice(),
): T {
  const copy = (v: StateValue | undefined): StateValue | undefined => {
    if (v === undefined || v === null || typeof v !== 'object') return v
    if (isTypedArray(v)) return v.slice()
    if (v instanceof Segment) return ofSegment(v)
    if (Array.isArray(v)) return v.map((item) => copy(item as StateValue) as StateValue)
    return Object.fromEntries(Object.entries(v).map(([key, item]) => [key, copy(item as StateValue)]))
  }
  return copy(value) as T
}

/** The segments of a tree. */
export function* segmentsOf(value: StateValue | undefined): Generator<Segment> {
  if (value === undefined || value === null || typeof value !== 'object' || isTypedArray(value)) return
  if (value instanceof Segment) yield value
  else for (const item of Object.values(value)) yield* segmentsOf(item as StateValue)
}

/** Reads a state tree with clear errors: `fields(state, 'the replay').array('actions', 'int32', [100])`. */
export function fields(state: StateValue | undefined, owner: string): StateReader {
  if (
    state === undefined ||
    state === null ||
    typeof state !== 'object' ||
    isTypedArray(state) ||
    Array.isArray(state)
  ) {
    throw new RingsideError(`The saved state of ${owner} is missing or of another kind.`)
  }
  const tree = state as StateTree
  const fail = (key: string, expected: string): never => {
    const got = tree[key]
    const came =
      got === undefined ? 'nothing' : isTypedArray(got) ? `${dtypeOf(got)} of ${got.length}` : JSON.stringify(got)
    throw new RingsideError(`The saved state of ${owner} does not fit: expected ${key} to be ${expected}, got ${came}.`)
  }
  return {
    number: (key) => (typeof tree[key] === 'number' ? (tree[key] as number) : fail(key, 'a number')),
    count: (key) => (isCount(tree[key]) ? (tree[key] as number) : fail(key, 'a whole number from 0 on')),
    counts(key, length) {
      const list = tree[key]
      if (Array.isArray(list) && list.length === length && list.every(isCount)) return list as number[]
      return fail(key, `a list of ${length} whole numbers from 0 on`)
    },
    string: (key) => (typeof tree[key] === 'string' ? (tree[key] as string) : fail(key, 'a string')),
    boolean: (key) => (typeof tree[key] === 'boolean' ? (tree[key] as boolean) : fail(key, 'true or false')),
    array(key, dtype, shape) {
      const value = tree[key]
      const array = value instanceof Segment ? value.array : value
      const length = shape === undefined ? undefined : sizeOf(shape)
      const stored = dtype === 'bool' ? 'uint8' : dtype
      const fits = isTypedArray(array) && dtypeOf(array) === stored && (length === undefined || array.length === length)
      return fits ? array : fail(key, `${dtype}${length === undefined ? '' : ` of ${length}`}`)
    },
    list: (key) => (Array.isArray(tree[key]) ? (tree[key] as readonly StateValue[]) : fail(key, 'a list')),
    tree: (key) => {
      const value = tree[key]
      const plain = value !== null && typeof value === 'object' && !Array.isArray(value) && !isTypedArray(value)
      return plain ? (value as StateTree) : fail(key, 'an object')
    },
    get: (key) => tree[key],
    keys: () => Object.keys(tree),
  }
}

export interface StateReader {
  number(key: string): number
  /** A whole number from 0 on. */
  count(key: string): number
  counts(key: string, length: number): readonly number[]
  string(key: string): string
  boolean(key: string): boolean
  array(key: string, dtype: DType, shape?: readonly number[]): TypedArray
  list(key: string): readonly StateValue[]
  tree(key: string): StateTree
  get(key: string): StateValue | undefined
  keys(): string[]
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) >= 0
}

function align(n: number): number {
  return Math.ceil(n / 8) * 8
}
