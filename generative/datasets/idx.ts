import { readFile } from 'node:fs/promises'
import { gunzipSync } from 'node:zlib'
import { allocate, bytesPerElement, sizeOf, type DType } from '../../core/dtype.ts'
import { messageOf, RingsideError } from '../../core/errors.ts'
import { shapeText, type NumericArray } from './arrays.ts'

/** The third byte of an IDX file. */
const types: Readonly<Record<number, DType>> = {
  0x08: 'uint8',
  0x09: 'int8',
  0x0b: 'int16',
  0x0c: 'int32',
  0x0d: 'float32',
  0x0e: 'float64',
}

/**
 * Reads an IDX file, the format of MNIST (two zero bytes, a type, a rank, the dimensions, then the numbers, big-endian, the
 * last axis fastest), gzipped or not. Throws where the file is missing, cut off, too long or something else; a part is never
 * returned.
 */
export async function readIdx(path: string): Promise<NumericArray> {
  const damaged = (why: string, cause?: unknown): RingsideError =>
    new RingsideError(`"${path}" is not a whole IDX file: ${why}.`, { cause })
  let bytes: Uint8Array
  try {
    bytes = await readFile(path)
  } catch (error) {
    throw new RingsideError(`"${path}" cannot be read: ${messageOf(error)}`, { cause: error })
  }
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) {
    try {
      bytes = gunzipSync(bytes)
    } catch (error) {
      throw damaged(`its gzip data are cut off or damaged (${messageOf(error)})`, error)
    }
  }
  if (bytes.length < 4) throw damaged(`it has ${bytes.length} bytes, less than a header`)
  const dtype = types[bytes[2]!]
  if (bytes[0] !== 0 || bytes[1] !== 0 || dtype === undefined) {
    const began = [...bytes.subarray(0, 4)].map((byte) => byte.toString(16).padStart(2, '0')).join(' ')
    throw damaged(`expected it to begin with 00 00, a type (08, 09, 0b, 0c, 0d, 0e) and a rank, got ${began}`)
  }
  const rank = bytes[3]!
  const start = 4 + 4 * rank
  if (bytes.length < start) throw damaged(`it ends within its ${rank} dimensions`)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const shape = Array.from({ length: rank }, (_, axis) => view.getUint32(4 + 4 * axis))
  const width = bytesPerElement(dtype)
  const expected = sizeOf(shape) * width
  const got = bytes.length - start
  if (got !== expected)
    throw damaged(`${shapeText(shape)} of ${dtype} need ${expected} bytes after the header, got ${got}`)
  const data = allocate(dtype, sizeOf(shape))
  const target = new Uint8Array(data.buffer)
  target.set(bytes.subarray(start))
  if (width > 1) swapBytes(target, width)
  return { shape, data }
}

/** Reverses each group of `width` bytes, in place. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  if (width === 2) buffer.swap16()
  else if (width === 4) buffer.swap32()
  else if (width === 8) buffer.swap64()
}
