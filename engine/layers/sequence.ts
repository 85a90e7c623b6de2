import type { Piece } from './types.ts'

/** Pieces one after another; of none, what comes in goes out. */
export function sequence(pieces: readonly Piece[], inputs: number): Piece {
  return {
    outputs: pieces.at(-1)?.outputs ?? inputs,
    init: (rng) => Object.assign({}, ...pieces.map((piece) => piece.init(rng))),
    apply: (weights, input, training) => pieces.reduce((x, piece) => piece.apply(weights, x, training), input),
  }
}
