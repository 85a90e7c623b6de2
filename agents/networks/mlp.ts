import { dense } from '../../engine/layers/dense.ts'
import { sequence } from '../../engine/layers/sequence.ts'
import type { Activation, InitializerName, Piece } from '../../engine/layers/types.ts'

export interface MlpOptions {
  readonly inputs: number
  /** Units of each layer; none: the input itself. */
  readonly hidden: readonly number[]
  readonly activation: Activation
  readonly initializer: InitializerName
}

/** Dense layers `path/0`, `path/1`, … on batch × inputs. */
export function mlp(path: string, { inputs, hidden, activation, initializer }: MlpOptions): Piece {
  const widths = [inputs, ...hidden]
  const layers = hidden.map((outputs, i) =>
    dense(`${path}/${i}`, { inputs: widths[i]!, outputs, activation, initializer }),
  )
  return sequence(layers, inputs)
}
