import type { TypedArray } from '../../core/dtype.ts'

/** An array as a file holds it; the last axis varies fastest. */
export interface NumericArray {
  readonly shape: readonly number[]
  readonly data: TypedArray
}

/** `60000 × 28 × 28` */
export function shapeText(shape: readonly number[]): string {
  return shape.length === 0 ? 'a single number' : shape.join(' × ')
}
