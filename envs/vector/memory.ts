import { bytesPerElement, viewOf, type DType, type TypedArray } from '../../core/dtype.ts'
import type { Layout } from './layout.ts'

/**
 * The arrays of all lanes, lane after lane, over one buffer. Where the buffer is shared by worker threads, each thread
 * writes the elements of its own lanes, and nothing is sent.
 */
export interface LaneMemory {
  readonly lanes: number
  /** Three batches, taken in turns: a step leaves alone what it was given. */
  readonly observations: readonly [TypedArray, TypedArray, TypedArray]
  readonly actions: TypedArray
  /** The masks beside each of those batches, lanes × mask bytes; ones where a lane gives none. */
  readonly masks: readonly [Uint8Array, Uint8Array, Uint8Array]
  /** Lanes that have given a mask. */
  readonly masked: Uint8Array
  readonly reward: Float64Array
  readonly terminated: Uint8Array
  readonly truncated: Uint8Array
  /** Lanes whose step was spent on a reset. */
  readonly resetLanes: Uint8Array
  readonly firsts: Uint8Array
  /** Lanes that wait for a reset. */
  readonly ended: Uint8Array
  /** Of the episodes under way. */
  readonly returns: Float64Array
  readonly lengths: Float64Array
  /** Of the episodes that the last step ended. */
  readonly endedReturns: Float64Array
  readonly endedLengths: Float64Array
  /** What a reset is asked for: the lanes, and a seed each; NaN for none. */
  readonly selected: Uint8Array
  readonly seeds: Float64Array
}

export interface MemoryPlan {
  readonly lanes: number
  readonly observation: Pick<Layout, 'dtype' | 'width'>
  readonly action: Pick<Layout, 'dtype' | 'width'>
  /** Bytes of one lane's mask. */
  readonly maskWidth: number
}

/** The arrays of a plan over a buffer of `bytesOf(plan)` zeroed bytes. */
export function createLaneMemory(plan: MemoryPlan, buffer: ArrayBufferLike): LaneMemory {
  let at = 0
  const take = (dtype: DType, length: number): TypedArray => {
    const array = viewOf(dtype, buffer, at, length)
    at = align(at + length * bytesPerElement(dtype))
    return array
  }
  const { lanes, observation, action, maskWidth } = plan
  const batch = (): TypedArray => take(observation.dtype, lanes * observation.width)
  const bytes = (length = lanes): Uint8Array => take('uint8', length) as Uint8Array
  const doubles = (): Float64Array => take('float64', lanes) as Float64Array
  return {
    lanes,
    observations: [batch(), batch(), batch()],
    actions: take(action.dtype, lanes * action.width),
    masks: [bytes(lanes * maskWidth), bytes(lanes * maskWidth), bytes(lanes * maskWidth)],
    masked: bytes(),
    reward: doubles(),
    terminated: bytes(),
    truncated: bytes(),
    resetLanes: bytes(),
    firsts: bytes(),
    ended: bytes(),
    returns: doubles(),
    lengths: doubles(),
    endedReturns: doubles(),
    endedLengths: doubles(),
    selected: bytes(),
    seeds: doubles(),
  }
}

export function bytesOf({ lanes, observation, action, maskWidth }: MemoryPlan): number {
  const part = (dtype: DType, length: number): number => align(length * bytesPerElement(dtype))
  const batches = 3 * part(observation.dtype, lanes * observation.width) + part(action.dtype, lanes * action.width)
  return batches + 3 * part('uint8', lanes * maskWidth) + 7 * part('uint8', lanes) + 6 * part('float64', lanes)
}

/** Cache lines: threads that write neighbouring arrays do not wait for each other. */
function align(bytes: number): number {
  return Math.ceil(bytes / 64) * 64
}
