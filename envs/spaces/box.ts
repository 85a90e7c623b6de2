import {
  allocate,
  dtypeOf,
  dtypes,
  integerRange,
  isTypedArray,
  sizeOf,
  type DType,
  type TypedArray,
} from '../../core/dtype.ts'
import { usageError } from '../../core/errors.ts'
import { refuseMask } from './mask.ts'
import type { Space } from './space.ts'

/** Says that a Box is a stack of frames, channels first, so that replay stores every frame once. */
export interface StackInfo {
  readonly frames: number
  readonly padding: 'blank' | 'copy' | 'wait'
}

/** Arrays of one shape and dtype between two bounds, each a number or one per element; infinite where unbounded. */
export interface Box extends Space<TypedArray> {
  readonly kind: 'box'
  readonly shape: readonly number[]
  readonly dtype: DType
  readonly low: Float64Array
  readonly high: Float64Array
  readonly stack: StackInfo | undefined
}

export interface BoxOptions {
  readonly low: number | ArrayLike<number>
  readonly high: number | ArrayLike<number>
  /** Needed where both bounds are numbers. */
  readonly shape?: readonly number[]
  readonly dtype?: DType
  readonly stack?: StackInfo
}

export function box(options: BoxOptions): Box {
  const { low, high, shape, dtype = 'float32', stack } = checkedOptions(options)
  const length = typeof low === 'number' ? (typeof high === 'number' ? undefined : high.length) : low.length
  const dimensions = shape ?? (length === undefined ? undefined : [length])
  if (dimensions === undefined) throw usageError('box expects a shape where both bounds are numbers.')
  const size = sizeOf(dimensions)
  const lows = bound(low, size, 'low', dtype)
  const highs = bound(high, size, 'high', dtype)
  const wrong = lows.findIndex((value, i) => !(value <= highs[i]!))
  if (wrong >= 0)
    throw usageError(`box expects low ≤ high, got ${lows[wrong]} and ${highs[wrong]} at element ${wrong}.`)
  const holds = integerRange(dtype)
  const beyond = (x: number): boolean => holds !== undefined && Number.isFinite(x) && (x < holds[0] || x > holds[1])
  const outside = lows.find(beyond) ?? highs.find(beyond)
  if (outside !== undefined)
    throw usageError(`box expects bounds that ${dtype} holds, ${holds![0]} … ${holds![1]}, got ${outside}.`)
  const integer = holds !== undefined
  const fraction = integer ? [...lows, ...highs].find((x) => Number.isFinite(x) && !Number.isInteger(x)) : undefined
  if (fraction !== undefined) throw usageError(`box expects whole numbers as bounds of ${dtype}, got ${fraction}.`)
  const name = dtype === 'bool' ? 'uint8' : dtype

  return {
    kind: 'box',
    shape: dimensions,
    dtype,
    low: lows,
    high: highs,
    stack,
    sample(rng, mask) {
      refuseMask(mask, this)
      const out = allocate(dtype, size)
      for (let i = 0; i < size; i++) {
        const [a, b] = [lows[i]!, highs[i]!]
        // Gymnasium's choice where an axis has no bound: normal, or exponential from the bound that there is.
        if (a === -Infinity) out[i] = b === Infinity ? rng.normal() : b + Math.log(1 - rng.float())
        else if (b === Infinity) out[i] = a - Math.log(1 - rng.float())
        else out[i] = integer ? a + Math.floor(rng.float() * (b - a + 1)) : rng.uniform(a, b)
      }
      return out
    },
    contains(value): value is TypedArray {
      if (!isTypedArray(value) || value.length !== size || dtypeOf(value) !== name) return false
      for (let i = 0; i < size; i++) if (!(value[i]! >= lows[i]! && value[i]! <= highs[i]!)) return false
      return true
    },
    toJSON: () => ({
      kind: 'box',
      shape: dimensions,
      dtype,
      low: boundsToJson(lows),
      high: boundsToJson(highs),
      ...(stack !== undefined && { stack }),
    }),
    toString: () => `Box([${dimensions}], ${dtype}, ${range(lows)} to ${range(highs)})`,
  }
}

function checkedOptions(options: BoxOptions): BoxOptions {
  const { low, high, shape, dtype } = (options ?? {}) as Partial<BoxOptions>
  for (const [name, given] of Object.entries({ low, high })) {
    if (typeof given === 'number' || (typeof given === 'object' && given !== null && 'length' in given)) continue
    throw usageError(`box expects { low, high }, each a number or a list of numbers, got ${told(given)} as ${name}.`)
  }
  if (dtype !== undefined && !dtypes.includes(dtype))
    throw usageError(`box expects a dtype of ${dtypes.join(', ')}, got ${told(dtype)}.`)
  if (shape !== undefined && !(Array.isArray(shape) && shape.every((d) => Number.isInteger(d) && d >= 0)))
    throw usageError(`box expects a list of whole numbers as shape, got ${told(shape)}.`)
  return options
}

function told(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing'
}

/** float32 bounds are the float32 nearest to what was asked, as the values they are compared with. */
function bound(value: number | ArrayLike<number>, size: number, name: string, dtype: DType): Float64Array {
  if (typeof value !== 'number' && value.length !== size)
    throw usageError(`box expects ${size} numbers as ${name}, got ${value.length}.`)
  const round = dtype === 'float32' ? Math.fround : (x: number): number => x
  return Float64Array.from({ length: size }, (_, i) => round(typeof value === 'number' ? value : value[i]!))
}

function range(bounds: Float64Array): string {
  return isUniform(bounds)
    ? String(bounds[0])
    : `[${[...bounds]
        .slice(0, 4)
        .map((x) => Number(x.toPrecision(4)))
        .join(', ')}${bounds.length > 4 ? ', …' : ''}]`
}

/** One number stands for as many as there are elements: a frame has a hundred thousand. */
function boundsToJson(bounds: Float64Array): number | string | (number | string)[] {
  return isUniform(bounds) ? numberToJson(bounds[0]!) : [...bounds].map(numberToJson)
}

function isUniform(bounds: Float64Array): boolean {
  return bounds.length > 0 && bounds.every((bound) => bound === bounds[0])
}

/** JSON has no infinities. */
export function numberToJson(value: number): number | string {
  return Number.isFinite(value) ? value : String(value)
}
