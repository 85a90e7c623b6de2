/** Element-wise ops with one WebAssembly instruction each (or two). */
export const fusedOps = [
  'Add',
  'Sub',
  'Mul',
  'Div',
  'Max',
  'Min',
  'Sqrt',
  'Neg',
  'Abs',
  'Relu',
  'Reciprocal',
  'Identity',
] as const

export type FusedOp = (typeof fusedOps)[number]

export function isFusedOp(op: string): op is FusedOp {
  return (fusedOps as readonly string[]).includes(op)
}
