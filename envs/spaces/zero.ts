import { allocate, sizeOf } from '../../core/dtype.ts'
import type { Box } from './box.ts'
import type { Dict, TextSpace, Tuple } from './composite.ts'
import type { Discrete } from './discrete.ts'
import type { MultiBinary, MultiDiscrete } from './multi.ts'
import type { Space, SpaceValue } from './space.ts'

/** The value of a space that is nearest to nothing: zeros within the bounds, the first choice, the shortest text. */
export function zeroValue(space: Space): SpaceValue {
  const s = space as Box | Discrete | MultiDiscrete | MultiBinary | TextSpace | Tuple | Dict
  switch (s.kind) {
    case 'box': {
      const zeros = allocate(s.dtype, sizeOf(s.shape))
      for (let i = 0; i < zeros.length; i++) zeros[i] = Math.min(Math.max(0, s.low[i]!), s.high[i]!)
      return zeros
    }
    case 'discrete':
      return s.start
    case 'multi-discrete':
      return new Int32Array(s.nvec.length)
    case 'multi-binary':
      return new Uint8Array(sizeOf(s.shape))
    case 'text':
      return ''
    case 'tuple':
      return s.spaces.map(zeroValue)
    case 'dict':
      return Object.fromEntries(Object.entries(s.spaces).map(([key, part]) => [key, zeroValue(part)]))
  }
}
