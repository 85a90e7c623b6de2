import fc from 'fast-check'
import { tf } from '../../../engine/index.ts'

/** A formula over tensors, built from fast-check's choices. */
export type Formula = { readonly op: string; readonly parts: readonly Formula[] } | { readonly leaf: number }

const always = ['add', 'sub', 'mul', 'div', 'neg', 'abs', 'root', 'relu', 'inverse'] as const

/** `more`: ops beside those that go with any shapes. */
export function formulas(leaves: number, depth: number, more: readonly string[] = []): fc.Arbitrary<Formula> {
  return fc.letrec<{ formula: Formula }>((tie) => ({
    formula: fc.oneof(
      { maxDepth: depth, depthSize: 'small' },
      fc.record({ leaf: fc.nat(leaves - 1) }),
      fc.record({ op: fc.constantFrom(...always, ...more), parts: fc.tuple(tie('formula'), tie('formula')) }),
    ),
  })).formula
}

export function build(of: Formula, leaves: readonly tf.Tensor[]): tf.Tensor {
  if ('leaf' in of) return leaves[of.leaf % leaves.length]!
  const [a, b] = of.parts.map((part) => build(part, leaves)) as [tf.Tensor, tf.Tensor]
  switch (of.op) {
    case 'add':
      return tf.add(a, b)
    case 'sub':
      return tf.sub(a, b)
    case 'mul':
      return tf.mul(a, tf.mul(b, 0.5))
    case 'div':
      return tf.div(a, tf.add(tf.abs(b), 1))
    case 'max':
      return tf.maximum(a, b)
    case 'min':
      return tf.minimum(a, b)
    case 'neg':
      return tf.neg(a)
    case 'abs':
      return tf.abs(a)
    case 'root':
      return tf.sqrt(tf.add(tf.abs(a), 0.25))
    case 'relu':
      return tf.relu(a)
    default:
      return tf.reciprocal(tf.add(tf.abs(a), 0.5))
  }
}
