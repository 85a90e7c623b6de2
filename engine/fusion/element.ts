import type { FusedStep } from './plan.ts'
import { andNot, arithmetic, float32, isLess, op as instruction, simd, splat } from './wasm.ts'

/**
 * Below the first, numbers are subnormal; below the second, their squares. Processors take a hundred cycles for each of them, so
 * they are flushed to 0, and so are factors whose product would be one. Where gradients are exactly 0 (units that have died), an
 * optimizer's averages fade to such numbers and stay there, since rounding keeps a few ulps as they are; where a softmax is sure
 * of itself, gradients are that small.
 */
export const smallest = { normal: 2 ** -126, root: 2 ** -63 } as const

/** The vector's numbers, those nearer to 0 than the limit replaced by 0. */
export function flushed(vector: readonly number[], limit: readonly number[]): number[] {
  return [...vector, ...vector, ...simd(arithmetic.Abs.simd), ...limit, ...isLess, ...andNot]
}

/** An op on what is pushed by each of `operands`. */
export function arithmeticOf(op: FusedStep['op'], operands: readonly number[][], width: 'scalar' | 'simd'): number[] {
  const code = (name: keyof typeof arithmetic): number[] =>
    width === 'scalar' ? [arithmetic[name].scalar] : simd(arithmetic[name].simd)
  const number = (value: number): number[] => [
    instruction.f32Const,
    ...float32(value),
    ...(width === 'simd' ? splat : []),
  ]
  switch (op) {
    case 'Identity':
      return operands[0]!
    case 'SumOfSquares':
      throw new Error('sums of squares are no arithmetic on elements')
    case 'Relu':
      return [...operands[0]!, ...number(0), ...code('Max')]
    case 'Reciprocal':
      return [...number(1), ...operands[0]!, ...code('Div')]
    default:
      // ONNX's Max and Min take any number of operands.
      return operands
        .slice(2)
        .reduce(
          (so, operand) => [...so, ...operand, ...code(op as keyof typeof arithmetic)],
          [...operands[0]!, ...(operands[1] ?? []), ...code(op)],
        )
  }
}
