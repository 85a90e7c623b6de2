import { integerRange, type DType } from '../../../core/dtype.ts'

/** How numbers lie in the file: MATLAB writes an array in the smallest type that holds its values. */
export interface StorageType {
  readonly name: string
  readonly bytes: number
  /** Least and largest value of whole numbers; undefined for fractions. */
  readonly range: readonly [number, number] | undefined
  read(view: DataView, at: number, littleEndian: boolean): number
}

const storage = (dtype: DType, read: StorageType['read']): StorageType => ({
  name: dtype,
  bytes: Number(/\d+/.exec(dtype)![0]) / 8,
  range: integerRange(dtype),
  read,
})

/** Data types of a tag (MAT-File Format, table 1-1). */
export const storageTypes: Readonly<Record<number, StorageType>> = {
  1: storage('int8', (view, at) => view.getInt8(at)),
  2: storage('uint8', (view, at) => view.getUint8(at)),
  3: storage('int16', (view, at, little) => view.getInt16(at, little)),
  4: storage('uint16', (view, at, little) => view.getUint16(at, little)),
  5: storage('int32', (view, at, little) => view.getInt32(at, little)),
  6: storage('uint32', (view, at, little) => view.getUint32(at, little)),
  7: storage('float32', (view, at, little) => view.getFloat32(at, little)),
  9: storage('float64', (view, at, little) => view.getFloat64(at, little)),
  12: wide('int64', (view, at, little) => view.getBigInt64(at, little)),
  13: wide('uint64', (view, at, little) => view.getBigUint64(at, little)),
}

/** Beyond 2⁵³ a double holds the nearest. */
function wide(name: string, read: (view: DataView, at: number, little: boolean) => bigint): StorageType {
  const signed = name === 'int64'
  return {
    name,
    bytes: 8,
    range: signed ? [-(2 ** 63), 2 ** 63] : [0, 2 ** 64],
    read: (view, at, little) => Number(read(view, at, little)),
  }
}

export const miInt8 = 1
export const miInt32 = 5
export const miUint32 = 6
export const miMatrix = 14
export const miCompressed = 15
export const miUtf8 = 16

/** Classes of arrays that are read (table 1-3), and what they become. */
export const numericClasses: Readonly<Record<number, DType>> = {
  6: 'float64',
  7: 'float32',
  8: 'int8',
  9: 'uint8',
  10: 'int16',
  11: 'uint16',
  12: 'int32',
  13: 'uint32',
}

/** Classes that are known and not read. */
export const otherClasses: Readonly<Record<number, string>> = {
  1: 'a cell array',
  2: 'a struct',
  3: 'an object',
  4: 'text',
  5: 'a sparse matrix',
  14: 'an array of int64',
  15: 'an array of uint64',
  16: 'a function',
  17: 'an opaque object',
}
