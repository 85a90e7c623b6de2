import { allocate, type TypedArray } from '../../core/dtype.ts'
import type { ObservationFormat, TransitionBatch } from './types.ts'

/** Arrays for `count` transitions; everything is allowed until a storage with masks says otherwise. */
export function createBatch(count: number, observation: ObservationFormat, actions: number): TransitionBatch {
  return {
    observation: allocate(observation.dtype, count * observation.length),
    action: new Int32Array(count),
    reward: new Float32Array(count),
    discount: new Float32Array(count),
    nextObservation: allocate(observation.dtype, count * observation.length),
    nextMask: new Uint8Array(count * actions).fill(1),
  }
}

/** `TypedArray.set` of a view costs more than a loop where few elements are copied. */
export function copyInto(to: TypedArray, toOffset: number, from: TypedArray, fromOffset: number, length: number): void {
  if (length <= 64) for (let i = 0; i < length; i++) to[toOffset + i] = from[fromOffset + i]!
  else to.set(from.subarray(fromOffset, fromOffset + length), toOffset)
}
