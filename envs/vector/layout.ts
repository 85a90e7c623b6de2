import { sizeOf, type DType, type TypedArray } from '../../core/dtype.ts'
import { usageError } from '../../core/errors.ts'
import { cardinality, type Space } from '../spaces/index.ts'
import type { SpaceValue } from '../types.ts'

/** How values of a space lie in a batch, lane after lane. */
export interface Layout {
  readonly dtype: DType
  /** Elements of one lane. */
  readonly width: number
  write(value: SpaceValue, batch: TypedArray, lane: number): void
  /** The caller's to keep. */
  read(batch: TypedArray, lane: number): SpaceValue
}

/** What makes one array of a value in parts: for tables a number, where there are so many. */
function advice(space: Space): string {
  const flatten = "--set 'env.wrappers=[{ name: Flatten }]', or in code wrappers: [{ name: 'Flatten' }]"
  if (cardinality(space) === undefined) return `Flatten it: ${flatten}.`
  return `Flatten it for a network: ${flatten}; for a table take Enumerate instead.`
}

/** Throws a usage error for a space without a fixed shape; `what` and `env` name it. */
export function layoutOf(space: Space, what: string, env: string): Layout {
  if (space.shape === undefined || space.dtype === undefined) {
    throw usageError(
      `${env}: its ${what} space ${space} has no fixed shape, so it cannot be stepped in lanes. ${advice(space)}`,
    )
  }
  const { dtype } = space
  if (space.kind === 'discrete') {
    return {
      dtype: 'int32',
      width: 1,
      write: (value, batch, lane) => void (batch[lane] = value as number),
      read: (batch, lane) => batch[lane]!,
    }
  }
  const width = sizeOf(space.shape)
  return {
    dtype,
    width,
    write(value, batch, lane) {
      const array = value as TypedArray
      const at = lane * width
      if (width > 64) batch.set(array, at)
      else for (let i = 0; i < width; i++) batch[at + i] = array[i]!
    },
    read: (batch, lane) => batch.slice(lane * width, (lane + 1) * width),
  }
}
