import type { TypedArray } from '../../../core/dtype.ts'
import type { StorageType } from './formats.ts'

/**
 * Where the numbers of a column-major array go when its axes are put into the order `axes` and stored row by row. Numbers
 * come in blocks of the leading dimensions, whose places in a block are worked out once.
 */
export interface Placement {
  readonly shape: readonly number[]
  /** Place of number i of a block, from the block's own. */
  readonly inBlock: Uint32Array
  /** Place of each block. */
  blockStart(block: number): number
}

/** Numbers whose places are kept at once. */
const largestBlock = 1 << 16

/** `shape`: as the file has it, the first axis fastest. `axes[i]`: which of its axes is axis i of the result. */
export function placementOf(shape: readonly number[], axes: readonly number[]): Placement {
  const out = axes.map((axis) => shape[axis]!)
  const strides = new Array<number>(shape.length).fill(0)
  let stride = 1
  for (let i = axes.length - 1; i >= 0; i--) {
    strides[axes[i]!] = stride
    stride *= out[i]!
  }
  let depth = 0
  let block = 1
  while (depth < shape.length && block * shape[depth]! <= largestBlock) block *= shape[depth++]!
  const place = (index: number, from: number, to: number): number => {
    let rest = index
    let at = 0
    for (let axis = from; axis < to; axis++) {
      at += (rest % shape[axis]!) * strides[axis]!
      rest = Math.floor(rest / shape[axis]!)
    }
    return at
  }
  return {
    shape: out,
    inBlock: Uint32Array.from({ length: block }, (_, i) => place(i, 0, depth)),
    blockStart: (index) => place(index, depth, shape.length),
  }
}

/** Takes an array's numbers in the order of the file. */
export interface Scatter {
  /** A whole number of elements. Throws a RangeError for a number that the result's type does not hold. */
  put(piece: Uint8Array): void
}

/** `exact`: every number must come out of `target` as it went in. */
export function scatterTo(
  target: TypedArray,
  placement: Placement,
  type: StorageType,
  options: { readonly littleEndian: boolean; readonly exact: boolean },
): Scatter {
  const { inBlock, blockStart } = placement
  let block = 0
  let within = 0
  let start = blockStart(0)

  /** Calls `run` for stretches of one block: the element of the piece, the place in the block, and how many. */
  const stretches = (count: number, run: (first: number, from: number, count: number) => void): void => {
    for (let done = 0; done < count;) {
      if (within === inBlock.length) {
        within = 0
        start = blockStart(++block)
      }
      const length = Math.min(count - done, inBlock.length - within)
      run(done, within, length)
      within += length
      done += length
    }
  }
  const putBytes = (piece: Uint8Array): void =>
    stretches(piece.length, (first, from, count) => scatterBytes(piece, first, target, start, inBlock, from, count))
  const putNumbers = (piece: Uint8Array): void => {
    const view = new DataView(piece.buffer, piece.byteOffset, piece.byteLength)
    const { bytes, read } = type
    stretches(piece.length / bytes, (first, from, count) => {
      for (let i = 0; i < count; i++) {
        const number = read(view, (first + i) * bytes, options.littleEndian)
        const at = start + inBlock[from + i]!
        target[at] = number
        if (options.exact && target[at] !== number)
          throw new RangeError(`${number} is no ${target.constructor.name.replace('Array', '').toLowerCase()}`)
      }
    })
  }
  return { put: type.name === 'uint8' && !options.exact ? putBytes : putNumbers }
}

/** The loop that reading images spends its time in: eight at a time takes a third of the time of one at a time. */
function scatterBytes(
  piece: Uint8Array,
  first: number,
  target: TypedArray,
  start: number,
  inBlock: Uint32Array,
  from: number,
  count: number,
): void {
  const bytes = piece.subarray(first, first + count)
  const places = inBlock.subarray(from, from + count)
  const to = target.subarray(start)
  let i = 0
  for (; i + 7 < count; i += 8) {
    to[places[i]!] = bytes[i]!
    to[places[i + 1]!] = bytes[i + 1]!
    to[places[i + 2]!] = bytes[i + 2]!
    to[places[i + 3]!] = bytes[i + 3]!
    to[places[i + 4]!] = bytes[i + 4]!
    to[places[i + 5]!] = bytes[i + 5]!
    to[places[i + 6]!] = bytes[i + 6]!
    to[places[i + 7]!] = bytes[i + 7]!
  }
  for (; i < count; i++) to[places[i]!] = bytes[i]!
}
