import { open } from 'node:fs/promises'
import { allocate, integerRange, sizeOf } from '../../../core/dtype.ts'
import { messageOf, nearestName, RingsideError } from '../../../core/errors.ts'
import { shapeText, type NumericArray } from '../arrays.ts'
import { fileSource, inflatedSource, type ByteSource } from './byte-source.ts'
import { miCompressed, miInt32, miInt8, miMatrix, miUint32, miUtf8 } from './formats.ts'
import { numericClasses, otherClasses, storageTypes } from './formats.ts'
import { placementOf, scatterTo } from './placement.ts'

export interface ReadMatOptions {
  /** The variables wanted; each must be there and be an array of numbers. Without it, all that can be read are. */
  readonly names?: readonly string[]
  /**
   * The order of a variable's axes: `{ X: [3, 0, 1, 2] }` puts its last axis first. As in the file without it. Either way the
   * last axis of what is returned varies fastest, while it is the first one in the file.
   */
  readonly axes?: Readonly<Record<string, readonly number[]>>
  /** Told of variables that are not arrays of real numbers and were left out, with what they are. */
  readonly skipped?: (name: string, what: string) => void
}

/**
 * Reads the arrays of a MATLAB 5 file (`save -v6` or `-v7`, SciPy's `savemat`): compressed or not, either byte order, any
 * rank; double, single, int8 to uint32 and logical (as bytes, 0 or 1), whatever smaller type MATLAB packed the numbers into.
 * Text, structs, cells, sparse and complex matrices and 64-bit integers are left out. The unpacked file is never held: memory is that of the arrays.
 * Throws where the file is missing, cut off, damaged or of another format (MATLAB 7.3, MATLAB 4), and returns nothing then.
 */
export async function readMat(path: string, options: ReadMatOptions = {}): Promise<Record<string, NumericArray>> {
  const { header, size } = await readHeader(path)
  const littleEndian = byteOrder(path, header)
  const found: [string, NumericArray][] = []
  const seen: string[] = []
  const damaged = (why: string, cause?: unknown): RingsideError =>
    new RingsideError(`"${path}" is damaged or cut off: ${why}. Nothing of it was used.`, { cause })

  for (let at = headerBytes; at < size;) {
    const tag = await fileBytes(path, at, Math.min(at + 8, size))
    if (tag.length < 8) throw damaged('it ends within the head of a variable')
    const view = new DataView(tag.buffer, tag.byteOffset, 8)
    const [type, bytes] = [view.getUint32(0, littleEndian), view.getUint32(4, littleEndian)]
    const end = at + 8 + bytes
    if (type !== miMatrix && type !== miCompressed)
      throw damaged(`expected a variable at byte ${at}, got an element of type ${type}`)
    if (end > size) throw damaged(`a variable of ${bytes} bytes begins at byte ${at}, and the file ends at ${size}`)
    const packed = type === miCompressed
    const source = packed ? inflatedSource(path, at + 8, end) : fileSource(path, at + 8, end)
    try {
      // Deflate packs 1032 to 1 at best: what claims more is damaged, and is not asked memory for.
      const reader = { source, littleEndian, options, damaged, available: packed ? 1032 * bytes + 64 : bytes }
      const length = packed ? await matrixTag(reader) : bytes
      const variable = await readMatrix(reader, length)
      const rest = await source.drain()
      if (packed && source.position() - 8 !== length)
        throw damaged(`a variable of ${length} bytes unpacks to ${source.position() - 8}`)
      if (!packed && variable.value !== undefined && rest >= 8)
        throw damaged(`${rest} bytes follow a variable's numbers`)
      seen.push(variable.name)
      if (variable.value !== undefined) found.push([variable.name, variable.value])
    } catch (error) {
      if (error instanceof RingsideError) throw error
      throw damaged(messageOf(error), error)
    } finally {
      source.close()
    }
    at = end
  }
  for (const wanted of options.names ?? []) {
    if (found.some(([name]) => name === wanted)) continue
    const near = nearestName(wanted, seen)
    const hint = near === undefined ? '' : ` Did you mean "${near}"?`
    throw new RingsideError(
      `"${path}" holds no variable "${wanted}".${hint} It holds: ${seen.join(', ') || '(nothing)'}.`,
    )
  }
  if (seen.length === 0) throw damaged('it holds no variable')
  return Object.fromEntries(found)
}

const headerBytes = 128

async function readHeader(path: string): Promise<{ header: Uint8Array; size: number }> {
  try {
    const file = await open(path)
    try {
      const { size } = await file.stat()
      const header = new Uint8Array(headerBytes)
      const { bytesRead } = await file.read(header, 0, headerBytes, 0)
      return { header: header.subarray(0, bytesRead), size }
    } finally {
      await file.close()
    }
  } catch (error) {
    throw new RingsideError(`"${path}" cannot be read: ${messageOf(error)}`, { cause: error })
  }
}

/** True for little-endian. Throws for what is no MATLAB 5 file. */
function byteOrder(path: string, header: Uint8Array): boolean {
  const text = String.fromCharCode(...header.subarray(0, 116)).replace(/[\0\s]+$/, '')
  if (text.startsWith('MATLAB 7.3') || header.subarray(0, 4).join() === '137,72,68,70')
    throw new RingsideError(`"${path}" is a MATLAB 7.3 file (HDF5), which is not read. Save it by: save -v7 FILE`)
  const order = String.fromCharCode(header[126] ?? 0, header[127] ?? 0)
  const version = order === 'IM' ? [header[125], header[124]] : [header[124], header[125]]
  if (header.length < headerBytes || (order !== 'IM' && order !== 'MI') || version[0] !== 1)
    throw new RingsideError(
      `"${path}" is no MATLAB 5 file: expected 128 bytes of header that end in its version and IM or MI, ` +
        `got ${header.length < headerBytes ? `${header.length} bytes` : `one that begins with ${JSON.stringify(text.slice(0, 24))}`}.`,
    )
  return order === 'IM'
}

async function fileBytes(path: string, start: number, end: number): Promise<Uint8Array> {
  const source = fileSource(path, start, end)
  try {
    return await source.take(end - start)
  } finally {
    source.close()
  }
}

interface MatrixReader {
  readonly source: ByteSource
  readonly littleEndian: boolean
  readonly options: ReadMatOptions
  readonly damaged: (why: string, cause?: unknown) => RingsideError
  /** Bytes that the source can hold. */
  readonly available: number
}

/** Bytes of the variable that a zlib stream begins with. */
async function matrixTag(reader: MatrixReader): Promise<number> {
  const { type, bytes, inline } = await readTag(reader)
  if (type !== miMatrix || inline !== undefined)
    throw reader.damaged(`expected a variable in compressed data, got an element of type ${type}`)
  if (bytes > reader.available) throw reader.damaged(`a variable claims ${bytes} bytes, more than its data can hold`)
  return bytes
}

interface Tag {
  readonly type: number
  readonly bytes: number
  /** The data of a small element, which lie in the tag itself. */
  readonly inline: Uint8Array | undefined
}

async function readTag({ source, littleEndian, damaged }: MatrixReader): Promise<Tag> {
  const tag = await source.take(8)
  if (tag.length < 8) throw damaged('it ends within the head of an element')
  const view = new DataView(tag.buffer, tag.byteOffset, 8)
  const word = view.getUint32(0, littleEndian)
  const small = word >>> 16
  if (small === 0) return { type: word, bytes: view.getUint32(4, littleEndian), inline: undefined }
  if (small > 4) throw damaged(`a small element claims ${small} bytes, and has room for 4`)
  return { type: word & 0xffff, bytes: small, inline: tag.subarray(4, 4 + small) }
}

/** A short element as a whole: the flags, the dimensions, the name. */
async function readElement(reader: MatrixReader, what: string, ...types: readonly number[]): Promise<DataView> {
  const tag = await readTag(reader)
  if (!types.includes(tag.type)) throw reader.damaged(`expected ${what} as type ${types[0]}, got type ${tag.type}`)
  if (tag.bytes > 4096) throw reader.damaged(`${what} claim ${tag.bytes} bytes`)
  const data = tag.inline ?? (await reader.source.take(padded(tag.bytes))).subarray(0, tag.bytes)
  if (data.length < tag.bytes) throw reader.damaged(`it ends within ${what}`)
  return new DataView(data.buffer, data.byteOffset, data.byteLength)
}

interface Variable {
  readonly name: string
  /** Undefined for what was left out. */
  readonly value: NumericArray | undefined
}

/** `length`: bytes of the variable after its tag. */
async function readMatrix(reader: MatrixReader, length: number): Promise<Variable> {
  const { source, littleEndian, options, damaged } = reader
  const flags = await readElement(reader, 'the flags of a variable', miUint32)
  if (flags.byteLength !== 8) throw damaged(`the flags of a variable have ${flags.byteLength} bytes instead of 8`)
  const word = flags.getUint32(0, littleEndian)
  const [kind, isLogical, isComplex] = [word & 0xff, (word & 0x200) !== 0, (word & 0x800) !== 0]
  // Opaque objects have no dimensions.
  const sizes = kind === 17 ? undefined : await readElement(reader, 'the dimensions of a variable', miInt32, miUint32)
  const name = new TextDecoder('utf-8', { fatal: true }).decode(
    await readElement(reader, 'the name of a variable', miInt8, miUtf8),
  )
  const dtype = isLogical && kind === 9 ? 'uint8' : numericClasses[kind]
  const wanted = options.names === undefined || options.names.includes(name)
  // What function handles refer to, as bytes of MATLAB's own.
  if (name === '') return { name: '(workspace)', value: undefined }
  if (dtype === undefined || sizes === undefined || isComplex) {
    const what = isComplex && dtype !== undefined ? 'complex' : otherClasses[kind]
    if (what === undefined) throw damaged(`"${name}" is of the unknown class ${kind}`)
    if (options.names !== undefined && wanted)
      throw new RingsideError(`The variable "${name}" is ${what}; only arrays of real numbers are read.`)
    options.skipped?.(name, what)
    return { name, value: undefined }
  }
  if (!wanted) return { name, value: undefined }

  const rank = sizes.byteLength / 4
  const shape = Array.from({ length: Math.floor(rank) }, (_, axis) => sizes.getInt32(4 * axis, littleEndian))
  if (!Number.isInteger(rank) || rank < 2 || rank > 32 || shape.some((n) => n < 0))
    throw damaged(`"${name}" has the impossible shape ${shapeText(shape)}`)
  const count = sizeOf(shape)
  const axes = options.axes?.[name] ?? shape.map((_, axis) => axis)
  if (axes.length !== rank || ![...axes].sort((a, b) => a - b).every((axis, i) => axis === i))
    throw new RingsideError(
      `"${name}" is ${shapeText(shape)}: expected an order of its ${rank} axes, got [${axes.join(', ')}].`,
    )

  const tag = await readTag(reader)
  const type = storageTypes[tag.type]
  if (type === undefined) throw damaged(`"${name}" is stored as the unknown type ${tag.type}`)
  if (tag.bytes !== count * type.bytes)
    throw damaged(`"${name}" is ${shapeText(shape)} of ${type.name}, ${count * type.bytes} bytes, and has ${tag.bytes}`)
  if (tag.bytes > Math.min(length, reader.available)) throw damaged(`"${name}" claims more bytes than its variable has`)
  const data = allocate(dtype, count)
  const placement = placementOf(shape, axes)
  const range = integerRange(dtype)
  // MATLAB packs numbers into types that are smaller; what may not fit is looked at one by one.
  const exact =
    range !== undefined && !(type.range !== undefined && type.range[0] >= range[0] && type.range[1] <= range[1])
  if (count > 0) {
    const scatter = scatterTo(data, placement, type, { littleEndian, exact })
    if (tag.inline !== undefined) scatter.put(tag.inline)
    else {
      const got = await source.each(tag.bytes, type.bytes, (piece) => scatter.put(piece))
      if (got < tag.bytes) throw damaged(`"${name}" ends after ${got} of ${tag.bytes} bytes`)
    }
  }
  return { name, value: { shape: placement.shape, data } }
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 8) * 8
}
