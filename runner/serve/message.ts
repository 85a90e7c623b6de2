import {
  bytesPerElement,
  dtypeOf,
  dtypes,
  isTypedArray,
  sizeOf,
  viewOf,
  type DType,
  type TypedArray,
} from '../../core/dtype.ts'
import { usageError } from '../../core/errors.ts'

/**
 * A message: uint32 bytes that follow, uint32 bytes of JSON, the JSON, the arrays of which it tells. Little-endian. In the JSON
 * `{ "$array": [dtype, shape, offset] }` stands for an array, its offset in bytes from the end of the JSON, and
 * `{ "$number": "NaN" | "Infinity" | "-Infinity" }` for what JSON has no word for.
 */
export type Message = Readonly<Record<string, unknown>>

/** An array that is to arrive with this shape; others arrive as vectors. */
export class ShapedArray {
  readonly array: TypedArray
  readonly shape: readonly number[]

  constructor(array: TypedArray, shape: readonly number[]) {
    this.array = array
    this.shape = shape
  }
}

/** Longest message that is read: an action, or a reset's options. */
export const longestMessage = 1 << 26
const headBytes = 8
/** Deeper than any info, so that one that holds itself ends. */
const mostDeep = 32

export function encodeMessage(message: Message): Buffer {
  const arrays: Uint8Array[] = []
  let offset = 0
  const place = (array: TypedArray, shape: readonly number[]): unknown => {
    const at = offset
    arrays.push(new Uint8Array(array.buffer, array.byteOffset, array.byteLength))
    offset += array.byteLength
    return { $array: [dtypeOf(array), shape, at] }
  }
  /** What is no data (functions, undefined) is left out. */
  const plain = (value: unknown, depth: number): unknown => {
    if (value instanceof ShapedArray) return place(value.array, value.shape)
    if (isTypedArray(value)) return place(value, [value.length])
    if (typeof value === 'number') return Number.isFinite(value) ? value : { $number: String(value) }
    if (typeof value === 'bigint') return Number(value)
    if (typeof value !== 'object' || value === null) return typeof value === 'function' ? undefined : value
    if (depth === mostDeep) return null
    if (Array.isArray(value)) return value.map((item) => plain(item, depth + 1))
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, depth + 1)]))
  }
  const json = Buffer.from(JSON.stringify(plain(message, 0)))
  const head = Buffer.alloc(headBytes)
  head.writeUInt32LE(4 + json.length + offset, 0)
  head.writeUInt32LE(json.length, 4)
  return Buffer.concat([head, json, ...arrays])
}

/** Takes whole messages off a stream of bytes. Throws on what is none. */
export function createMessageReader(): (chunk: Buffer) => Message[] {
  let rest: Buffer = Buffer.alloc(0)
  return (chunk) => {
    rest = rest.length === 0 ? chunk : Buffer.concat([rest, chunk])
    const messages: Message[] = []
    while (rest.length >= 4) {
      const length = rest.readUInt32LE(0)
      if (length < 4 || length > longestMessage)
        throw usageError(`a message of ${length} bytes; expected 4 to ${longestMessage}: is this a client of Ringside?`)
      if (rest.length < 4 + length) break
      messages.push(decodeMessage(rest.subarray(4, 4 + length)))
      rest = rest.subarray(4 + length)
    }
    return messages
  }
}

function decodeMessage(body: Buffer): Message {
  const jsonBytes = body.readUInt32LE(0)
  if (4 + jsonBytes > body.length) throw usageError('a message whose JSON is longer than itself')
  const arrays = body.subarray(4 + jsonBytes)
  const message: unknown = JSON.parse(body.toString('utf8', 4, 4 + jsonBytes), (_key, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value
    if ('$number' in value) return Number(value.$number)
    return '$array' in value ? arrayIn(arrays, value.$array) : value
  })
  if (typeof message !== 'object' || message === null || Array.isArray(message))
    throw usageError('a message that is no object')
  return message as Message
}

function arrayIn(bytes: Buffer, described: unknown): TypedArray {
  const [dtype, shape, offset] = Array.isArray(described) ? (described as unknown[]) : []
  const isKnown = dtypes.includes(dtype as DType) && Array.isArray(shape) && typeof offset === 'number'
  if (!isKnown) throw usageError(`an array described as ${JSON.stringify(described)}; expected [dtype, shape, offset]`)
  const length = sizeOf(shape as number[])
  const end = offset + length * bytesPerElement(dtype as DType)
  if (!(Number.isInteger(length) && length >= 0 && offset >= 0 && end <= bytes.length))
    throw usageError(`an array of ${JSON.stringify(described)}, which is not in the message`)
  // A copy, aligned as its elements want.
  return viewOf(dtype as DType, Uint8Array.from(bytes.subarray(offset, end)).buffer)
}
