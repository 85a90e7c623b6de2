import type { ConstantData, OnnxType } from '../onnx/model.ts'

/**
 * A symbolic tensor. Transposes and broadcasts are lazy: the value named `name` in the graph has `physicalShape`, logical
 * axis i is its axis `permutation[i]`, and an axis that is 1 there but larger in `shape` is a broadcast not yet made.
 * This is what makes NHWC ↔ NCHW, tiles and multiplications with ones cost nothing.
 */
export interface Value {
  readonly name: string
  readonly dtype: OnnxType
  /** Logical shape: what tfjs believes. */
  readonly shape: readonly number[]
  readonly physicalShape: readonly number[]
  readonly permutation: readonly number[]
  /** Set for constants, in physical layout. */
  readonly constant?: ConstantData
  /** The bool value that this 0/1 number stands for: multiplying by it becomes a Where. */
  readonly mask?: Value
  /** A reshape of this value; reshaping again starts from it. */
  readonly source?: Value
  /** The uint8 input behind an int32 view: casts go straight to their target. */
  readonly raw?: Value
  /** A filter gradient: made plain before its first use, so that the optimizer's many passes run in the weights' layout. */
  readonly filterGradient?: boolean
  /** Relu of this value, once made: `step(x)` reads it, so that ONNX Runtime can fuse the Relu into its producer. */
  relu?: Value
}

export const range = (n: number): number[] => Array.from({ length: n }, (_, i) => i)

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1)

export const sameShape = (a: readonly number[], b: readonly number[]): boolean =>
  a.length === b.length && a.every((x, i) => x === b[i])

export const isIdentity = (permutation: readonly number[]): boolean => permutation.every((p, i) => p === i)

/** NumPy's broadcasting of shapes. */
export function broadcastShapes(...shapes: (readonly number[])[]): number[] {
  const rank = Math.max(0, ...shapes.map((s) => s.length))
  const out = new Array<number>(rank).fill(1)
  for (const shape of shapes) {
    shape.forEach((size, i) => {
      const axis = i + rank - shape.length
      if (size === 1) return
      if (out[axis] !== 1 && out[axis] !== size)
        throw new Error(`the shapes ${shapes.map((s) => `[${s}]`).join(' and ')} do not go together`)
      out[axis] = size
    })
  }
  return out
}

/** The single number that a uniform constant repeats, or undefined. */
export function uniformConstant(value: Value): number | undefined {
  return value.constant?.length === 1 ? Number(value.constant[0]) : undefined
}
