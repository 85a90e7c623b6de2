/** Element types of observations, actions, network inputs and saved arrays. `bool` is one byte, 0 or 1. */
export type DType = 'float32' | 'float64' | 'int32' | 'uint8' | 'int8' | 'int16' | 'uint16' | 'uint32' | 'bool'

export type TypedArray =
  Float32Array | Float64Array | Int32Array | Uint8Array | Int8Array | Int16Array | Uint16Array | Uint32Array

const constructors = {
  float32: Float32Array,
  float64: Float64Array,
  int32: Int32Array,
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  bool: Uint8Array,
} as const

/** Their names. */
export const dtypes = Object.keys(constructors) as readonly DType[]

/** A zeroed array of `length` elements. */
export function allocate(dtype: DType, length: number): TypedArray {
  return new constructors[dtype](length)
}

/** A view of `length` elements over `buffer` from `byteOffset`. */
export function viewOf(dtype: DType, buffer: ArrayBufferLike, byteOffset = 0, length?: number): TypedArray {
  return new constructors[dtype](buffer as ArrayBuffer, byteOffset, length)
}

export function bytesPerElement(dtype: DType): number {
  return constructors[dtype].BYTES_PER_ELEMENT
}

/** The dtype of a typed array (a `Uint8Array` reads as `uint8`, never `bool`). */
export function dtypeOf(array: TypedArray): DType {
  for (const [dtype, constructor] of Object.entries(constructors)) {
    if (array instanceof constructor) return dtype as DType
  }
  throw new TypeError(`expected a typed array of a known dtype, got ${Object.prototype.toString.call(array)}`)
}

export function isTypedArray(value: unknown): value is TypedArray {
  return ArrayBuffer.isView(value) && !(value instanceof DataView) && !(value instanceof BigInt64Array)
}

/** The smallest and the largest that a dtype of whole numbers holds; undefined for fractions. */
export function integerRange(dtype: DType): readonly [number, number] | undefined {
  if (dtype === 'float32' || dtype === 'float64') return undefined
  if (dtype === 'bool') return [0, 1]
  const bits = 8 * bytesPerElement(dtype)
  return dtype.startsWith('u') ? [0, 2 ** bits - 1] : [-(2 ** (bits - 1)), 2 ** (bits - 1) - 1]
}

/** Number of elements of a shape; 1 for a scalar. */
export function sizeOf(shape: readonly number[]): number {
  let n = 1
  for (const d of shape) n *= d
  return n
}
