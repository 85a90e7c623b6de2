import type { Rng } from '../../core/rng.ts'
import { maximum } from './updates.ts'

/** One lane's part of lanes × actions bytes; undefined where there is no mask, or one that allows nothing. */
export function laneMask(masks: Uint8Array | undefined, lane: number, actions: number): Uint8Array | undefined {
  if (masks === undefined) return undefined
  const mask = masks.subarray(lane * actions, (lane + 1) * actions)
  return mask.some((allowed) => allowed !== 0) ? mask : undefined
}

/**
 * An allowed action of largest q, from 0. Equal ones are drawn from: a table begins with nothing else, and the first of
 * equals would walk into the same wall for ever. Draws nothing where one is the largest.
 */
export function greedyAction(row: Float64Array, rng: Rng, mask?: Uint8Array): number {
  const best = maximum(row, mask)
  const isBest = (a: number): boolean => row[a] === best && (mask === undefined || mask[a] !== 0)
  let ties = 0
  for (let a = 0; a < row.length; a++) if (isBest(a)) ties++
  let left = ties === 1 ? 0 : rng.int(ties)
  for (let a = 0; a < row.length; a++) if (isBest(a) && left-- === 0) return a
  return 0
}
