import { allocate, integerRange, sizeOf, type DType, type TypedArray } from '../../core/dtype.ts'
import { usageError } from '../../core/errors.ts'
import { box, isBox, isDiscrete, type MultiDiscrete, type Space } from '../spaces/index.ts'
import type { Env, ResetOptions, ResetResult, SpaceValue, StepResult } from '../types.ts'
import { Wrapper } from './wrapper.ts'

const dtypes: readonly DType[] = ['float32', 'float64', 'int32', 'uint8', 'int8', 'int16', 'uint16', 'uint32']

/**
 * Observations of another `dtype`: of a Box the bounds are kept, Discrete, MultiDiscrete and MultiBinary become Boxes.
 * Fractions are cut off where the dtype has none.
 */
export class Dtype extends Wrapper {
  private readonly dtype: DType
  private readonly size: number

  constructor(env: Env, { dtype }: { readonly dtype: DType }) {
    super(env)
    const { low, high, shape } = boundsOf(env.observationSpace)
    if (!dtypes.includes(dtype))
      throw usageError(`Dtype expects one of ${dtypes.join(', ')}, got ${JSON.stringify(dtype)}.`)
    const range = integerRange(dtype)
    if (range !== undefined && !(low.every((x) => x >= range[0]) && high.every((x) => x <= range[1])))
      throw usageError(
        `Dtype cannot hold ${env.observationSpace} in ${dtype}, which goes from ${range[0]} to ${range[1]}.`,
      )
    this.dtype = dtype
    this.size = low.length
    this.observationSpace = box({ low, high, shape, dtype })
  }

  override reset(options?: ResetOptions): ResetResult {
    const result = this.env.reset(options)
    return { ...result, observation: this.convert(result.observation) }
  }

  override step(action: SpaceValue): StepResult {
    const result = this.env.step(action)
    return { ...result, observation: this.convert(result.observation) }
  }

  private convert(observation: SpaceValue): TypedArray {
    const out = allocate(this.dtype, this.size)
    out.set(typeof observation === 'number' ? [observation] : (observation as TypedArray))
    return out
  }
}

function boundsOf(space: Space): { low: number[]; high: number[]; shape: readonly number[] } {
  if (isBox(space)) return { low: [...space.low], high: [...space.high], shape: space.shape }
  if (isDiscrete(space)) return { low: [space.start], high: [space.start + space.n - 1], shape: [] }
  const size = space.shape === undefined ? 0 : sizeOf(space.shape)
  const low = new Array<number>(size).fill(0)
  if (space.kind === 'multi-discrete')
    return { low, high: (space as MultiDiscrete).nvec.map((n) => n - 1), shape: space.shape! }
  if (space.kind === 'multi-binary') return { low, high: low.map(() => 1), shape: space.shape! }
  throw usageError(`Dtype expects observations of one array or number, this environment's are ${space}. Flatten it.`)
}
