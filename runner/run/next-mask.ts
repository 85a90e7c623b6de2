import type { VectorStep } from '../../envs/types.ts'

/**
 * What was allowed in each lane's `nextObservation`. `masks` (lanes × actions, after an autoreset `same-step`) tells of the
 * new episode where one ended; what held in the true last observation stands in `finalInfo`. Copies only where one ended.
 */
export function nextActionMask(
  masks: Uint8Array | undefined,
  { episodes, infos }: VectorStep,
  lanes: number,
): Uint8Array | undefined {
  if (masks === undefined || episodes.length === 0) return masks
  const width = masks.length / lanes
  const own = masks.slice()
  for (const { lane } of episodes) {
    const finalInfo = infos[lane]!['finalInfo'] as { readonly actionMask?: unknown } | undefined
    const last = finalInfo?.actionMask
    if (last instanceof Uint8Array) own.set(last, lane * width)
    else own.fill(1, lane * width, (lane + 1) * width)
  }
  return own
}
