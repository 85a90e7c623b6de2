import type { TypedArray } from '../../core/dtype.ts'
import type { StackInfo } from '../../envs/spaces/box.ts'
import { copyInto } from './batch.ts'

/**
 * The stacks of a sequence's rows, every frame once: the first row's stack, then the newest frame of each row after it. Rows
 * follow one another in one episode, or are blank before its first step.
 */
export interface StackStrips {
  /** Elements of a strip. */
  readonly length: number
  /** `rows` stacks as a strip. */
  pack(stacks: TypedArray, strip: TypedArray): void
  /** Strip number `index` of `strips` as stacks; `first`: rows each, 1 where a row begins the episode. */
  unpack(strips: TypedArray, first: ArrayLike<number>, index: number, stacks: TypedArray): void
}

/** `width`: elements of a whole stack. */
export function createStackStrips({ frames: depth, padding }: StackInfo, width: number, rows: number): StackStrips {
  const frame = width / depth
  const length = (rows + depth - 1) * frame
  return {
    length,
    pack(stacks, strip) {
      copyInto(strip, 0, stacks, 0, width)
      for (let row = 1; row < rows; row++)
        copyInto(strip, width + (row - 1) * frame, stacks, (row + 1) * width - frame, frame)
    },
    unpack(strips, first, index, stacks) {
      let opening = -1
      for (let row = 0; row < rows; row++) {
        if (first[index * rows + row] === 1) opening = row
        const to = (index * rows + row) * width
        const from = index * length
        copyInto(stacks, to, strips, from + row * frame, width)
        if (opening < 0 || padding !== 'copy') continue
        // Before the episode's first frame stand copies of it.
        const missing = Math.max(0, depth - 1 - (row - opening))
        for (let k = 0; k < missing; k++)
          copyInto(stacks, to + k * frame, strips, from + (opening + depth - 1) * frame, frame)
      }
    },
  }
}
