import type { Discrete } from './discrete.ts'
import type { MultiDiscrete } from './multi.ts'
import type { Space } from './space.ts'

/** Bytes of a mask: one an action of a Discrete space, one a choice of each part of a MultiDiscrete one; 0 for all others. */
export function maskWidth(space: Space): number {
  if (space.kind === 'discrete') return (space as Discrete).n
  if (space.kind === 'multi-discrete') return (space as MultiDiscrete).nvec.reduce((sum, n) => sum + n, 0)
  return 0
}
